"""Points go from one member to another; their lots keep expiry and issuer."""

from typing import NamedTuple

from ledger.errors import PointsMissing, RuleBroken
from ledger.kinds import transfer
from ledger.names import CurrencyCode
from loyalty.authority import authority, require_member
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import the_member, the_wallet, with_wallets
from loyalty.refusals import Code, Refused
from loyalty.set_aside import receiving
from loyalty.texts import check_amount
from loyalty.writing import Draft, refuse


class Gift(NamedTuple):
    """Points that the member who asks gives to another."""

    to_member: str
    currency: CurrencyCode
    points: int


def transfer_points(coalition: Coalition, request: Request, gift: Gift) -> Answer:
    """Moves points from the member that asks."""
    giver = require_member(request.actor).id
    check_amount(gift.points, "points")
    if gift.to_member == giver:
        raise Refused(Code.SAME_WALLET, "a transfer goes to another member", "toMemberId")

    def decide() -> Plan:
        governance = coalition.governance()
        if gift.currency not in governance.currencies:
            raise Refused(Code.NOT_FOUND, f"there is no currency {gift.currency[:64]}", "currency")
        found = the_member(coalition, gift.to_member, "toMemberId")
        member = the_member(coalition, giver).record
        from_id = the_wallet(member, gift.currency, gift.points, "points")
        receiver, puts = with_wallets(coalition, gift.to_member, found, [gift.currency])
        to_id = receiving(coalition, receiver).wallets[gift.currency]
        draft = Draft(coalition, governance, {from_id: gift.currency, to_id: gift.currency})
        by = authority(governance, request, "transfer", draft.at, None)
        try:
            draft.expire_lapsed(from_id)
            effect = transfer(draft.wallet(from_id), draft.wallet(to_id), gift.points, draft.at)
            draft.add(request.id, "transfer", effect, by)
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "points") from None
        return draft.plan(request.id, records=puts)

    return carry_out(coalition, request, decide)
