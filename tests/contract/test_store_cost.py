"""What requests cost in DynamoDB, by its rules for the size of an item.

Size: UTF-8 bytes of attribute names and values, binary values raw. A transactional write costs
2 WRU for each kB begun, a strongly consistent read 1 RRU for each 4 kB begun.
"""

from base64 import b64decode
from typing import Any

from ledger.names import WalletId
from loyalty.coalition import Coalition
from loyalty.ports import Commit
from loyalty.records.members import Member
from storage.dynamodb import DynamoStore
from tests.contract.builders import (
    STARS,
    buys,
    enrolled,
    founded,
    gives,
    transaction_row,
    wallet_row,
)
from tests.contract.conftest import Sent


def item_bytes(item: dict[str, dict[str, Any]]) -> int:
    """The size of an item whose attributes are strings and binaries."""
    size = 0
    for name, value in item.items():
        ((kind, data),) = value.items()
        assert kind in ("S", "B"), f"{name} is of type {kind}"
        raw = data.encode() if kind == "S" else _raw(data)
        size += len(name.encode()) + len(raw)
    return size


def _raw(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else b64decode(data)


def one_transaction(sent: Sent) -> list[int]:
    """Sizes of the items of the one transaction that was sent."""
    (transaction,) = sent.of("TransactWriteItems")
    return [item_bytes(member["Put"]["Item"]) for member in transaction["TransactItems"]]


def write_units(sizes: list[int]) -> int:
    return sum(2 * -(-size // 1024) for size in sizes)


def wallet_of(coalition: Coalition, member: str) -> WalletId:
    found = coalition.store.record(Member, member)
    assert found is not None
    return found.record.wallets[STARS]


def test_an_earn_writes_two_items_for_4_wru(dynamo_store: DynamoStore, sent: Sent) -> None:
    """A purchase is its entry and its wallet's row, each below 1 kB; so is the twentieth."""
    coalition = founded(dynamo_store)
    (ana,) = enrolled(coalition, 1)
    for number in range(20):
        sent.requests.clear()
        buys(coalition, ana, 12_345_67 + number, f"receipt-{number}")
        sizes = one_transaction(sent)
        assert len(sizes) == 2
        assert max(sizes) <= 1024
        assert write_units(sizes) == 4


def test_a_transfer_writes_three_items_for_6_wru(dynamo_store: DynamoStore, sent: Sent) -> None:
    """Double entry over two wallets is one entry and two rows, each below 1 kB."""
    coalition = founded(dynamo_store)
    ana, ben = enrolled(coalition, 2)
    for number in range(5):
        buys(coalition, ana, 1_000_000, f"receipt-{number}")
        sent.requests.clear()
        gives(coalition, ana, ben, 1_234, f"gift-{number}")
        sizes = one_transaction(sent)
        assert len(sizes) == 3
        assert max(sizes) <= 1024
        assert write_units(sizes) == 6


def test_binary_attributes_hold_the_bytes_themselves(dynamo_store: DynamoStore, sent: Sent) -> None:
    """No byte is spent on writing bytes, hashes or state as text within binary."""
    row = transaction_row(1)
    wallet = wallet_row(1, 1, detail=bytes(range(256)))
    dynamo_store.commit(Commit((row,), (wallet,)))
    ((first, second),) = [
        [member["Put"]["Item"] for member in transaction["TransactItems"]]
        for transaction in sent.of("TransactWriteItems")
    ]
    written = {name: _raw(value["B"]) for name, value in (first | second).items() if "B" in value}
    assert written.pop("s").startswith(b"[[25,0,0,0],[")
    assert written == {
        "e": row.entry,
        "q": b64decode(row.asked or ""),
        "r": row.response,
        "h": b64decode(wallet.wallet.head),
        "d": wallet.detail,
    }


def test_a_balance_is_read_for_1_rru(dynamo_store: DynamoStore, sent: Sent) -> None:
    """The head of a wallet with many rows is one strongly consistent read of one row."""
    coalition = founded(dynamo_store)
    (ana,) = enrolled(coalition, 1)
    for number in range(3):
        buys(coalition, ana, 1_000_000, f"receipt-{number}")
    transactions = sent.of("TransactWriteItems")
    (head,) = [
        member["Put"]["Item"]
        for member in transactions[-1]["TransactItems"]
        if "c" in member["Put"]["Item"]
    ]
    assert -(-item_bytes(head) // 4096) == 1
    wallet = wallet_of(coalition, ana)
    sent.requests.clear()
    row = dynamo_store.wallet(wallet)
    assert row is not None
    assert row.wallet.seq == 3
    ((operation, query),) = sent.requests
    assert operation == "Query"
    assert query["Limit"] == 1
    assert query["ConsistentRead"] is True
    assert "IndexName" not in query


def test_no_read_uses_an_index_or_may_be_stale(dynamo_store: DynamoStore, sent: Sent) -> None:
    """Every request of every use case reads what was committed before it."""
    coalition = founded(dynamo_store)
    ana, ben = enrolled(coalition, 2)
    buys(coalition, ana, 1_000_000, "receipt")
    gives(coalition, ana, ben, 50, "gift")
    list(dynamo_store.ledger_rows())
    list(dynamo_store.wallet_ids())
    dynamo_store.wallet_rows(wallet_of(coalition, ana), 0, 5)
    dynamo_store.records(Member, [ana, ben])
    reads = [(name, params) for name, params in sent.requests if name != "TransactWriteItems"]
    assert {name for name, _ in reads} == {"Query", "GetItem", "Scan", "BatchGetItem"}
    for name, params in reads:
        asked = params["RequestItems"].values() if name == "BatchGetItem" else [params]
        assert all(each["ConsistentRead"] for each in asked), name
        assert all("IndexName" not in each for each in asked), name
