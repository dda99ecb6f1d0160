"""A member gives points to a good cause: the charity is owed their price."""

from typing import NamedTuple

from ledger.errors import PointsMissing, RuleBroken, shown
from ledger.governance import Governance
from ledger.kinds import redeem
from ledger.names import Hash
from ledger.tx import Tx
from loyalty.authority import authority, require_member
from loyalty.causes import Cause
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import the_member
from loyalty.prices import Amount
from loyalty.programmes import Programme
from loyalty.refusals import Code, Refused
from loyalty.spending import Spender, source_of
from loyalty.writing import Draft, refuse


class Donation(NamedTuple):
    """Points that the member who asks gives to a programme's cause."""

    programme: str
    cause: str
    points: int


def donate_points(coalition: Coalition, request: Request, donation: Donation) -> Answer:
    """Burns points of the member that asks at the charity."""
    giver = require_member(request.actor).id

    def decide() -> Plan:
        governance = coalition.governance()
        rule, programme, cause = _find(coalition, governance, donation)
        cause.check(donation.points)
        member = the_member(coalition, giver).record
        currency = programme.points_currency
        id_, counts = source_of(
            coalition, Spender(giver, member), currency, donation.points, "points"
        )
        draft = Draft(coalition, governance, {id_: currency})
        by = authority(governance, request, "redeem", draft.at, None)
        try:
            draft.expire_lapsed(id_)
            effect = redeem(draft.wallet(id_), cause.partner, donation.points, draft.at)
            draft.add(request.id, "redeem", effect, by, rule=rule, detail={"cause": cause.id})
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "points") from None
        return draft.plan(request.id, records=counts)

    return carry_out(coalition, request, decide)


def owed(coalition: Coalition, donated: Tx) -> Amount | None:
    """What the charity is owed for an entry of a donation, at the price of the version that the
    entry names.
    """
    price = coalition.version(str(donated.rule)).programme.price
    burned = sum(row.amount for row in donated.postings if row.account.endswith(":burned"))
    return None if price is None else price.of(burned)


def _find(
    coalition: Coalition, governance: Governance, donation: Donation
) -> tuple[Hash, Programme, Cause]:
    rule = governance.latest.get(("programme", donation.programme))
    if rule is None:
        raise Refused(
            Code.NOT_FOUND, f"there is no programme {shown(donation.programme)}", "programmeId"
        )
    programme = coalition.version(rule).programme
    for cause in programme.causes:
        if cause.id == donation.cause:
            return rule, programme, cause
    raise Refused(
        Code.NOT_FOUND, f"the programme has no cause {shown(donation.cause[:64])}", "causeId"
    )
