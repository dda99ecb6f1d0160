"""Two wallets of one currency become one: points move with their lots, and no debt is lost.

Which of the two lives on: the one that cannot be emptied. What a wallet holds, what of it waits and
what it owes are bound to that wallet, because what goes back to a transaction does so in the wallet
that it was made in. Where neither is bound the second lives on; where both are, one may still pay
what the other owes; else they cannot be combined yet.
"""

from ledger.errors import PointsMissing, RuleBroken
from ledger.kinds import transfer
from ledger.names import WalletId, transaction_id
from ledger.tx import Authority
from loyalty.committing import Request
from loyalty.refusals import Code, Refused
from loyalty.tallies import NO_TALLY, both
from loyalty.writing import Draft, refuse

WALLETS = "system:wallets"
_LOTS_A_TRANSFER = 64


class Moves:
    """The transfers of one request.

    by: who asks, for the first one, which is the request's own; None: that is another entry. All
    others are the system's, as parts of the same.
    """

    def __init__(self, draft: Draft, request: Request, by: Authority | None = None) -> None:
        self._draft = draft
        self._request = request
        self._by = by
        self._count = 0

    def combine(self, one: WalletId, other: WalletId) -> WalletId:
        """Returns the one that lives on, with all points and with what programmes remember of both;
        the other is closed. Raises Refused.
        """
        for id_ in (one, other):
            self._draft.expire_lapsed(id_)
        if self._bound(one) and self._bound(other):
            self._pay(one, other)
        if self._bound(one) and self._bound(other):
            raise Refused(
                Code.NOT_ELIGIBLE,
                "both wallets hold points, wait for some or owe some: capture or void the holds, "
                "wait for the confirmation, or settle what is owed",
            )
        empty, kept = (other, one) if self._bound(one) else (one, other)
        self.move(empty, kept, self._available(empty))
        for programme, tally in self._draft.tallies(empty).items():
            before = self._draft.tallies(kept).get(programme, NO_TALLY)
            self._draft.remember(kept, programme, both(before, tally))
        self._draft.close(empty)
        return kept

    def move(self, from_: WalletId, to: WalletId, points: int) -> None:
        """So many points, which pay first what the other owes. Raises Refused."""
        while points:
            lots = self._draft.wallet(from_).lots[:_LOTS_A_TRANSFER]
            part = min(points, sum(lot.quantity for lot in lots) or points)
            self._transfer(from_, to, part)
            points -= part

    def _transfer(self, from_: WalletId, to: WalletId, points: int) -> None:
        draft = self._draft
        id_, by = transaction_id(WALLETS, f"{self._request.id}/{self._count}"), Authority(WALLETS)
        if self._by is not None and not self._count:
            id_, by = self._request.id, self._by
        try:
            effect = transfer(draft.wallet(from_), draft.wallet(to), points, draft.at)
            draft.add(id_, "transfer", effect, by)
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken) from None
        self._count += 1

    def _pay(self, one: WalletId, other: WalletId) -> None:
        """Where one owes what the other has, that pays."""
        for debtor, payer in ((one, other), (other, one)):
            owed = -self._draft.wallet(debtor).balances.arrears
            if owed <= self._available(payer):
                self.move(payer, debtor, owed)

    def _bound(self, id_: WalletId) -> bool:
        balances = self._draft.wallet(id_).balances
        return bool(balances.held or balances.pending or balances.arrears)

    def _available(self, id_: WalletId) -> int:
        return self._draft.wallet(id_).balances.available
