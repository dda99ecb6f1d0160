"""What all counts of requests promise: nobody's is lost, each minute and party for itself."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from loyalty.ports import StoreUnavailable
from loyalty.throttling import RequestCounts
from storage.memory_request_counts import MemoryRequestCounts
from storage.request_counts_dynamodb import DynamoRequestCounts
from tests.contract.builders import client_of
from tests.contract.conftest import STORES, dynamodb_table
from tests.contract.servers import HANGS_UP, Server, store_at


@pytest.fixture(params=STORES)
def counts(request: pytest.FixtureRequest) -> Iterator[RequestCounts]:
    """Each that there is."""
    if request.param == "memory":
        yield MemoryRequestCounts()
    else:
        with dynamodb_table(request.param) as store:
            yield DynamoRequestCounts(store)


def test_each_party_and_minute_is_counted_for_itself(counts: RequestCounts) -> None:
    """A new minute begins at nothing."""
    assert [counts.counted("member:ada", 7, n) for n in (1, 1, 3)] == [1, 2, 5]
    assert counts.counted("member:grace", 7, 2) == 2
    assert counts.counted("member:ada", 8, 1) == 1


def test_none_of_those_at_the_same_time_is_lost(counts: RequestCounts) -> None:
    """Each sees a number of its own, whichever process counts."""
    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(lambda _: counts.counted("partner:grocer", 7, 1), range(20)))
    assert sorted(seen) == list(range(1, 21))


def test_its_rows_alone_may_be_erased_by_their_age() -> None:
    """The TTL attribute is an hour after the minute, and what counts is not read by anyone else."""
    with dynamodb_table("moto") as store:
        DynamoRequestCounts(store).counted("member:ada", 29_000_000, 1)
        items = client_of(store).scan(TableName=store.table.name)["Items"]
        assert items == [
            {
                "pk": {"S": "RATE#member:ada"},
                "sk": {"S": "29000000"},
                "n": {"N": "1"},
                "x": {"N": str(29_000_000 * 60 + 3_600)},
            }
        ]
        assert list(store.ledger_rows()) == []
        assert list(store.wallet_ids()) == []


def test_counts_that_get_no_answer_are_unavailable(server: Server) -> None:
    """As with every other call of the store."""
    server.replies = [HANGS_UP]
    with pytest.raises(StoreUnavailable):
        DynamoRequestCounts(store_at(server.url)).counted("member:ada", 7, 1)
