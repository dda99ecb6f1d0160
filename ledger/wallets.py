"""A wallet between two entries, and how points come into it and go out of it.

After every entry the lots of a wallet, each above 0, add up to what is available; in arrears
nothing is available. What comes in pays arrears first. What goes out takes lots earliest first,
ties by issuer.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from sys import intern
from typing import NamedTuple

from ledger.canonical import MAX_INTEGER
from ledger.errors import PointsMissing, RuleBroken
from ledger.names import NO_HASH, At, CurrencyCode, Expires, Hash, WalletId, day_of
from ledger.tx import Balances, LotChange

EXPIRE_MAX_LOTS = 64


class Lot(NamedTuple):
    """Points with one expiry and one issuer; sorts in the order in which lots are spent."""

    expires: Expires
    issuer: str
    quantity: int


class Wallet(NamedTuple):
    """One owner's points in one currency, as of its entry number seq (0: none yet)."""

    id: WalletId
    currency: CurrencyCode
    seq: int = 0
    head: Hash = NO_HASH
    at: At = At("")
    balances: Balances = Balances()
    lots: tuple[Lot, ...] = ()


class Change(NamedTuple):
    """What one transaction does to one wallet: by how much each part and each lot moves."""

    wallet: Wallet
    parts: Balances
    lots: tuple[Lot, ...] = ()


def owed(balances: Balances) -> int:
    """What the coalition owes a wallet."""
    return balances.available + balances.held + balances.pending


def lapsed(lot: Lot, at: str) -> bool:
    """A lot has lapsed when its date is before that of `at`; `never` sorts after every date."""
    return lot.expires < day_of(at)


def check_lots(wallet: Wallet) -> None:
    """Raises RuleBroken for a wallet that did not come about by entries: its lots are all that it
    has available, and nothing else.
    """
    available, found = wallet.balances.available, sum(lot.quantity for lot in wallet.lots)
    if found != available:
        raise RuleBroken("wallet.lots", f"lots of {available} points in {wallet.id}", found)


def lapsed_lots(wallet: Wallet, at: str) -> tuple[Lot, ...]:
    return tuple(lot for lot in wallet.lots if lapsed(lot, at))


def credit(wallet: Wallet, rows: Sequence[Lot], *, held: int = 0, pending: int = 0) -> Change:
    """Rows of points come in: what pays arrears comes from the first, the rest is available.

    held, pending: by how much those parts move beside, where the points come from there.
    """
    amount = sum(row.quantity for row in rows)
    paid = min(amount, -wallet.balances.arrears)
    parts = Balances(amount - paid, held, pending, paid)
    return Change(wallet, parts, _merged(without_first(rows, paid)))


def debit(wallet: Wallet, amount: int, at: str, *, held: int = 0) -> Change:
    """`amount` leaves what is available, earliest lots first. Raises PointsMissing, RuleBroken."""
    taken = take(wallet, amount, at)
    return Change(wallet, Balances(-amount, held), negative(taken))


def take(wallet: Wallet, amount: int, at: str, first: str | None = None) -> tuple[Lot, ...]:
    """The lots that a spend of `amount` consumes, in order; of issuer `first` before others."""
    if amount > wallet.balances.available:
        raise PointsMissing(amount, wallet.balances.available)
    if amount and lapsed(wallet.lots[0], at):
        raise RuleBroken("lots.lapsed", "an expire before it", wallet.lots[0])
    lots = wallet.lots
    if first is not None:
        lots = tuple(sorted(lots, key=lambda lot: (lot.issuer != first, lot)))
    return first_points(lots, amount)


def first_points(rows: Iterable[Lot], amount: int) -> tuple[Lot, ...]:
    """The rows that hold the first `amount` points, the last one cut to fit."""
    taken = []
    for row in rows:
        if amount <= 0:
            break
        quantity = min(row.quantity, amount)
        taken.append(Lot(row.expires, row.issuer, quantity))
        amount -= quantity
    return tuple(taken)


def without_first(rows: Sequence[Lot], amount: int) -> tuple[Lot, ...]:
    """The rows without their first `amount` points."""
    if not amount:
        return tuple(rows)
    rest = []
    for row in rows:
        quantity = max(row.quantity - amount, 0)
        amount -= row.quantity - quantity
        if quantity:
            rest.append(Lot(row.expires, row.issuer, quantity))
    return tuple(rest)


def negative(rows: Iterable[Lot]) -> tuple[Lot, ...]:
    return tuple(Lot(row.expires, row.issuer, -row.quantity) for row in rows)


def _merged(rows: tuple[Lot, ...]) -> tuple[Lot, ...]:
    """Rows of one expiry and issuer are one lot."""
    if len(rows) < 2:
        return rows
    sums: dict[tuple[Expires, str], int] = {}
    for expires, issuer, quantity in rows:
        sums[expires, issuer] = sums.get((expires, issuer), 0) + quantity
    return tuple(Lot(*key, quantity) for key, quantity in sums.items() if quantity)


def changed_lots(lots: tuple[Lot, ...], changes: Sequence[Lot]) -> tuple[Lot, ...]:
    """The lots of a wallet after changes to them. Raises RuleBroken below 0."""
    kept = list(lots)
    for expires, issuer, change in changes:
        place = bisect_left(kept, (expires, issuer))
        end, quantity = place, change
        if place < len(kept) and kept[place][:2] == (expires, issuer):
            end, quantity = place + 1, kept[place].quantity + change
        if quantity < 0:
            raise RuleBroken("lots.negative", "no lot below 0", (expires, issuer, quantity))
        # Lots are most of what is kept of a wallet: many of them name the same days and issuers.
        lot = Lot(Expires(intern(expires)), intern(issuer), quantity)
        kept[place:end] = [lot] if quantity else []
    return tuple(kept)


def after(change: Change) -> Balances:
    """A wallet's balances after a change. Raises RuleBroken past 2^53 - 1."""
    before = change.wallet.balances
    parts = change.parts
    result = Balances(
        before.available + parts.available,
        before.held + parts.held,
        before.pending + parts.pending,
        before.arrears + parts.arrears,
    )
    if max(result) > MAX_INTEGER or result.arrears < -MAX_INTEGER:
        raise RuleBroken("wallet.limit", f"at most {MAX_INTEGER}", result)
    return result


def lot_changes(changes: Iterable[Change]) -> tuple[LotChange, ...]:
    """The rows of a transaction's `lots`."""
    return tuple(
        sorted(
            LotChange(change.wallet.id, lot.expires, lot.issuer, lot.quantity)
            for change in changes
            for lot in change.lots
        )
    )
