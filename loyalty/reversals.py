"""Goods come back: the points that they earned go back to their issuer, whole or in part."""

from ledger.entries import read_entry
from ledger.errors import PointsMissing, RuleBroken
from ledger.history import check_age
from ledger.kinds import opened_by, reverse
from ledger.names import TransactionId, is_base32_id
from ledger.tx import Tx, read_tx
from loyalty.authority import Signature, authority, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.ports import StandingPut
from loyalty.refusals import Code, Refused
from loyalty.texts import check_amount
from loyalty.writing import Draft, refuse


def reverse_transaction(
    coalition: Coalition,
    request: Request,
    transaction: TransactionId,
    points: int | None,
    signature: Signature | None,
) -> Answer:
    """Takes an earn back, by the partner that issued it. points: all that still stands, if absent.

    What the member has spent already becomes arrears, which later points pay first.
    """
    partner = require_partner(request.actor).id
    if points is not None:
        check_amount(points, "points")

    def decide() -> Plan:
        earned = the_earn(coalition, transaction, partner, "transactionId")
        of, version = coalition.store.standing(transaction) or (opened_by(earned), 0)
        governance = coalition.governance()
        draft = Draft(coalition, governance, {of.wallet: of.currency})
        by = authority(governance, request, "reverse", draft.at, signature)
        if not of.stands:
            raise Refused(
                Code.EXCEEDS_REMAINING,
                "all points of this transaction were taken back already",
                "transactionId",
            )
        try:
            check_age("reverse", of, draft.at)
            if of.stands - of.pending > 0:
                draft.expire_lapsed(of.wallet)
            effect = reverse(draft.wallet(of.wallet), of, points or of.stands, draft.at)
            draft.add(request.id, "reverse", effect, by, of=transaction)
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "points") from None
        left = () if effect.leaves is None else (StandingPut(effect.leaves, version),)
        return draft.plan(request.id, standings=left)

    return carry_out(coalition, request, decide)


def the_earn(coalition: Coalition, id_: TransactionId, partner: str, *field: str) -> Tx:
    """A transaction by which the partner issued points. Raises Refused."""
    row = coalition.store.transactions([id_]).get(id_) if is_base32_id(id_) else None
    if row is not None and row.entry is not None:
        tx = read_tx(read_entry(row.entry).body)
        if tx.kind == "earn" and opened_by(tx).partner == partner:
            return tx
    raise Refused(Code.NOT_FOUND, "this partner has issued no points by such a transaction", *field)
