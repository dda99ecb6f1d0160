"""What a transaction claims to do: its amount, partner and expiry, read from its postings and lots.

One reader for each kind; it finds out the arguments, and `ledger.kinds` says the effect that they
have. Whoever verifies compares that effect with all that the entry states.
"""

from collections.abc import Callable, Sequence

from ledger.errors import RuleBroken
from ledger.kinds import (
    Effect,
    Standing,
    adjust_down,
    adjust_up,
    amount_in,
    capture,
    confirm,
    earn,
    exchange,
    expire,
    hold,
    outside_posting,
    redeem,
    refund,
    reverse,
    transfer,
    void,
)
from ledger.names import NEVER, Expires, day_of
from ledger.tx import Tx
from ledger.wallets import Wallet


def effect_of(tx: Tx, wallets: Sequence[Wallet], of: Standing | None) -> Effect:
    """What a transaction of this kind and amount does to these wallets, by the rules above.

    wallets: before it, in the order of its chains. Raises RuleBroken where it cannot be such a
    transaction at all; its caller compares the postings and lots.
    """
    return _READERS[tx.kind](tx, wallets, of)


def _one_wallet(wallets: Sequence[Wallet]) -> Wallet:
    if len(wallets) != 1:
        raise RuleBroken("tx.chains.count", 1, len(wallets))
    return wallets[0]


def _expires(tx: Tx, wallet: Wallet) -> Expires:
    """The expiry of the one lot opened; where all points paid arrears none is, and any will do."""
    return next((row.expires for row in tx.lots if row.wallet == wallet.id), NEVER)


def _required(of: Standing | None) -> Standing:
    if of is None:
        raise RuleBroken("tx.of", "the id of an earlier transaction", None)
    return of


def _read_earn(tx: Tx, wallets: Sequence[Wallet], _of: Standing | None) -> Effect:
    wallet = _one_wallet(wallets)
    partner, amount = outside_posting(tx, "issued")
    waits = amount_in(tx, wallet, "pending") != 0
    return earn(wallet, partner, -amount, tx.at, None if waits else _expires(tx, wallet))


def _read_confirm(tx: Tx, wallets: Sequence[Wallet], of: Standing | None) -> Effect:
    wallet = _one_wallet(wallets)
    amount = -amount_in(tx, wallet, "pending")
    return confirm(wallet, _required(of), amount, tx.at, _expires(tx, wallet))


def _read_redeem(tx: Tx, wallets: Sequence[Wallet], _of: Standing | None) -> Effect:
    return redeem(_one_wallet(wallets), *outside_posting(tx, "burned"), tx.at)


def _read_hold(tx: Tx, wallets: Sequence[Wallet], _of: Standing | None) -> Effect:
    wallet = _one_wallet(wallets)
    return hold(wallet, amount_in(tx, wallet, "held"), tx.at)


def _read_capture(tx: Tx, wallets: Sequence[Wallet], of: Standing | None) -> Effect:
    return capture(_one_wallet(wallets), _required(of), *outside_posting(tx, "burned"))


def _read_void(_tx: Tx, wallets: Sequence[Wallet], of: Standing | None) -> Effect:
    return void(_one_wallet(wallets), _required(of))


def _two_wallets(tx: Tx, wallets: Sequence[Wallet]) -> tuple[Wallet, Wallet]:
    """The wallet that gives and the one that gets."""
    if len(wallets) != 2:
        raise RuleBroken("tx.chains.count", 2, len(wallets))
    first, second = wallets
    return (first, second) if amount_in(tx, first, "available") < 0 else (second, first)


def _read_transfer(tx: Tx, wallets: Sequence[Wallet], _of: Standing | None) -> Effect:
    wallet, to = _two_wallets(tx, wallets)
    return transfer(wallet, to, -amount_in(tx, wallet, "available"), tx.at)


def _read_exchange(tx: Tx, wallets: Sequence[Wallet], _of: Standing | None) -> Effect:
    wallet, to = _two_wallets(tx, wallets)
    received = amount_in(tx, to, "available") + amount_in(tx, to, "arrears")
    amount = -amount_in(tx, wallet, "available")
    return exchange(wallet, to, amount, received, tx.at, _expires(tx, to))


def _read_expire(tx: Tx, wallets: Sequence[Wallet], _of: Standing | None) -> Effect:
    return expire(_one_wallet(wallets), tx.at)


def _read_reverse(tx: Tx, wallets: Sequence[Wallet], of: Standing | None) -> Effect:
    _, amount = outside_posting(tx, "issued")
    return reverse(_one_wallet(wallets), _required(of), amount, tx.at)


def _read_refund(tx: Tx, wallets: Sequence[Wallet], of: Standing | None) -> Effect:
    _, amount = outside_posting(tx, "burned")
    wallet = _one_wallet(wallets)
    # The later expiry stands in one of the rows, or nowhere if all that lapsed paid arrears.
    later = [row.expires for row in tx.lots if row.expires >= day_of(tx.at)]
    effects = [
        refund(wallet, _required(of), -amount, tx.at, expires)
        for expires in dict.fromkeys([*later, NEVER])
    ]
    return next((effect for effect in effects if _lots_match(effect, tx)), effects[0])


def _read_adjust(tx: Tx, wallets: Sequence[Wallet], of: Standing | None) -> Effect:
    wallet = _one_wallet(wallets)
    amount = sum(row.amount for row in tx.postings if row.account == "operator:adjusted")
    if amount < 0:
        return adjust_up(wallet, -amount, tx.at, _expires(tx, wallet), of)
    if of is not None:
        raise RuleBroken("tx.of", "absent where points are taken", of.id)
    return adjust_down(wallet, amount, tx.at)


def _lots_match(effect: Effect, tx: Tx) -> bool:
    """Whether a transaction states exactly this effect on its lots."""
    rows = {(row.wallet, row.expires, row.issuer): row.change for row in tx.lots}
    return rows == {
        (change.wallet.id, lot.expires, lot.issuer): lot.quantity
        for change in effect.changes
        for lot in change.lots
    }


_READERS: dict[str, Callable[[Tx, Sequence[Wallet], Standing | None], Effect]] = {
    "earn": _read_earn,
    "confirm": _read_confirm,
    "redeem": _read_redeem,
    "hold": _read_hold,
    "capture": _read_capture,
    "void": _read_void,
    "transfer": _read_transfer,
    "exchange": _read_exchange,
    "expire": _read_expire,
    "reverse": _read_reverse,
    "refund": _read_refund,
    "adjust": _read_adjust,
}
