"""What a store says when DynamoDB does not answer, or answers that it cannot now."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace

import botocore.endpoint
import pytest
from pynamodb.exceptions import PynamoDBException

from ledger.names import WalletId
from ledger.verify import verify
from loyalty.committing import MAX_UNANSWERED, Answer, Plan, carry_out, request_of
from loyalty.ports import Commit, Outcome, Store, StoreUnavailable
from loyalty.records.members import Member
from storage.dynamodb import DynamoStore
from storage.reading import ledger_in_order
from tests.contract.builders import (
    BREWCO,
    FIRST,
    ORIGIN,
    STARS,
    Card,
    buys,
    client_of,
    coalition_on,
    contents,
    enrolled,
    founded,
    transaction,
    wallet_id,
)
from tests.contract.servers import (
    BROKEN,
    EMPTY_500,
    GATEWAY_503,
    HANGS_UP,
    IN_PROGRESS,
    NO_SUCH_TABLE,
    NOT_VALID,
    OVER_QUOTA,
    SILENCE,
    THROTTLED,
    Reply,
    Server,
    cancelled,
    losing_answers,
    refused_port,
    store_at,
)


def ask_at(store: Store) -> Answer:
    """A request whose commit is FIRST."""
    request = request_of(BREWCO, "key", "input")
    plan = Plan(Answer(), FIRST._replace(transactions=FIRST.transactions[1:]))
    return carry_out(coalition_on(store), request, lambda: plan)


OUTCOMES: dict[str, tuple[Reply, Outcome]] = {
    "throttled": (THROTTLED, Outcome.BUSY),
    "over its quota": (OVER_QUOTA, Outcome.BUSY),
    "broken": (BROKEN, Outcome.UNKNOWN),
    "500 without a word": (EMPTY_500, Outcome.UNKNOWN),
    "503 of something before it": (GATEWAY_503, Outcome.UNKNOWN),
    "still at it": (IN_PROGRESS, Outcome.UNKNOWN),
    "silent": (SILENCE, Outcome.UNKNOWN),
    "hanging up": (HANGS_UP, Outcome.UNKNOWN),
    "throttled within": (cancelled("None", "ThrottlingError"), Outcome.BUSY),
    "short of capacity": (cancelled("ProvisionedThroughputExceeded", "None"), Outcome.BUSY),
    "in conflict": (cancelled("None", "TransactionConflict"), Outcome.MOVED),
    "in conflict over the request": (cancelled("TransactionConflict", "None"), Outcome.MOVED),
    "in conflict and throttled": (
        cancelled("TransactionConflict", "ThrottlingError"),
        Outcome.MOVED,
    ),
    # Of FIRST the log's head comes before the request.
    "sealed past it": (cancelled("ConditionalCheckFailed", "None"), Outcome.MOVED),
    "repeated": (cancelled("None", "ConditionalCheckFailed"), Outcome.REPEATED),
    "repeated and sealed past it": (
        cancelled("ConditionalCheckFailed", "ConditionalCheckFailed"),
        Outcome.REPEATED,
    ),
    "repeated and in conflict": (
        cancelled("TransactionConflict", "ConditionalCheckFailed", "TransactionConflict"),
        Outcome.REPEATED,
    ),
    "against a condition": (cancelled("None", "None", "ConditionalCheckFailed"), Outcome.MOVED),
}


@pytest.mark.parametrize(("reply", "outcome"), OUTCOMES.values(), ids=OUTCOMES.keys())
def test_the_outcome_says_what_became_of_a_commit(
    server: Server, reply: Reply, outcome: Outcome
) -> None:
    """Each way of not acknowledging a commit is told as what it means for the rows."""
    server.replies = [reply]
    assert store_at(server.url).commit(FIRST) is outcome
    assert server.requests == 1


def test_nothing_was_done_where_nobody_listens() -> None:
    """A refused connection is a commit that surely was not carried out."""
    with refused_port() as endpoint:
        assert store_at(endpoint).commit(FIRST) is Outcome.BUSY


@pytest.mark.parametrize("reply", [NO_SUCH_TABLE, NOT_VALID, cancelled("None", "ValidationError")])
def test_a_defect_is_not_taken_for_an_outcome(server: Server, reply: Reply) -> None:
    """What no retry can mend is raised."""
    server.replies = [reply]
    with pytest.raises(PynamoDBException):
        store_at(server.url).commit(FIRST)


READS: dict[str, Callable[[Store], object]] = {
    "wallet": lambda store: store.wallet(wallet_id(1)),
    "wallets": lambda store: store.wallets([wallet_id(1), wallet_id(2)]),
    "wallet_history": lambda store: store.wallet_history(wallet_id(1), None, 5),
    "wallet_row": lambda store: store.wallet_row(wallet_id(1), 1),
    "transaction": lambda store: store.transactions([transaction(1)]),
    "transactions": lambda store: store.transactions([transaction(1), transaction(2)]),
    "wallet_rows": lambda store: store.wallet_rows(wallet_id(1), 0, 5),
    "wallet_ids": lambda store: list(store.wallet_ids()),
    "sealed_at": lambda store: store.sealed_at(),
    "governance": lambda store: store.governance(0),
    "record": lambda store: store.record(Card, "ana"),
    "records": lambda store: store.records(Card, ["ana", "ben"]),
    "standing": lambda store: store.standing(transaction(1)),
    "ledger_rows": lambda store: list(store.ledger_rows()),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_a_read_without_an_answer_says_so(server: Server, read: Callable[[Store], object]) -> None:
    """No read makes up that nothing is there, and every one raises the port's own error."""
    store = store_at(server.url)
    for reply in (THROTTLED, EMPTY_500, GATEWAY_503, HANGS_UP, SILENCE):
        server.replies = [reply]
        with pytest.raises(StoreUnavailable):
            read(store)


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_a_read_where_nobody_listens_says_so(read: Callable[[Store], object]) -> None:
    """A refused connection is an unavailable store."""
    with refused_port() as endpoint, pytest.raises(StoreUnavailable):
        read(store_at(endpoint))


@pytest.fixture
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore does not wait before it sends again."""
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))


@pytest.mark.usefixtures("_no_backoff")
@pytest.mark.parametrize(
    "reply", [THROTTLED, BROKEN, EMPTY_500, HANGS_UP, SILENCE, cancelled("None", "ThrottlingError")]
)
def test_a_request_is_given_up_after_a_bounded_number_of_sends(
    server: Server, reply: Reply
) -> None:
    """The caller gets StoreUnavailable, and the store is not hammered."""
    server.replies = [reply]
    with pytest.raises(StoreUnavailable):
        ask_at(store_at(server.url, retries=1))
    assert server.requests <= 2 * MAX_UNANSWERED


def test_a_request_where_nobody_listens_is_given_up() -> None:
    """The caller gets StoreUnavailable for a refused connection too."""
    with refused_port() as endpoint, pytest.raises(StoreUnavailable):
        ask_at(store_at(endpoint))


@pytest.mark.usefixtures("_no_backoff")
@pytest.mark.parametrize("first", [EMPTY_500, HANGS_UP, SILENCE])
@pytest.mark.parametrize("then", [THROTTLED, cancelled("None", "TransactionConflict")])
def test_a_second_send_does_not_hide_that_the_first_got_no_answer(
    server: Server, first: Reply, then: Reply
) -> None:
    """The first may have been carried out, whatever the answer to the second is."""
    store = store_at(server.url, retries=1)
    server.replies = [first, then]
    assert store.commit(FIRST) is Outcome.UNKNOWN
    assert server.requests >= 2


@pytest.mark.usefixtures("_no_backoff")
def test_a_later_commit_is_not_judged_by_an_earlier_one(server: Server) -> None:
    """What went unanswered before says nothing of this commit."""
    store = store_at(server.url)
    server.replies = [EMPTY_500, THROTTLED]
    assert store.commit(FIRST) is Outcome.UNKNOWN
    assert store.commit(FIRST) is Outcome.BUSY


def losing_commits(
    store: DynamoStore, count: int, executed: bool = True
) -> AbstractContextManager[list[str]]:
    return losing_answers(client_of(store), "TransactWriteItems", count, executed)


def points_of(store: Store, member: str) -> int:
    found = store.record(Member, member)
    assert found is not None
    row = store.wallet(WalletId(found.record.wallets[STARS]))
    return 0 if row is None else row.wallet.balances.available


@pytest.mark.usefixtures("_no_backoff")
@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("executed", [True, False])
def test_a_commit_whose_answer_is_lost_is_done_once(
    dynamo_store: DynamoStore, lost: int, executed: bool
) -> None:
    """The request is answered as done; its points are there once, however often it is sent."""
    coalition = founded(dynamo_store)
    (ana,) = enrolled(coalition, 1)
    with losing_commits(dynamo_store, lost, executed) as sends:
        answer = buys(coalition, ana, 100_00, "receipt")
    assert len(sends) == lost
    assert answer == Answer(entered=True)
    assert buys(coalition, ana, 100_00, "receipt") == answer
    assert points_of(dynamo_store, ana) == 100
    entries = ledger_in_order(dynamo_store)
    assert [entry.label[0] for entry in entries].count("T") == 1
    assert verify(entries, origin=ORIGIN, cores=1).fault is None


@pytest.mark.usefixtures("_no_backoff")
def test_a_request_whose_every_answer_is_lost_is_answered_from_its_row(
    dynamo_store: DynamoStore,
) -> None:
    """After a commit of unknown outcome the request's row decides."""
    coalition = founded(dynamo_store)
    (ana,) = enrolled(coalition, 1)
    with losing_commits(dynamo_store, 1000):
        assert buys(coalition, ana, 100_00, "receipt") == Answer(entered=True)
    assert points_of(dynamo_store, ana) == 100


def test_a_commit_that_was_executed_unanswered_is_unknown_then_repeated(
    dynamo_store: DynamoStore,
) -> None:
    """Sent again with a new token it finds its own row."""
    with losing_commits(dynamo_store, 100):
        assert dynamo_store.commit(FIRST) is Outcome.UNKNOWN
    before = contents(dynamo_store)
    assert dynamo_store.commit(FIRST) is Outcome.REPEATED
    assert contents(dynamo_store) == before


def test_a_commit_without_credentials_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be signed, nothing is said to be done."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with refused_port() as endpoint:
        assert store_at(endpoint).commit(Commit(FIRST.transactions)) is Outcome.UNKNOWN
