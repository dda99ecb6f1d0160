"""Points of a purchase that waited are confirmed."""

from collections.abc import Iterator
from functools import partial

from ledger.names import TransactionId, WalletId, day_of
from loyalty.clock.agenda import Due
from loyalty.clock.matters.matter import Attended, Matter, NewRows
from loyalty.clock.once import once
from loyalty.coalition import Coalition
from loyalty.committing import Plan, Request
from loyalty.confirmations import Waiting, confirmed_by_itself, waiting_earn
from loyalty.ports import TallyRow, WalletRow

_PAGE = 50


class Confirmations(Matter):
    """A hint for each earn that waits: `confirm/<transaction id>`."""

    name = "confirm"

    def told_by(self, coalition: Coalition, new: NewRows) -> Iterator[Due]:
        for row in new.entries:
            found = _waiting(coalition, row)
            if found is not None:
                yield self._due(coalition, row, found)

    def of_wallet(self, coalition: Coalition, head: WalletRow | TallyRow) -> Iterator[Due]:
        left = head.wallet.balances.pending
        for row in _history(coalition, head.wallet.id) if left else ():
            found = _waiting(coalition, row)
            if found is not None:
                yield self._due(coalition, row, found)
                left -= found.of.pending
                if not left:
                    return

    def _due(self, coalition: Coalition, row: WalletRow, found: Waiting) -> Due:
        day = max(found.confirmed_on, day_of(coalition.now()))
        return Due(day, row.wallet.id, f"{self.name}/{row.transaction}", row.wallet.seq)

    def attend(self, coalition: Coalition, due: Due) -> Attended:
        id_ = TransactionId(due.matter.removeprefix(f"{self.name}/"))
        found = waiting_earn(coalition, id_)
        if found is None:
            return Attended({})
        if found.confirmed_on > day_of(coalition.now()):
            return Attended({}, found.confirmed_on)
        done = once(coalition, due.matter, partial(_plan, coalition, id_))
        return Attended({"confirmed": done})


def _plan(coalition: Coalition, id_: TransactionId, request: Request) -> Plan | None:
    found = waiting_earn(coalition, id_)
    return None if found is None else confirmed_by_itself(coalition, request, found)


def _waiting(coalition: Coalition, row: WalletRow) -> Waiting | None:
    """The earn that made a row, if it waits."""
    if row.kind != "earn" or not row.wallet.balances.pending:
        return None
    return waiting_earn(coalition, row.transaction)


def _history(coalition: Coalition, wallet: WalletId) -> Iterator[WalletRow]:
    """A wallet's rows, newest first."""
    before = None
    while rows := coalition.store.wallet_history(wallet, before, _PAGE):
        yield from rows
        before = rows[-1].wallet.seq
