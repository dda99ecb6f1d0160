"""What every queue of deliveries promises: one of two writers, and what is due is found."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import msgspec
import pytest

from ledger.names import At
from loyalty.ports import StoreUnavailable
from loyalty.webhooks.ports import Delivery, Queue, State, cursor_of
from storage.dynamodb import DynamoStore
from storage.memory_queue import MemoryQueue
from storage.queue_dynamodb import DynamoQueue
from tests.contract.builders import client_of
from tests.contract.conftest import STORES, Sent, dynamodb_table
from tests.contract.servers import (
    HANGS_UP,
    Server,
    answer,
    cancelled,
    losing_answers,
    store_at,
)
from tests.contract.test_store_concurrency import WRITERS


@pytest.fixture(params=STORES)
def queue(request: pytest.FixtureRequest) -> Iterator[Queue]:
    """Each queue there is."""
    if request.param == "memory":
        yield MemoryQueue()
    else:
        with dynamodb_table(request.param) as store:
            yield DynamoQueue(store)


def at(second: int) -> At:
    return At(f"2026-11-21T12:00:{second:02d}.000Z")


def delivery(number: int, second: int = 0, endpoint: str = "one") -> Delivery:
    return Delivery(endpoint, f"evt_{number}", State.DUE, at(second))


def next_of(old: Delivery, state: State = State.DUE, second: int = 30) -> Delivery:
    return old._replace(
        state=state, at=at(second), attempts=old.attempts + 1, reason="why", version=old.version + 1
    )


def test_a_delivery_reads_as_written(queue: Queue) -> None:
    """All of it; another's endpoint or event is another."""
    new = delivery(1)._replace(attempts=3, reason="status 500 — «x»", replay="r")
    assert queue.get("one", "evt_1") is None
    assert queue.put(new, None)
    assert queue.get("one", "evt_1") == new
    assert queue.get("two", "evt_1") is None
    assert queue.get("one", "evt_2") is None


def test_there_is_one_of_an_event_to_an_endpoint(queue: Queue) -> None:
    """A second is not written, whatever became of the first."""
    first = delivery(1)
    assert queue.put(first, None)
    assert not queue.put(delivery(1, 5), None)
    done = next_of(first, State.DELIVERED)
    assert queue.put(done, first)
    assert not queue.put(delivery(1, 5), None)
    assert queue.get("one", "evt_1") == done
    assert queue.put(delivery(1, 5, "two"), None)


def test_of_two_that_take_it_up_one_does(queue: Queue) -> None:
    """By its version: what was read before is not what is there."""
    first = delivery(1)
    queue.put(first, None)
    second = next_of(first)
    assert queue.put(second, first)
    assert not queue.put(next_of(first, State.DEAD), first)
    assert queue.get("one", "evt_1") == second
    assert queue.due(at(59), 10) == [second]
    assert not queue.put(next_of(delivery(2)), delivery(2))


def test_what_is_due_is_found_by_its_time(queue: Queue) -> None:
    """Of all endpoints, the oldest first; what is due later, or no more, is not."""
    each = [delivery(number, number % 20, f"e{number % 3}") for number in range(40)]
    for new in each:
        queue.put(new, None)
    due = list(queue.due(at(9), 100))
    assert sorted(due) == sorted(new for new in each if new.at <= at(9))
    assert [new.at for new in due] == sorted(new.at for new in due)
    assert len(queue.due(at(9), 7)) == 7
    assert queue.due(At("2026-11-21T11:59:59.999Z"), 7) == []
    queue.put(next_of(each[0], second=50), each[0])
    queue.put(next_of(each[20], State.DELIVERED), each[20])
    queue.put(next_of(each[1], State.DEAD), each[1])
    left = {new.event for new in queue.due(at(9), 100)}
    assert left == {new.event for new in due} - {"evt_0", "evt_20", "evt_1"}


def test_one_that_is_due_at_the_same_time_again_is_there_once(queue: Queue) -> None:
    first = delivery(1)
    queue.put(first, None)
    second = next_of(first, second=0)
    assert queue.put(second, first)
    assert queue.due(at(0), 10) == [second]


def test_one_event_that_is_due_to_two_endpoints_at_once_is_there_for_each(queue: Queue) -> None:
    """As all are that were told of it together: what becomes of one is no other's."""
    both = [delivery(1, 0, endpoint) for endpoint in ("one", "two")]
    for new in both:
        assert queue.put(new, None)
    assert sorted(queue.due(at(0), 10)) == both
    assert queue.put(next_of(both[0], State.DELIVERED), both[0])
    assert queue.due(at(0), 10) == both[1:]


def test_what_was_given_up_is_listed_until_it_is_sent_again(queue: Queue) -> None:
    """Of one endpoint, oldest first, past a cursor."""
    dead = []
    for number in range(6):
        first = delivery(number, 0, f"e{number % 2}")
        queue.put(first, None)
        given_up = next_of(first, State.DEAD, 50 - number)
        queue.put(given_up, first)
        dead.append(given_up)
    mine = [dead[4], dead[2], dead[0]]
    assert queue.dead("e0", "", 10) == mine
    assert queue.dead("e0", "", 2) == mine[:2]
    assert queue.dead("e0", cursor_of(mine[0]), 2) == mine[1:]
    assert queue.dead("e0", cursor_of(mine[1]), 2) == mine[2:]
    assert queue.dead("e0", cursor_of(mine[2]), 2) == []
    queue.put(next_of(mine[1]), mine[1])
    assert queue.dead("e0", "", 10) == [mine[0], mine[2]]
    assert queue.dead("other", "", 10) == []


def test_of_many_at_once_one_takes_it_up(queue: Queue) -> None:
    """Exactly one writer of many is told that it did."""
    first = delivery(1)
    queue.put(first, None)
    start = Barrier(WRITERS)

    def take(number: int) -> bool:
        start.wait(10)
        return queue.put(next_of(first)._replace(replay=str(number)), first)

    with ThreadPoolExecutor(WRITERS) as pool:
        took = list(pool.map(take, range(WRITERS)))
    assert sum(took) == 1
    found = queue.get("one", "evt_1")
    assert found is not None
    assert found.replay == str(took.index(True))
    assert queue.due(at(59), 10) == [found]


@pytest.mark.parametrize("executed", [True, False])
def test_a_write_whose_answer_is_lost_is_told_as_what_it_was(
    dynamo_store: DynamoStore, executed: bool
) -> None:
    """botocore sends it again: what is in its way may be itself."""
    queue = DynamoQueue(dynamo_store)
    with losing_answers(client_of(dynamo_store), "TransactWriteItems", 1, executed):
        assert queue.put(delivery(1), None)
    assert queue.get("one", "evt_1") == delivery(1)


@pytest.mark.parametrize("own", [True, False])
def test_a_write_that_is_met_by_another_send_of_itself_was_done(server: Server, own: bool) -> None:
    """The first send got no answer, and the second finds the place taken: by whom, the place
    tells."""
    new = delivery(1)
    there = new if own else new._replace(reason="another's")
    item = {
        "pk": {"S": "DELIVERY#one"},
        "sk": {"S": "evt_1"},
        "s": {"B": msgspec.json.encode(there)},
        "n": {"N": "1"},
    }
    taken = cancelled("ConditionalCheckFailed", "None")
    server.replies = [HANGS_UP, taken, answer({"Item": item})]
    queue = DynamoQueue(store_at(server.url, retries=1))
    if own:
        assert queue.put(new, None)
    else:
        with pytest.raises(StoreUnavailable):
            queue.put(new, None)
    server.replies = [taken]
    assert not queue.put(new, None)


def test_a_queue_that_does_not_answer_is_unavailable(dynamo_store: DynamoStore) -> None:
    queue = DynamoQueue(dynamo_store)
    with (
        losing_answers(client_of(dynamo_store), "TransactWriteItems", 99, executed=False),
        pytest.raises(StoreUnavailable),
    ):
        queue.put(delivery(1), None)
    assert queue.get("one", "evt_1") is None


@pytest.mark.parametrize(
    ("operation", "read"),
    [
        ("GetItem", lambda queue: queue.get("one", "evt_1")),
        ("Query", lambda queue: queue.due(at(9), 5)),
        ("Query", lambda queue: queue.dead("one", "", 5)),
    ],
    ids=["get", "due", "dead"],
)
def test_a_queue_that_cannot_be_read_is_unavailable(
    dynamo_store: DynamoStore, operation: str, read: Callable[[Queue], object]
) -> None:
    """So that whoever asked is told again, or asks again."""
    queue = DynamoQueue(dynamo_store)
    with (
        losing_answers(client_of(dynamo_store), operation, 99, executed=False),
        pytest.raises(StoreUnavailable),
    ):
        read(queue)


def test_no_read_of_it_uses_an_index_or_may_be_stale(dynamo_store: DynamoStore, sent: Sent) -> None:
    queue = DynamoQueue(dynamo_store)
    queue.put(delivery(1), None)
    queue.get("one", "evt_1")
    queue.due(at(9), 5)
    queue.dead("one", "", 5)
    reads = [params for name, params in sent.requests if name != "TransactWriteItems"]
    assert len(reads) == 1 + 8 + 1
    assert all(each["ConsistentRead"] and "IndexName" not in each for each in reads)


def test_deliveries_are_no_part_of_the_ledgers_rows(dynamo_store: DynamoStore) -> None:
    """Whoever verifies the table does not see them."""
    queue = DynamoQueue(dynamo_store)
    first = delivery(1)
    queue.put(first, None)
    queue.put(next_of(first, State.DEAD), first)
    assert list(dynamo_store.ledger_rows()) == []
    assert list(dynamo_store.wallet_ids()) == []
