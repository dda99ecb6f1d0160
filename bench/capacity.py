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
from loyalty.records.members import Member
from storage.dynamodb import DynamoStore
from tests.contract.builders import (
    STARS,
    buys,
    client_of,
    enrolled,
    founded,
    gives,
    publishes,
    redeems,
)

_ROUNDS = 20
_EVENT = "provide-client-params.dynamodb.TransactWriteItems"

_BASE = {
    "partners": ["brewco"],
    "money": "EUR",
}
TIERED: dict[str, object] = {
    "id": "stars",
    "version": 2,
    "name": "Stars",
    "currency": STARS,
    "measures": [
        {"id": "points-year", "count": "points", "over": {"over": "rolling", "days": 365}},
        {"id": "visits", "count": "visits", "over": {"over": "calendar", "period": "month"}},
    ],
    "tiers": {
        "measure": "points-year",
        "grace_days": 30,
        "levels": [
            {"id": "silver", "name": "Silver", "at": 500},
            {"id": "gold", "name": "Gold", "at": 1_000},
        ],
    },
    "badges": [{"id": "ten", "name": "Ten visits", "measure": "visits", "at": 10}],
    "earn": [
        {
            **_BASE,
            "id": "base",
            "effect": "points_per_amount",
            "points": 1,
            "per_minor": 100,
            "rounding": "carry",
            "caps": [{"points": 5_000, "in": "day"}, {"points": 50_000, "in": "month"}],
        },
        {
            **_BASE,
            "id": "gold",
            "effect": "multiplier",
            "percent": 150,
            "rounding": "floor",
            "when": [{"condition": "tier", "any_of": ["gold"]}],
        },
    ],
    "rewards": [],
    "expiry": {"after": "month_end", "months": 12},
}
"""What a coalition may ask of an order: all of it is remembered in the wallet's own row."""

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
        (eve,) = enrolled(coalition, 1, "eve")
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
        client_of(store).meta.events.unregister(_EVENT, sent)
        publishes(coalition, TIERED)
        client_of(store).meta.events.register(_EVENT, sent)
        for number in range(_ROUNDS):
            buys(coalition, eve, 60_00 + number, f"tiered-{number}")
        yield at_most("earn with tiers, caps and lots", *_with_bound(sent, 4))


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
