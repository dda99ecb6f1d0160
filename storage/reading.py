"""A ledger out of its table: entries in the order that `ledger.verify` takes, rows against them.

Every label is a place in the table: G/<seq>, T/<transaction id>, W/<wallet id>/<seq>.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from ledger.entries import read_entry
from ledger.errors import shown
from ledger.history import History
from ledger.names import CurrencyCode, Hash, TransactionId, WalletId, digest
from ledger.order import chain_order
from ledger.tx import Link, Tx, read_tx
from ledger.verify import Labelled
from ledger.wallets import Lot, Wallet, changed_lots
from loyalty.ports import GovernanceRow, Store, TransactionRow, WalletRow

LedgerRow: TypeAlias = GovernanceRow | TransactionRow | WalletRow


class RowFault(NamedTuple):
    """Where a row and the entries disagree; rule: `row.` and what of it."""

    label: str
    rule: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.label} breaks {self.rule}: expected {self.expected}, found {self.found}"


class _Entered(NamedTuple):
    """An entry that a transaction's row holds."""

    tx: Tx
    hash: Hash


class _Place(NamedTuple):
    """What an entry says of one wallet."""

    entered: _Entered
    link: Link


_Places: TypeAlias = dict[WalletId, dict[int, _Place]]


def ledger_in_order(store: Store) -> list[Labelled]:
    """All entries of a store, as `ledger.verify.verify` takes them."""
    return entries_in_order(store.ledger_rows())


def entries_in_order(rows: Iterable[LedgerRow]) -> list[Labelled]:
    """The entries of rows that come in any order: governance by seq, then each wallet's chain."""
    governance: list[GovernanceRow] = []
    entries: dict[TransactionId, bytes] = {}
    links: dict[TransactionId, list[tuple[WalletId, int]]] = {}
    for row in rows:
        if isinstance(row, GovernanceRow):
            governance.append(row)
        elif isinstance(row, WalletRow):
            links.setdefault(row.transaction, []).append((row.wallet.id, row.wallet.seq))
        elif row.entry is not None:
            entries[row.id] = row.entry
    governance.sort()
    order = chain_order({id_: links.get(id_, ()) for id_ in entries})
    return [
        *(Labelled(f"G/{row.seq}", row.entry) for row in governance),
        *(Labelled(f"T/{id_}", entries[id_]) for id_ in order),
    ]


def row_faults(rows: Iterable[LedgerRow], history: History) -> Iterator[RowFault]:
    """Where wallet rows disagree with the entries, by wallet and seq; the first is what to look at.

    history: what `verify` made of the same rows' entries and found without fault. Raises RuleBroken
    for an entry that cannot be read, which `verify` would have named.
    """
    entered: dict[TransactionId, _Entered] = {}
    wallets: dict[WalletId, dict[int, WalletRow]] = {}
    for row in rows:
        if isinstance(row, WalletRow):
            wallets.setdefault(row.wallet.id, {})[row.wallet.seq] = row
        elif isinstance(row, TransactionRow) and row.entry is not None:
            entry = read_entry(row.entry)
            entered[row.id] = _Entered(read_tx(entry.body), entry.hash)
    for id_, (tx, _) in entered.items():
        if tx.id != id_:
            yield RowFault(f"T/{id_}", "row.id", id_, tx.id)
    places = _places(entered.values())
    for wallet in sorted(wallets.keys() | places.keys() | history.wallets.keys()):
        yield from _wallet_faults(
            wallet,
            wallets.get(wallet, {}),
            places.get(wallet, {}),
            entered,
            history.wallets.get(wallet),
        )


def _places(entered: Iterable[_Entered]) -> _Places:
    places: _Places = {}
    for each in entered:
        for link in each.tx.chains:
            places.setdefault(link.wallet, {})[link.seq] = _Place(each, link)
    return places


def _wallet_faults(
    wallet: WalletId,
    rows: Mapping[int, WalletRow],
    places: Mapping[int, _Place],
    entered: Mapping[TransactionId, _Entered],
    replayed: Wallet | None,
) -> Iterator[RowFault]:
    """What is wrong with one wallet's rows. Each is compared with entries alone, so that one wrong
    row does not make those after it look wrong."""
    lots: tuple[Lot, ...] = ()
    last = None
    for seq in sorted(rows.keys() | places.keys()):
        label, row, place = f"W/{wallet}/{seq}", rows.get(seq), places.get(seq)
        if place is not None:
            lots = changed_lots(lots, _changes(place))
            last = _expected(place, lots)
        if row is None:
            id_ = "" if place is None else place.entered.tx.id
            yield RowFault(label, "row.missing", f"a row for the entry T/{id_}", "no row")
        elif row.transaction not in entered:
            yield RowFault(label, "row.entry", f"an entry at T/{row.transaction}", "no entry")
        elif place is None or last is None or row.transaction != place.entered.tx.id:
            found = "none" if place is None else f"T/{place.entered.tx.id}"
            yield RowFault(label, "row.transaction", found, f"T/{row.transaction}")
        else:
            yield from _row_faults(label, row, last, place.entered.tx)
    if last != replayed:
        yield RowFault(f"W/{wallet}", "row.replay", shown(replayed), shown(last))


def _changes(place: _Place) -> list[Lot]:
    own = place.link.wallet
    return [
        Lot(expires, issuer, change)
        for wallet, expires, issuer, change in place.entered.tx.lots
        if wallet == own
    ]


def _expected(place: _Place, lots: tuple[Lot, ...]) -> Wallet:
    """The wallet as a verified entry leaves it."""
    tx, hash_ = place.entered
    link = place.link
    return Wallet(link.wallet, _currency(tx, link.wallet), link.seq, hash_, tx.at, link.after, lots)


def _currency(tx: Tx, wallet: WalletId) -> CurrencyCode:
    prefix = f"wallet:{wallet}:"
    return next(row.currency for row in tx.postings if row.account.startswith(prefix))


def _row_faults(label: str, row: WalletRow, wallet: Wallet, tx: Tx) -> Iterator[RowFault]:
    for name, expected, found in zip(Wallet._fields, wallet, row.wallet, strict=True):
        if expected != found:
            yield RowFault(label, f"row.{name}", shown(expected), shown(found))
    if row.kind != tx.kind:
        yield RowFault(label, "row.kind", tx.kind, row.kind)
    # An empty detail was erased, or never there.
    if row.detail and digest(row.detail) != tx.detail:
        yield RowFault(label, "row.detail", shown(tx.detail), digest(row.detail))
