"""What has lapsed goes: by the clock where no request of the member did it before."""

from functools import partial

from ledger.names import CurrencyCode, WalletId
from ledger.wallets import lapsed_lots
from loyalty.clock.once import once
from loyalty.coalition import Coalition
from loyalty.committing import Plan, Request
from loyalty.ports import COMMIT_MAX_BYTES, LOT_MAX_BYTES
from loyalty.writing import Closed, Draft

ENTRIES_MAX = 40
"""Of one request, each of up to 64 lots: a commit has room for 49."""
_BYTES_MAX = COMMIT_MAX_BYTES // 2
"""Of the rows of one request: each is smaller than the one before."""


def expire(coalition: Coalition, id_: WalletId) -> bool:
    """Takes a wallet's lapsed lots. Returns whether there were any.

    A request is known by the wallet's entry that it follows on. Another clock that follows on the
    same is the same request; a member who redeems meanwhile expires them with that, and there is
    nothing left to do.
    """
    found = False
    while (row := coalition.store.wallet(id_)) and lapsed_lots(row.wallet, coalition.now()):
        found |= once(
            coalition,
            f"expire/{id_}/{row.wallet.seq}",
            partial(_plan, coalition, {id_: row.wallet.currency}),
        )
    return found


def _plan(
    coalition: Coalition, wallets: dict[WalletId, CurrencyCode], request: Request
) -> Plan | None:
    try:
        draft = Draft(coalition, coalition.governance(), wallets)
    except Closed:
        # Closed meanwhile: it is empty.
        return None
    for id_ in wallets:
        lots = len(draft.wallet(id_).lots)
        draft.expire_lapsed(id_, min(ENTRIES_MAX, _BYTES_MAX // (lots * LOT_MAX_BYTES + 1)))
    plan = draft.plan(request.id)
    return plan if plan.answer.further else None
