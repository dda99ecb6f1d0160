"""`payTier`: a member has paid for a tier."""

from strawberry.relay import GlobalID

from loyalty.tiers import Membership, pay_tier
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.standing import Standing, standing


@shapes.input_type()
class PayTierInput:
    idempotency_key: str
    member_id: GlobalID
    programme_id: GlobalID
    tier_id: str
    last_day: str = shapes.field(
        description="UTC, like 2027-03-31: the member has the tier through that day. Yesterday "
        "ends one that was paid back."
    )


@shapes.object_type()
class PayTierPayload(Payload):
    standing: Standing | None = shapes.field(
        default=None, description="Where the member stands in the programme now."
    )


class PayTier:
    @shapes.mutation(
        description="Partners of a programme that sells a tier: a member has paid for it."
    )
    async def pay_tier(self, info: Info, input: PayTierInput) -> PayTierPayload:  # noqa: A002
        async def act() -> PayTierPayload:
            asked = request(info.context, input)
            member = node_id(input.member_id, "Member", "memberId")
            programme = node_id(input.programme_id, "Programme", "programmeId")
            paid = Membership(member, programme, input.tier_id, input.last_day)
            pay_tier(info.context.coalition, asked, paid)
            return PayTierPayload(standing=standing(info.context, member, programme))

        return await answered(info.context, PayTierPayload, act)
