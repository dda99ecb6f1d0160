"""The kinds of transaction: what each does to wallets, lots and accounts.

The table is docs/ledger-format.md, "The twelve kinds".

One function for each kind says its whole effect. Whoever makes an entry calls it, and whoever
verifies one calls it again on what the entry claims (`ledger.claims`) and compares: nothing else is
valid, and there is one statement of each rule.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.canonical import MAX_INTEGER
from ledger.errors import RuleBroken
from ledger.names import (
    OPERATOR,
    At,
    CurrencyCode,
    Expires,
    TransactionId,
    WalletId,
    day_of,
    partner_account,
    wallet_account,
)
from ledger.tx import WALLET_PARTS, Balances, Posting, Tx
from ledger.wallets import (
    EXPIRE_MAX_LOTS,
    Change,
    Lot,
    Wallet,
    credit,
    debit,
    first_points,
    lapsed,
    lapsed_lots,
    negative,
    take,
    without_first,
)


class Standing(NamedTuple):
    """What is left of a transaction that later ones may go back to.

    stands: its amount less what was taken back; pending: what of an earn still waits; rows: the
    lots it consumed and that were not given back, in the order of consumption.
    """

    id: TransactionId
    kind: str
    at: At
    wallet: WalletId
    currency: CurrencyCode
    partner: str | None
    stands: int
    pending: int = 0
    rows: tuple[Lot, ...] = ()


class Effect(NamedTuple):
    """All that a transaction does.

    changes: to wallets; others: postings outside wallets; opens: what itself can be gone back to
    (its id and at still empty); leaves: what is then left of the transaction it goes back to.
    """

    changes: tuple[Change, ...]
    others: tuple[Posting, ...] = ()
    opens: Standing | None = None
    leaves: Standing | None = None


def postings(effect: Effect) -> tuple[Posting, ...]:
    """The postings of an effect, as an entry has them."""
    rows = list(effect.others)
    for wallet, parts, _ in effect.changes:
        for part, amount in zip(WALLET_PARTS, parts, strict=True):
            if amount:
                rows.append(Posting(wallet_account(wallet.id, part), wallet.currency, amount))
    rows.sort()
    return tuple(rows)


def earn(wallet: Wallet, partner: str, amount: int, at: str, expires: Expires | None) -> Effect:
    """Partner issues points: available until `expires`, or pending (expires None)."""
    _positive(amount)
    if expires is None:
        change = Change(wallet, Balances(pending=amount))
    else:
        change = credit(wallet, (Lot(_open(expires, at), partner, amount),))
    return Effect(
        (change,),
        (Posting(partner_account(partner, "issued"), wallet.currency, -amount),),
        opens=_standing("earn", wallet, partner, amount, pending=change.parts.pending),
    )


def confirm(wallet: Wallet, of: Standing, amount: int, at: str, expires: Expires) -> Effect:
    """Points of an earn that waited become available."""
    _goes_back(of, wallet, "earn")
    _within(amount, of.pending)
    rows = (Lot(_open(expires, at), str(of.partner), amount),)
    left = of._replace(pending=of.pending - amount)
    return Effect((credit(wallet, rows, pending=-amount),), leaves=left)


def redeem(wallet: Wallet, partner: str, amount: int, at: str) -> Effect:
    """Points are spent at a partner."""
    _positive(amount)
    change = debit(wallet, amount, at)
    return Effect(
        (change,),
        (Posting(partner_account(partner, "burned"), wallet.currency, amount),),
        opens=_standing("redeem", wallet, partner, amount, rows=negative(change.lots)),
    )


def hold(wallet: Wallet, amount: int, at: str) -> Effect:
    """Points are set aside for a redemption to come."""
    _positive(amount)
    change = debit(wallet, amount, at, held=amount)
    return Effect(
        (change,), opens=_standing("hold", wallet, None, amount, rows=negative(change.lots))
    )


def capture(wallet: Wallet, of: Standing, partner: str, amount: int) -> Effect:
    """Points held are spent at a partner; the first of the hold's rows go."""
    _goes_back(of, wallet, "hold")
    _within(amount, of.stands)
    return Effect(
        (Change(wallet, Balances(held=-amount)),),
        (Posting(partner_account(partner, "burned"), wallet.currency, amount),),
        opens=_standing("capture", wallet, partner, amount, rows=first_points(of.rows, amount)),
        leaves=of._replace(stands=of.stands - amount, rows=without_first(of.rows, amount)),
    )


def void(wallet: Wallet, of: Standing) -> Effect:
    """All that a hold still holds comes back with its own rows, lapsed ones too."""
    _goes_back(of, wallet, "hold")
    _within(of.stands, of.stands)
    return Effect(
        (credit(wallet, of.rows, held=-of.stands),), leaves=of._replace(stands=0, rows=())
    )


def transfer(wallet: Wallet, to: Wallet, amount: int, at: str) -> Effect:
    """Points move to another wallet of the currency; lots keep expiry and issuer."""
    _positive(amount)
    if wallet.id == to.id:
        raise RuleBroken("tx.transfer.wallets", "two wallets", wallet.id)
    if wallet.currency != to.currency:
        raise RuleBroken("tx.transfer.currency", wallet.currency, to.currency)
    change = debit(wallet, amount, at)
    rows = negative(change.lots)
    return Effect(
        (change, credit(to, rows)),
        opens=_standing("transfer", wallet, None, amount, rows=rows),
    )


def exchange(
    wallet: Wallet, to: Wallet, amount: int, received: int, at: str, expires: Expires
) -> Effect:
    """Points become another currency's; issuers are kept by their share, with one new expiry."""
    _positive(amount)
    _positive(received)
    if wallet.currency == to.currency:
        raise RuleBroken("tx.exchange.currency", "two currencies", to.currency)
    change = debit(wallet, amount, at)
    consumed = negative(change.lots)
    shares = [row.quantity * received // amount for row in consumed]
    shares[0] += received - sum(shares)
    rows = tuple(
        Lot(_open(expires, at), row.issuer, share)
        for row, share in zip(consumed, shares, strict=True)
        if share
    )
    account = f"exchange:{wallet.currency}:{to.currency}"
    return Effect(
        (change, credit(to, rows)),
        (Posting(account, wallet.currency, amount), Posting(account, to.currency, -received)),
    )


def expire(wallet: Wallet, at: str) -> Effect:
    """All lapsed lots go, or the first 64 of them."""
    rows = lapsed_lots(wallet, at)[:EXPIRE_MAX_LOTS]
    if not rows:
        raise RuleBroken("tx.expire", "a lot that has lapsed", "none")
    by_issuer: dict[str, int] = {}
    for row in rows:
        by_issuer[row.issuer] = by_issuer.get(row.issuer, 0) + row.quantity
    amount = sum(by_issuer.values())
    return Effect(
        (Change(wallet, Balances(-amount), negative(rows)),),
        tuple(
            Posting(_expired_account(issuer), wallet.currency, quantity)
            for issuer, quantity in by_issuer.items()
        ),
        opens=_standing("expire", wallet, None, amount, rows=rows),
    )


def reverse(wallet: Wallet, of: Standing, amount: int, at: str) -> Effect:
    """Takes back an earn: of its pending, then of what is available, the rest as arrears."""
    _goes_back(of, wallet, "earn")
    _within(amount, of.stands)
    pending = min(amount, of.pending)
    available = min(amount - pending, wallet.balances.available)
    arrears = amount - pending - available
    rows = take(wallet, available, at, first=of.partner)
    return Effect(
        (Change(wallet, Balances(-available, 0, -pending, -arrears), negative(rows)),),
        (Posting(partner_account(str(of.partner), "issued"), wallet.currency, amount),),
        leaves=of._replace(stands=of.stands - amount, pending=of.pending - pending),
    )


def refund(wallet: Wallet, of: Standing, amount: int, at: str, later: Expires | None) -> Effect:
    """A redemption comes back, last consumed first; what has lapsed gets the expiry `later`."""
    _goes_back(of, wallet, "redeem", "capture")
    _within(amount, of.stands)
    back, left = _last_points(of.rows, amount)
    rows = tuple(_renewed(row, at, later) if lapsed(row, at) else row for row in back)
    return Effect(
        (credit(wallet, rows),),
        (Posting(partner_account(str(of.partner), "burned"), wallet.currency, -amount),),
        leaves=of._replace(stands=of.stands - amount, rows=left),
    )


def _renewed(row: Lot, at: str, later: Expires | None) -> Lot:
    if later is None:
        raise RuleBroken("tx.refund.expiry", "a later expiry for what lapsed", row)
    return row._replace(expires=_open(later, at))


def adjust_up(
    wallet: Wallet, amount: int, at: str, expires: Expires, of: Standing | None = None
) -> Effect:
    """The operator gives points: its own, or again what an expire or a transfer took."""
    _positive(amount)
    leaves = None
    if of is None:
        rows: tuple[Lot, ...] = (Lot(_open(expires, at), OPERATOR, amount),)
    else:
        _goes_back(of, wallet, "expire", "transfer")
        _within(amount, of.stands)
        back, left = _last_points(of.rows, amount)
        rows = tuple(row._replace(expires=_open(expires, at)) for row in back)
        leaves = of._replace(stands=of.stands - amount, rows=left)
    adjusted = Posting("operator:adjusted", wallet.currency, -amount)
    return Effect((credit(wallet, rows),), (adjusted,), leaves=leaves)


def adjust_down(wallet: Wallet, amount: int, at: str) -> Effect:
    """The operator takes points."""
    _positive(amount)
    adjusted = Posting("operator:adjusted", wallet.currency, amount)
    return Effect((debit(wallet, amount, at),), (adjusted,))


def opened_by(tx: Tx) -> Standing:
    """What an earn or a redeem, as made, can be gone back to. Raises RuleBroken for other kinds."""
    if tx.kind not in ("earn", "redeem") or len(tx.chains) != 1:
        raise RuleBroken("tx.of.kind", "earn or redeem", tx.kind)
    wallet = Wallet(tx.chains[0].wallet, tx.postings[0].currency)
    if tx.kind == "redeem":
        partner, amount = outside_posting(tx, "burned")
        # Lots stand in the order in which they are spent.
        rows = tuple(Lot(row.expires, row.issuer, -row.change) for row in tx.lots)
        standing = _standing("redeem", wallet, partner, amount, rows=rows)
        return standing._replace(id=tx.id, at=tx.at)
    partner, amount = outside_posting(tx, "issued")
    pending = amount_in(tx, wallet, "pending")
    standing = _standing("earn", wallet, partner, -amount, pending=pending)
    return standing._replace(id=tx.id, at=tx.at)


def outside_posting(tx: Tx, account_part: str) -> tuple[str, int]:
    """The one posting outside wallets, `partner:<id>:<account_part>`: the id and the amount."""
    others = [row for row in tx.postings if not row.account.startswith("wallet:")]
    if len(others) == 1:
        kind, _, rest = others[0].account.partition(":")
        partner, _, part = rest.partition(":")
        if kind == "partner" and part == account_part:
            return partner, others[0].amount
    raise RuleBroken(f"tx.{tx.kind}.accounts", f"one partner:<id>:{account_part}", others)


def amount_in(tx: Tx, wallet: Wallet, part: str) -> int:
    account = wallet_account(wallet.id, part)
    return sum(row.amount for row in tx.postings if row.account == account)


def _positive(amount: int) -> None:
    if not 0 < amount <= MAX_INTEGER:
        raise RuleBroken("tx.amount", "above 0, within 2^53 - 1", amount)


def _within(amount: int, left: int) -> None:
    _positive(amount)
    if amount > left:
        raise RuleBroken("tx.of.amount", f"at most {left}", amount)


def _goes_back(of: Standing, wallet: Wallet, *kinds: str) -> None:
    if of.kind not in kinds:
        raise RuleBroken("tx.of.kind", kinds, of.kind)
    if (of.wallet, of.currency) != (wallet.id, wallet.currency):
        raise RuleBroken("tx.of.wallet", of.wallet, wallet.id)


def _open(expires: Expires, at: str) -> Expires:
    if expires < day_of(at):
        raise RuleBroken("lots.opened_lapsed", f"{day_of(at)} or later", expires)
    return expires


def _standing(
    kind: str,
    wallet: Wallet,
    partner: str | None,
    amount: int,
    *,
    pending: int = 0,
    rows: tuple[Lot, ...] = (),
) -> Standing:
    return Standing(
        TransactionId(""), kind, At(""), wallet.id, wallet.currency, partner, amount, pending, rows
    )


def _last_points(rows: Sequence[Lot], amount: int) -> tuple[tuple[Lot, ...], tuple[Lot, ...]]:
    """The last `amount` points of the rows, last first, and the rows that are then left."""
    backwards = rows[::-1]
    return first_points(backwards, amount), without_first(backwards, amount)[::-1]


def _expired_account(issuer: str) -> str:
    return "operator:expired" if issuer == OPERATOR else partner_account(issuer, "expired")
