"""Sweeps and endpoints at once: each message is sent by one, and nobody waits for the slow."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from ledger.names import At
from loyalty.webhooks.ports import Delivery, Reply, State
from loyalty.webhooks.schedule import LEASE_S
from tests.coalition import FUEL, GROCER, House, own_id
from tests.faulty import Faulty
from tests.unit.loyalty.webhooks.deliveries import SILENT, all_of
from tests.webhooks import Crm, Outbox


def test_two_sweeps_at_once_send_it_once(house: House, outbox: Outbox) -> None:
    """Whoever takes it up first has it."""
    outbox.crm.script = [500] * 40
    outbox.registers()
    for _ in range(40):
        house.earned(house.enrolled(), 5)
    outbox.told()
    house.later(seconds=10)
    start = Barrier(4)

    def sweep(_: int) -> int:
        start.wait(10)
        return outbox.deliverer.sweep()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(sweep, range(4)))
    assert sum(counts) == 40
    assert len(outbox.crm.got) == 80
    assert all(outbox.crm.ids.count(each) == 2 for each in set(outbox.crm.ids))


def test_what_another_sweep_took_up_meanwhile_is_left_to_it(
    house: House, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have found it due: the one that comes second sends nothing."""
    outbox.crm.script = [500]
    outbox.registers()
    house.earned(house.enrolled(), 5)
    outbox.told()
    house.later(seconds=10)
    assert house.coalition.webhooks is not None
    queue = house.coalition.webhooks.queue
    read, others, counts = queue.due, [outbox.deliverer.sweep], list[int]()

    def late(at: At, limit: int) -> Sequence[Delivery]:
        found = read(at, limit)
        if others:
            counts.append(others.pop()())
        return found

    monkeypatch.setattr(queue, "due", late)
    assert outbox.deliverer.sweep() == 0
    assert counts == [1]
    assert len(outbox.crm.got) == 2


def test_an_endpoint_that_is_silent_does_not_keep_the_others_waiting(
    house: House, outbox: Outbox
) -> None:
    """It is asked once a round; what it was to be told counts as tried, and comes later."""

    class Half(Crm):
        def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
            super().__call__(url, headers, body)
            return SILENT if "silent" in url else Reply(204)

    outbox.crm = crm = Half()
    outbox.registers(GROCER, "https://silent.example/")
    outbox.registers(GROCER, "https://crm.example/")
    for _ in range(5):
        house.earned(house.enrolled(), 12)
    outbox.told()
    urls = [each.url for each in crm.got]
    assert urls.count("https://crm.example/") == 5
    assert urls.count("https://silent.example/") == 1
    waiting = [each for each in outbox.queue._deliveries.values() if each.state is State.DUE]
    assert [each.reason for each in waiting] == ["no answer in time"] * 5


def test_a_round_that_takes_too_long_leaves_the_rest_to_the_next(
    house: House, outbox: Outbox
) -> None:
    """A function has its time, too."""

    class Slow(Crm):
        def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
            house.later(seconds=20)
            return super().__call__(url, headers, body)

    outbox.crm = crm = Slow()
    outbox.registers()
    for _ in range(6):
        house.earned(house.enrolled(), 12)
    outbox.told()
    assert len(crm.got) == 3
    outbox.swept(seconds=LEASE_S)
    outbox.swept(seconds=LEASE_S)
    assert len(set(crm.ids)) == len(crm.got) == 6


def test_a_slow_endpoint_loses_no_attempts_and_keeps_nobody_waiting(
    house: House, outbox: Outbox
) -> None:
    """It answers 500 after 20 seconds: what a round does not come to is not counted as tried, and
    what others are to be told comes before it in the next."""

    came = Event()

    class Slow(Crm):
        def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
            super().__call__(url, headers, body)
            if "quick" in url:
                came.set()
                return Reply(204)
            if any(each.endpoint == quick and each.attempts > 1 for each in all_of(outbox)):
                # Side by side: its time does not pass before the other has begun.
                assert came.wait(10)
            house.later(seconds=20)
            return Reply(500)

    outbox.crm = Slow()
    outbox.registers(GROCER, "https://slow.example/")
    quick = own_id(outbox.registers(FUEL, "https://quick.example/").id)
    for _ in range(300):
        house.earned(house.enrolled(), 12)
    outbox.told()
    house.earned(house.enrolled(), 12, FUEL)
    outbox.deliverer.notice(list(house.store._transactions)[-1:])
    for _ in range(3):
        outbox.swept(seconds=LEASE_S)
    assert came.is_set()
    assert max(each.attempts for each in all_of(outbox)) == 2


def test_a_disabled_endpoint_that_others_write_to_is_disabled_all_the_same() -> None:
    """A rotation in between changes nothing of that."""
    store = Faulty()
    house = House(store)
    outbox = Outbox(house)
    endpoint = outbox.registers()
    rotated = house.input(endpointId=endpoint.id, overlapHours=1)
    house.earned(house.enrolled(), 12)
    outbox.crm.script = [410]
    store.meanwhile = lambda: house.done(GROCER, "rotateEndpointSecret", rotated)
    outbox.told()
    (told,) = house.ask(GROCER, "{ endpoints { disabledAt publicKeys } }")["endpoints"]
    assert told["disabledAt"]
    assert len(told["publicKeys"]) == 2
