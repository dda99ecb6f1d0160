"""`givingAllowance`: what a member can still give others this month."""

from strawberry.relay import GlobalID

from loyalty.giving import left_to_give
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id
from schema.scalars import Points


@shapes.object_type(description="Points to give away, and to give away only.")
class GivingAllowance:
    month: str = shapes.field(description="Like 2026-11, in the programme's time zone.")
    team: str | None = shapes.field(description="Absent: in none, so nothing can be given.")
    a_month: Points
    a_gift: Points = shapes.field(description="The most that one gift can be.")
    given: Points
    left: Points


@shapes.object_type()
class GivingAllowancePayload(Payload):
    allowance: GivingAllowance | None = None


class GivingAllowanceQuery:
    @shapes.resolver(
        description="The member, the programme's issuer and operators: what it can give this month."
    )
    async def giving_allowance(
        self, info: Info, programme_id: GlobalID, member_id: GlobalID
    ) -> GivingAllowancePayload:
        async def act() -> GivingAllowancePayload:
            found = left_to_give(
                info.context.coalition,
                info.context.actor,
                node_id(programme_id, "Programme", "programmeId"),
                node_id(member_id, "Member", "memberId"),
            )
            allowance = GivingAllowance(
                month=found.month,
                team=found.team or None,
                a_month=Points(found.a_month),
                a_gift=Points(found.a_gift),
                given=Points(found.given),
                left=Points(found.points),
            )
            return GivingAllowancePayload(allowance=allowance)

        return await answered(info.context, GivingAllowancePayload, act)
