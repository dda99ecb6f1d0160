"""The stream of a local table."""

from collections.abc import Iterator

import pytest

from local.aws import TABLE, local_store
from local.stream import Doorbell
from storage.dynamodb import DynamoStore


@pytest.fixture
def store() -> Iterator[DynamoStore]:
    with local_store() as store:
        yield store


def put(store: DynamoStore, *keys: str) -> None:
    """In one transaction."""
    items = [
        {"Put": {"TableName": TABLE, "Item": {"pk": {"S": key}, "sk": {"S": "R"}}}} for key in keys
    ]
    store.connection.client.transact_write_items(TransactItems=items)


def rung(doorbell: Doorbell) -> list[str]:
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in doorbell.rung()]


def test_wallets_and_governance_ring_once_and_in_order(store: DynamoStore) -> None:
    """Records, transactions and what the sealer itself writes do not."""
    doorbell = Doorbell(store)
    put(store, "T#1", "W#b", "Member#1", "W#a", "LOG")
    put(store, "G")
    assert rung(doorbell) == ["W#b", "W#a", "G"]
    assert rung(doorbell) == []
    put(store, "W#c")
    assert rung(doorbell) == ["W#c"]


def test_more_than_a_page_is_read_at_once(store: DynamoStore) -> None:
    """A block is dated by when the stream was read: to its end."""
    doorbell = Doorbell(store)
    wallets = [f"W#{number}" for number in range(1_050)]
    for first in range(0, len(wallets), 100):
        put(store, *wallets[first : first + 100])
    assert rung(doorbell) == wallets
