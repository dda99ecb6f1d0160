"""`mayBuy`: whether a member, or a guest, may have an offer now."""

from strawberry.relay import GlobalID

from loyalty.places import Wanted, may_buy
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id


@shapes.input_type()
class MayBuyInput:
    programme_id: GlobalID
    offer_id: str
    member_id: GlobalID | None = shapes.field(default=None, description="Absent: a guest.")
    product: str | None = shapes.field(
        default=None, description="An article; absent: the offer as such."
    )


@shapes.object_type()
class MayBuyPayload(Payload):
    may: bool | None = None
    code: str | None = shapes.field(
        default=None,
        description="Why not, for programs: NOT_YET, OFFER_OVER, MEMBERS_ONLY, "
        "NO_ELIGIBLE_PRODUCT, OUT_OF_STOCK.",
    )
    message: str | None = shapes.field(default=None, description="The same for people.")
    opens_at: str | None = shapes.field(
        default=None, description="The first moment for such a one; absent: none is stated."
    )
    has_place: bool | None = None
    places_left: int | None = shapes.field(
        default=None, description="Absent where there is no end of them."
    )


class MayBuyQuery:
    @shapes.resolver(description="Whether a member, or a guest, may have an offer now.")
    async def may_buy(self, info: Info, input: MayBuyInput) -> MayBuyPayload:  # noqa: A002
        async def act() -> MayBuyPayload:
            member = input.member_id
            wanted = Wanted(
                node_id(input.programme_id, "Programme", "programmeId"),
                input.offer_id,
                None if member is None else node_id(member, "Member", "memberId"),
            )
            found = may_buy(info.context.coalition, info.context.actor, wanted, input.product)
            return MayBuyPayload(
                may=found.miss is None,
                code=found.miss and found.miss.code,
                message=found.miss and found.miss.message,
                opens_at=found.opens_at,
                has_place=found.has_place,
                places_left=found.places_left,
            )

        return await answered(info.context, MayBuyPayload, act)
