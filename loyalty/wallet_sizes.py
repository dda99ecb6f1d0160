"""That a wallet's row stays small enough for the store, whatever comes into the wallet.

A row hands on to the next what the wallet holds, by lot, and what programmes remember of its
orders. Points of one issuer and one last day are one lot, and sums whose days are over are left
out, so both stay small as a rule; many issuers, days and programmes together might not.

Nothing is locked by that. What leaves a row no larger than it was is always done, so points can be
spent and lapse, which takes lots away; and what comes back (a return, a refund, a hold that is
released) has room that earning and being given points leave to it.
"""

from collections.abc import Iterable, Mapping

from ledger.names import WalletId
from loyalty.ports import (
    COMMIT_MAX_BYTES,
    LOT_MAX_BYTES,
    ROW_MAX_BYTES,
    Commit,
    TallyRow,
    WalletRow,
)
from loyalty.refusals import Code, Refused

GIVEN_MAX_BYTES = 320_000
"""Of a row that an earn or a transfer leaves."""
RETURNED_MAX_BYTES = 380_000
"""Of any other that is larger than the one before."""

_GIVING = frozenset({"earn", "transfer"})


def check_sizes(commit: Commit, found: Mapping[WalletId, WalletRow | TallyRow]) -> None:
    """found: the wallets' rows as they were read. Raises Refused."""
    whole_bytes = commit.max_bytes
    if whole_bytes <= GIVEN_MAX_BYTES:
        return
    for row in _last(commit.wallets):
        _check(row, found, GIVEN_MAX_BYTES if row.kind in _GIVING else RETURNED_MAX_BYTES)
    for tally in commit.tallies:
        _check(tally, found, GIVEN_MAX_BYTES)
    if whole_bytes > COMMIT_MAX_BYTES:
        raise Refused(
            Code.LIMIT_EXCEEDED,
            f"this would write {whole_bytes} bytes at once, and {COMMIT_MAX_BYTES} are the most: "
            "move fewer lots at once, or let what has lapsed be taken by the clock first",
        )


def _last(rows: Iterable[WalletRow]) -> Iterable[WalletRow]:
    """Of each wallet, what it comes to."""
    return {row.wallet.id: row for row in rows}.values()


def _check(
    row: WalletRow | TallyRow, found: Mapping[WalletId, WalletRow | TallyRow], limit: int
) -> None:
    if row.max_bytes <= limit:
        return
    before = found.get(row.wallet.id)
    grows = before is None or row.handed_on_bytes > before.handed_on_bytes
    if not grows and row.max_bytes <= ROW_MAX_BYTES:
        return
    lots = len(row.wallet.lots)
    if lots * LOT_MAX_BYTES < len(row.tally):
        todo = "publish programmes that count over fewer days, or by the month"
    else:
        todo = "spend some of its points first, or wait until some lapse"
    raise Refused(
        Code.LIMIT_EXCEEDED,
        f"the wallet would have {lots} lots, and {len(row.tally)} bytes of what programmes "
        f"remember of it, more than its row takes: {todo}",
    )
