"""What each operation costs in DynamoDB's capacity units, by the sizes of the items it sends.

An item's size is the bytes of its attribute names and values. A transactional write costs 2 WRU for
each kB begun, a strongly consistent read 1 RRU for each 4 kB begun of what it reads together.
"""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from bench.figures import Figure, at_most
from ledger.names import WalletId
from local.aws import local_store
from loyalty.records import Member
from storage.dynamodb import DynamoStore
from tests.contract.builders import STARS, buys, client_of, enrolled, founded, gives, redeems

_ROUNDS = 20
_EVENT = "provide-client-params.dynamodb.TransactWriteItems"

Item = Mapping[str, Mapping[str, Any]]


class _Sent:
    """The items of each transaction that the store sends."""

    def __init__(self) -> None:
        self.transactions: list[list[Item]] = []

    def __call__(self, params: Mapping[str, Any], **_: object) -> None:
        items = params["TransactItems"]
        self.transactions.append([member["Put"]["Item"] for member in items])

    def largest(self) -> tuple[float, str]:
        """WRU of the dearest transaction, and the sizes of its items."""
        sizes = [[size_bytes(item) for item in items] for items in self.transactions]
        self.transactions.clear()
        dearest = max(sizes, key=lambda each: (write_units(each), sum(each)))
        return write_units(dearest), " + ".join(f"{size:,}" for size in dearest) + " bytes"


def figures() -> Iterator[Figure]:
    """The dearest of twenty of each, as the use cases send them."""
    with local_store() as store:
        coalition = founded(store)
        ana, ben = enrolled(coalition, 2)
        sent = _Sent()
        client_of(store).meta.events.register(_EVENT, sent)
        for number in range(_ROUNDS):
            buys(coalition, ana, 12_345_67 + number, f"receipt-{number}")
        yield at_most("earn", *_with_bound(sent, 4))
        for number in range(_ROUNDS):
            gives(coalition, ana, ben, 50, f"gift-{number}")
        yield at_most("transfer", *_with_bound(sent, 6))
        for number in range(_ROUNDS):
            redeems(coalition, ana, f"coffee-{number}")
        wru, sizes = sent.largest()
        yield at_most("redeem, with its voucher", wru, 6, "WRU", sizes)
        yield _balance_read(store, ana)


def size_bytes(item: Item) -> int:
    """The size of an item by DynamoDB's rules, of strings, binaries and numbers."""
    return sum(
        len(name.encode()) + sum(_value_bytes(kind, value) for kind, value in typed.items())
        for name, typed in item.items()
    )


def write_units(sizes: list[int]) -> int:
    return sum(2 * -(-size // 1024) for size in sizes)


def _with_bound(sent: _Sent, bound: int) -> tuple[float, float, str, str]:
    wru, sizes = sent.largest()
    return wru, bound, "WRU", sizes


def _value_bytes(kind: str, value: Any) -> int:
    if kind == "B":
        return len(value if isinstance(value, bytes) else b64decode(value))
    # A number takes a byte for each two digits, and one more.
    return len(value) // 2 + 2 if kind == "N" else len(value.encode())


def _balance_read(store: DynamoStore, member: str) -> Figure:
    found = store.record(Member, member)
    assert found is not None
    answers: list[Mapping[str, Any]] = []
    events = client_of(store).meta.events
    events.register("after-call.dynamodb.Query", lambda parsed, **_: answers.append(parsed))
    store.wallet(WalletId(found.record.wallets[STARS]))
    sizes = [size_bytes(item) for answer in answers for item in answer["Items"]]
    rru = sum(-(-size // 4096) for size in sizes)
    return at_most("balance read", rru, 1, "RRU", f"{len(sizes)} item of {sum(sizes):,} bytes")
