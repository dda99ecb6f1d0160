"""From what requests did to messages sent, whatever fails in between."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest

from functions.events import tell
from ledger.names import At, TransactionId
from loyalty.ports import StoreUnavailable
from loyalty.webhooks.delivering import Deliverer
from loyalty.webhooks.ports import Delivery, Reply, State
from loyalty.webhooks.schedule import LEASE_S, MAX_ATTEMPTS, RETRY_AFTER_S
from storage.memory_queue import MemoryQueue
from tests.coalition import FUEL, GROCER, OPERATOR, House, as_member, own_id
from tests.faulty import Faulty
from tests.webhooks import Crm, Outbox, seconds, stream_records

SILENT = Reply(0, "no answer in time")


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def outbox(house: House) -> Outbox:
    return Outbox(house)


def event_id(transaction: str) -> str:
    return f"evt_{own_id(transaction)}_0"


def test_an_earn_is_told_once_and_verifies(house: House, outbox: Outbox) -> None:
    """By the secret that was told once, and by the public key that everyone may have."""
    endpoint = outbox.registers()
    member = house.enrolled()
    earned = house.earned(member, 12)
    assert outbox.told() == {"batchItemFailures": []}
    (message,) = outbox.crm.got
    assert message.url == "https://crm.example/hooks"
    assert message.id == event_id(earned)
    assert message.headers["webhook-timestamp"] == seconds(house.clock)
    assert message.holds(endpoint.secret)
    assert message.holds_for(endpoint.public)
    assert message.event["data"]["memberId"] == member
    assert outbox.delivery(endpoint, message.id).state is State.DELIVERED
    assert outbox.swept(days=1) == 0


def test_who_wants_some_types_gets_those(house: House, outbox: Outbox) -> None:
    """By name, or a whole group."""
    outbox.registers(GROCER, "https://a.example/", "points.redeemed")
    outbox.registers(GROCER, "https://b.example/", "points.*", "tier.changed")
    outbox.registers(GROCER, "https://c.example/", "tier.*")
    member = house.enrolled()
    house.earned(member, 80)
    house.voucher(member)
    outbox.told()
    told = sorted((each.url, each.type) for each in outbox.crm.got)
    assert told == [
        ("https://a.example/", "points.redeemed"),
        ("https://b.example/", "points.earned"),
        ("https://b.example/", "points.redeemed"),
    ]


def test_a_partner_hears_nothing_of_what_others_do(house: House, outbox: Outbox) -> None:
    """An operator hears all of it."""
    outbox.registers(FUEL, "https://fuel.example/")
    outbox.registers(OPERATOR, "https://desk.example/", "points.*")
    house.earned(house.enrolled(), 80, GROCER)
    house.earned(house.enrolled(), 70, FUEL)
    outbox.told()
    told = [
        (each.url, each.event["data"]["currency"], each.event["data"]["points"])
        for each in outbox.crm.got
    ]
    assert sorted(told) == [
        ("https://desk.example/", "LITRES", 140),
        ("https://desk.example/", "STARS", 70),
        ("https://desk.example/", "STARS", 80),
        ("https://fuel.example/", "LITRES", 140),
        ("https://fuel.example/", "STARS", 70),
    ]


def test_a_partner_that_left_hears_nothing_more(house: House, outbox: Outbox) -> None:
    """Neither of what is new, nor of what was on its way."""
    outbox.crm.script = [500]
    endpoint = outbox.registers(GROCER)
    house.earned(house.enrolled(), 70)
    outbox.told()
    house.later(minutes=1)
    house.leave("grocer")
    house.later(minutes=1)
    assert outbox.swept() == 1
    (message,) = outbox.crm.got
    assert outbox.delivery(endpoint, message.id).reason == "the partner has left"
    request = TransactionId(own_id(message.event["data"]["transactionId"]))
    assert outbox.deliverer.notice([request]) == []


def test_the_stream_may_say_everything_twice(house: House, outbox: Outbox) -> None:
    """Doubled in a batch, and the batch delivered again: one message."""
    outbox.registers()
    house.earned(house.enrolled(), 12)
    records = outbox.records()
    for _ in range(3):
        tell(outbox.deliverer, {"Records": [*records, *reversed(records)]})
    assert len(outbox.crm.got) == 1


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


@pytest.mark.parametrize("damage", [{"entry": b"garbage"}, {"response": b"{"}])
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


def all_of(outbox: Outbox) -> list[Delivery]:
    return list(outbox.queue._deliveries.values())


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


def test_no_secret_stands_in_the_store_or_in_the_log(
    house: House, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    """What signs is derived from what is there with a seed that is not."""
    caplog.set_level(0)
    outbox.crm.script = [500, 410]
    endpoint = outbox.registers()
    house.earned(house.enrolled(), 12)
    outbox.told()
    outbox.swept(hours=1)
    kept = repr((house.store.__dict__, outbox.queue.__dict__, caplog.text))
    for part in (endpoint.secret, endpoint.secret.removeprefix("whsec_")):
        assert part not in kept


def test_nothing_of_a_member_stands_in_the_queue(house: House, outbox: Outbox) -> None:
    """Whoever's record is erased is named in no message from then on."""
    outbox.crm.script = [500]
    outbox.registers()
    member = house.enrolled()
    house.earned(member, 12)
    outbox.told()
    assert own_id(member) not in repr(outbox.queue.__dict__)
    for key in list(house.store._records):
        if key[0].__name__ == "WalletOwner":
            del house.store._records[key]
    outbox.swept(hours=1)
    first, second = [each.event["data"] for each in outbox.crm.got]
    assert first.pop("memberId") == member
    assert first == second


def test_a_coalition_without_endpoints_reads_little(house: House, outbox: Outbox) -> None:
    """Of fifty purchases not one is read: there is nobody to tell."""
    member = house.enrolled()
    for _ in range(50):
        house.earned(member, 2)
    reads: list[str] = []

    class Counting:
        def __getattr__(self, name: str) -> Any:
            if name not in ("governance",):
                reads.append(name)
            return getattr(house.store, name)

    deliverer = Deliverer(house.coalition, outbox.crm, lambda: house.clock)
    records = outbox.records()
    store = house.coalition.store
    object.__setattr__(house.coalition, "store", Counting())
    tell(deliverer, {"Records": records})
    object.__setattr__(house.coalition, "store", store)
    assert reads == ["records"]


def test_a_gift_is_told_to_operators_with_both_members(house: House, outbox: Outbox) -> None:
    outbox.registers(OPERATOR, "https://desk.example/", "points.sent", "points.received")
    giver, receiver = house.enrolled(), house.enrolled()
    house.earned(giver, 80)
    gift = house.input(toMemberId=receiver, currency="STARS", points=30)
    house.done(as_member(giver), "transferPoints", gift)
    outbox.told()
    told = {each.type: each.event["data"]["memberId"] for each in outbox.crm.got}
    assert told == {"points.sent": giver, "points.received": receiver}


def test_records_of_other_rows_are_none_of_it() -> None:
    """What stands beside a request's row tells of nothing."""
    (_, standing, index) = stream_records(["7zzzzzzzzzzzzzzzzzzzzzzzzz"])  # type: ignore[list-item]
    assert [standing["dynamodb"]["Keys"]["sk"], index["dynamodb"]["Keys"]["sk"]] == [
        {"S": "S"},
        {"S": "L"},
    ]
