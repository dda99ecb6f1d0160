"""The items of the one DynamoDB table, as PynamoDB models, and the rows of the ports as items.

    pk              sk               holds
    W#<wallet>      E#<seq, 12>      wallet row: c currency, t transaction, k kind, a at,
                                     h entry hash, s state, d detail, y tally
    W#<wallet>      E#<seq, 12>      tally row, at the place of the next: c, a, h, s as the entry
                                     before left them, y tally, n version; no t
    T#<id>          T                transaction: e entry, q digest of what was asked, r response
    T#<id>          S                what it still stands at: s standing, n version
    T#<id>          L                where it stands in the log: n index
    G               E#<seq, 12>      governance: e entry
    <record type>#<id>  R            record: s its JSON, n version
    LOG             HEAD             the log's head: e checkpoint, s position of the sealer,
                                     g seq of the newest governance entry in it, a at of its block
    D#<day>#<shard>  <wallet>/<matter>  something to look at on that day: n seq of the entry that
                                     told of it
    D#              <day>            a day that may have such items
    CLOCK           SWEEP            a sweep of all wallets is under way: k its place
    DELIVERY#<endpoint>  <event>     delivery of an event: s its JSON, n version
    DUE#<shard>     <at>#<event>#<endpoint>  the same while it is due: s
    DEAD#<endpoint>  <at>#<event>    the same once it is given up: s
    RATE#<party>    <minute>         what it asked for in that minute: n, x when TTL may erase it;
                                     no other item has x

Attribute names are one character: an earn's two items must stay below 1 kB each, where a
transactional write costs 2 WRU. State is JSON in a binary attribute for the same reason.
"""

from base64 import b64decode, b64encode
from typing import Any

import msgspec
from pynamodb.attributes import Attribute, BinaryAttribute, UnicodeAttribute
from pynamodb.constants import NUMBER
from pynamodb.models import Model

from ledger.kinds import Standing
from ledger.names import At, CurrencyCode, Hash, TransactionId, WalletId
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet
from loyalty.clock.agenda import Due
from loyalty.ports import (
    GovernanceRow,
    Record,
    RecordPut,
    StandingPut,
    TallyRow,
    TransactionRow,
    WalletRow,
)
from sealing.ports import Head


class IntegerAttribute(Attribute[int]):
    """A whole number. PynamoDB's own NumberAttribute goes through floats."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


class TableModel(Model):
    """What every item has: its key."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Item(TableModel):
    """Any item; each kind uses some of these attributes."""

    currency = UnicodeAttribute(attr_name="c", null=True)
    transaction = UnicodeAttribute(attr_name="t", null=True)
    kind = UnicodeAttribute(attr_name="k", null=True)
    at = UnicodeAttribute(attr_name="a", null=True)
    hash = BinaryAttribute(attr_name="h", null=True, legacy_encoding=False)
    state = BinaryAttribute(attr_name="s", null=True, legacy_encoding=False)
    detail = BinaryAttribute(attr_name="d", null=True, legacy_encoding=False)
    tally = BinaryAttribute(attr_name="y", null=True, legacy_encoding=False)
    entry = BinaryAttribute(attr_name="e", null=True, legacy_encoding=False)
    asked = BinaryAttribute(attr_name="q", null=True, legacy_encoding=False)
    response = BinaryAttribute(attr_name="r", null=True, legacy_encoding=False)
    number = IntegerAttribute(attr_name="n", null=True)
    governance = IntegerAttribute(attr_name="g", null=True)
    until = IntegerAttribute(attr_name="x", null=True)


class _State(msgspec.Struct, array_like=True, frozen=True):
    balances: tuple[int, int, int, int]
    lots: tuple[tuple[str, str, int], ...]


GOVERNANCE_PK = "G"
WALLET_PKS = "W#"
HEAD = ("LOG", "HEAD")
DAYS_PK = "D#"
SWEEP = ("CLOCK", "SWEEP")


def wallet_pk(wallet: str) -> str:
    return f"{WALLET_PKS}{wallet}"


def transaction_pk(id_: str) -> str:
    return f"T#{id_}"


def record_pk(kind: type[Record], id_: str) -> str:
    return f"{kind.__name__}#{id_}"


def seq_sk(seq: int) -> str:
    return f"E#{seq:012d}"


def wallet_item(model: type[Item], row: WalletRow) -> Item:
    item = _state_item(model, row.wallet, row.wallet.seq, row.tally)
    item.transaction, item.kind, item.detail = row.transaction, row.kind, row.detail or None
    return item


def tally_item(model: type[Item], row: TallyRow) -> Item:
    item = _state_item(model, row.wallet, row.wallet.seq + 1, row.tally)
    item.number = row.version
    return item


def _state_item(model: type[Item], wallet: Wallet, place: int, tally: bytes) -> Item:
    state = msgspec.json.encode(_State(tuple(wallet.balances), wallet.lots))  # type: ignore[arg-type]
    return model(
        wallet_pk(wallet.id),
        seq_sk(place),
        currency=wallet.currency,
        at=wallet.at or None,
        hash=b64decode(wallet.head),
        state=state,
        tally=tally or None,
    )


def wallet_of(item: Item) -> WalletId:
    return WalletId(item.pk.removeprefix(WALLET_PKS))


def is_tally(item: Item) -> bool:
    """Of an item of a wallet: whether it is a tally row, which is none of the ledger's."""
    return item.transaction is None


def wallet_or_tally_row(item: Item) -> WalletRow | TallyRow:
    if not is_tally(item):
        return wallet_row(item)
    return TallyRow(_wallet(item, 1), item.tally or b"", _given(item.number))


def wallet_row(item: Item) -> WalletRow:
    return WalletRow(
        _wallet(item, 0),
        TransactionId(_given(item.transaction)),
        _given(item.kind),
        item.detail or b"",
        item.tally or b"",
    )


def _wallet(item: Item, ahead: int) -> Wallet:
    """ahead: by how much the item's place is past the wallet's newest entry."""
    state = msgspec.json.decode(_given(item.state), type=_State)
    return Wallet(
        wallet_of(item),
        CurrencyCode(_given(item.currency)),
        int(item.sk.removeprefix("E#")) - ahead,
        Hash(b64encode(_given(item.hash)).decode()),
        At(item.at or ""),
        Balances(*state.balances),
        tuple(Lot(*lot) for lot in state.lots),  # type: ignore[arg-type]
    )


def transaction_item(model: type[Item], row: TransactionRow) -> Item:
    return model(
        transaction_pk(row.id),
        "T",
        entry=row.entry,
        asked=None if row.asked is None else b64decode(row.asked),
        response=row.response or None,
    )


def transaction_row(item: Item) -> TransactionRow:
    return TransactionRow(
        TransactionId(item.pk.removeprefix("T#")),
        item.entry,
        None if item.asked is None else Hash(b64encode(item.asked).decode()),
        item.response or b"",
    )


def governance_item(model: type[Item], row: GovernanceRow) -> Item:
    return model(GOVERNANCE_PK, seq_sk(row.seq), entry=row.entry)


def governance_row(item: Item) -> GovernanceRow:
    return GovernanceRow(int(item.sk.removeprefix("E#")), _given(item.entry))


def record_item(model: type[Item], put: RecordPut) -> Item:
    state = msgspec.json.encode(put.record)
    return model(record_pk(type(put.record), put.id), "R", state=state, number=put.replaces + 1)


def standing_item(model: type[Item], put: StandingPut) -> Item:
    state = msgspec.json.encode(put.standing)
    return model(transaction_pk(put.standing.id), "S", state=state, number=put.replaces + 1)


def standing_row(item: Item) -> tuple[Standing, int]:
    return msgspec.json.decode(_given(item.state), type=Standing), _given(item.number)


def head_item(model: type[Item], head: Head) -> Item:
    return model(
        *HEAD,
        entry=head.checkpoint,
        state=head.position,
        governance=head.governance_seq,
        at=head.at,
    )


def head_of(item: Item) -> Head:
    return Head(
        _given(item.entry), _given(item.state), _given(item.governance), At(_given(item.at))
    )


def index_item(model: type[Item], id_: TransactionId, index: int) -> Item:
    return model(*index_key(id_), number=index)


def index_key(id_: TransactionId) -> tuple[str, str]:
    return transaction_pk(id_), "L"


def due_pk(day: str, shard: str) -> str:
    return f"D#{day}#{shard}"


def due_key(due: Due) -> tuple[str, str]:
    return due_pk(due.day, due.shard), f"{due.wallet}/{due.matter}"


def due_item(model: type[Item], due: Due) -> Item:
    return model(*due_key(due), number=due.seq)


def due_of(item: Item) -> Due:
    wallet, _, matter = item.sk.partition("/")
    return Due(item.pk.split("#")[1], WalletId(wallet), matter, _given(item.number))


def day_key(day: str) -> tuple[str, str]:
    return DAYS_PK, day


def _given(value: Any) -> Any:
    """An attribute that this kind of item always has."""
    if value is None:
        raise ValueError("an item of the table lacks an attribute that its kind has")
    return value
