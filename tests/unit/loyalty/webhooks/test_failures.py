"""Whatever fails between a request and its message, the message comes."""

from collections.abc import Mapping
from typing import Any

import pytest

from functions.events import tell
from loyalty.ports import StoreUnavailable
from loyalty.webhooks.endpoints import Endpoint
from loyalty.webhooks.ports import Delivery, Reply, State
from loyalty.webhooks.schedule import LEASE_S, MAX_ATTEMPTS, RETRY_AFTER_S
from storage.memory_queue import MemoryQueue
from tests.coalition import GROCER, House, own_id
from tests.faulty import Faulty
from tests.unit.loyalty.webhooks.deliveries import SILENT, event_id
from tests.webhooks import Crm, Outbox


def test_what_failed_comes_again_until_it_is_taken(house: House, outbox: Outbox) -> None:
    """Each time later, with the same id and body, and the time of the attempt signed anew."""
    endpoint = outbox.registers()
    outbox.crm.script = [500, SILENT, 302]
    house.earned(house.enrolled(), 12)
    outbox.told()
    assert outbox.swept() == 0
    for pause_s in RETRY_AFTER_S[:3]:
        assert outbox.swept(seconds=pause_s - 2) == 0
        assert outbox.swept(seconds=pause_s // 5 + 3) == 1
    assert len(set(outbox.crm.ids)) == 1
    assert len({each.body for each in outbox.crm.got}) == 1
    assert len({each.headers["webhook-timestamp"] for each in outbox.crm.got}) == 4
    assert all(each.holds(endpoint.secret) for each in outbox.crm.got)
    done = outbox.delivery(endpoint, outbox.crm.ids[0])
    assert (done.state, done.attempts, done.reason) == (State.DELIVERED, 4, "")


def test_what_is_never_taken_is_given_up(house: House, outbox: Outbox) -> None:
    """After ten attempts; then nothing is sent any more."""
    endpoint = outbox.registers()
    outbox.crm.script = [503] * 20
    house.earned(house.enrolled(), 12)
    outbox.told()
    sweeps = [outbox.swept(days=1, hours=5) for _ in range(15)]
    assert sweeps == [1] * (MAX_ATTEMPTS - 1) + [0] * 6
    dead = outbox.delivery(endpoint, outbox.crm.ids[0])
    assert (dead.state, dead.attempts, dead.reason) == (State.DEAD, 10, "status 503")
    assert len(outbox.crm.got) == MAX_ATTEMPTS


def test_gone_disables_the_endpoint(house: House, outbox: Outbox) -> None:
    """410: what is on its way there is given up, and what is new is not told."""
    endpoint = outbox.registers()
    outbox.crm.script = [410]
    for _ in range(3):
        house.earned(house.enrolled(), 12)
    outbox.told()
    assert len(outbox.crm.got) == 1
    states = {each.reason for each in outbox.queue._deliveries.values()}
    assert states == {"status 410", "the endpoint is disabled"}
    told = house.ask(GROCER, "{ endpoints { id disabledAt } }")["endpoints"]
    assert told == [{"id": endpoint.id, "disabledAt": "2026-11-21T12:00:00.000Z"}]
    house.earned(house.enrolled(), 12)
    outbox.told()
    outbox.swept(days=1)
    assert len(outbox.crm.got) == 1
    assert len(outbox.queue._deliveries) == 3


class Crash(Exception):
    """The process ends here."""


def test_killed_after_it_sent_it_sends_again_with_the_same_id(house: House) -> None:
    """At least once: a receiver that remembers ids does it once."""
    crm = Crm()

    def killed(url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        crm(url, headers, body)
        raise Crash

    outbox = Outbox(house, killed)
    endpoint = outbox.registers()
    house.earned(house.enrolled(), 12)
    with pytest.raises(Crash):
        outbox.told()
    outbox.crm = crm
    assert outbox.swept(seconds=LEASE_S - 1) == 0
    assert outbox.swept(seconds=1) == 1
    assert len(crm.ids) == 2
    assert len(set(crm.ids)) == 1
    done = outbox.delivery(endpoint, crm.ids[0])
    assert (done.state, done.attempts) == (State.DELIVERED, 2)


def test_one_that_kills_whoever_sends_it_is_given_up_in_the_end(house: House) -> None:
    """Attempts are counted as they begin."""

    def killed(*_: object) -> Reply:
        raise Crash

    outbox = Outbox(house, killed)
    outbox.registers()
    house.earned(house.enrolled(), 12)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Crash):
            _ = outbox.told(), outbox.swept(days=1)
    (left,) = outbox.queue._deliveries.values()
    assert left.attempts == MAX_ATTEMPTS


class Failing(MemoryQueue):
    """A queue that fails at the writes whose numbers it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.fails: set[int] = set()
        self.writes = 0

    def put(self, new: Delivery, old: Delivery | None) -> bool:
        self.writes += 1
        if self.writes in self.fails:
            raise StoreUnavailable("put")
        return super().put(new, old)


@pytest.fixture
def failing(house: House) -> Outbox:
    queue = Failing()
    webhooks = house.coalition.webhooks
    assert webhooks is not None
    object.__setattr__(house.coalition, "webhooks", webhooks._replace(queue=queue))
    outbox = Outbox(house)
    outbox.registers()
    for _ in range(3):
        house.earned(house.enrolled(), 12)
    return outbox


@pytest.mark.parametrize("fails", range(1, 7))
def test_whichever_write_fails_all_of_them_come(failing: Outbox, fails: int) -> None:
    """The stream delivers again what could not be put; the schedule sends the rest."""
    queue = failing.queue
    assert isinstance(queue, Failing)
    queue.fails = {fails}
    records = failing.records()
    answer = tell(failing.deliverer, {"Records": records})
    if fails <= 3:
        first = records[0]["dynamodb"]["SequenceNumber"]
        assert answer == {"batchItemFailures": [{"itemIdentifier": first}]}
        answer = tell(failing.deliverer, {"Records": records})
    assert answer == {"batchItemFailures": []}
    failing.swept(seconds=LEASE_S)
    assert len(set(failing.crm.ids)) == 3
    states = {each.state for each in queue._deliveries.values()}
    assert states == {State.DELIVERED}


def test_a_store_that_does_not_answer_is_told_again() -> None:
    """Nothing is lost: the batch comes again."""
    store = Faulty()
    house = House(store)
    outbox = Outbox(house)
    outbox.registers()
    house.earned(house.enrolled(), 12)
    records = outbox.records()
    store.down = True
    answer = tell(outbox.deliverer, {"Records": records})
    assert answer["batchItemFailures"] == [
        {"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}
    ]
    store.down = False
    tell(outbox.deliverer, {"Records": records})
    assert len(outbox.crm.got) == 1


@pytest.mark.parametrize(
    "record",
    [
        None,
        7,
        {},
        {"dynamodb": None},
        {"dynamodb": {"Keys": {"pk": {"N": "7"}, "sk": {"S": "T"}}}},
        {"dynamodb": {"Keys": {"pk": {"S": "T#../../etc"}, "sk": {"S": "T"}}}},
        {"dynamodb": {"Keys": {"pk": {"S": "W#" + "0" * 26}, "sk": {"S": "T"}}}},
        {"dynamodb": {"Keys": {"pk": {"S": "T#" + "0" * 26}, "sk": {"S": "T"}}}},
        {"dynamodb": {"Keys": {"pk": {"S": "T#" + "0" * 10_000}, "sk": {"S": "T"}}}},
    ],
)
def test_a_poisoned_record_keeps_no_other_from_coming(
    house: House, outbox: Outbox, record: Any
) -> None:
    """It is passed over."""
    outbox.registers()
    house.earned(house.enrolled(), 12)
    records = [record, *outbox.records(), record]
    assert tell(outbox.deliverer, {"Records": records}) == {"batchItemFailures": []}
    assert len(outbox.crm.got) == 1


@pytest.mark.parametrize(
    "damage",
    [
        {"entry": b"garbage"},
        {"response": b"{"},
        # A replay, of nothing, to nowhere.
        {"response": b'{"n":[["event.replayed","",{}]]}'},
    ],
)
def test_a_damaged_row_keeps_no_other_from_coming(
    house: House, outbox: Outbox, damage: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """It would be as damaged the next time; it is told of in the log."""
    outbox.registers()
    bad = house.earned(house.enrolled(), 12)
    house.earned(house.enrolled(), 13)
    rows = house.store._transactions
    rows[own_id(bad)] = rows[own_id(bad)]._replace(**damage)  # type: ignore[index, arg-type]
    assert outbox.told() == {"batchItemFailures": []}
    assert [each.event["data"]["points"] for each in outbox.crm.got] == [13]
    assert own_id(bad) in caplog.text


def test_an_event_whose_row_was_damaged_on_its_way_is_given_up(
    house: House, outbox: Outbox
) -> None:
    """It keeps no other of the round from being sent."""
    outbox.crm.script = [500, 500]
    endpoint = outbox.registers()
    bad = house.earned(house.enrolled(), 12)
    house.earned(house.enrolled(), 13)
    outbox.told()
    rows = house.store._transactions
    rows[own_id(bad)] = rows[own_id(bad)]._replace(entry=b"{")  # type: ignore[index]
    assert outbox.swept(seconds=10) == 2
    assert outbox.crm.got[-1].event["data"]["points"] == 13
    given_up = outbox.delivery(endpoint, event_id(bad))
    assert given_up.reason == "there is no such event for this endpoint"


def test_an_endpoint_removed_while_it_says_410_stays_removed(house: House, outbox: Outbox) -> None:
    """Nothing is kept of it but that."""
    endpoint = outbox.registers()
    house.earned(house.enrolled(), 12)

    def removes(*_: object) -> Reply:
        house.done(GROCER, "removeEndpoint", house.input(endpointId=endpoint.id))
        return Reply(410)

    outbox.crm = removes  # type: ignore[assignment]
    outbox.told()
    kept = house.store.record(Endpoint, own_id(endpoint.id))
    assert kept is not None
    assert (kept.record.removed_at, kept.record.disabled_at) == ("2026-11-21T12:00:00.000Z", "")
