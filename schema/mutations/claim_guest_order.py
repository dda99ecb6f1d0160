"""`claimGuestOrder`: who bought as a guest has become a member, and gets its points."""

from strawberry.relay import GlobalID

from loyalty.guests import claim_guest_order
from schema import shapes
from schema.context import Info
from schema.errors import answered
from schema.inputs import node_id, request
from schema.mutations.awards import AwardPayload, awarded


@shapes.input_type()
class ClaimGuestOrderInput:
    idempotency_key: str
    seller_id: GlobalID = shapes.field(description="The partner that sold it.")
    reference: str
    code: str = shapes.field(description="As the shop gave it: small or in groups as well.")


@shapes.object_type()
class ClaimGuestOrderPayload(AwardPayload):
    pass


class ClaimGuestOrder:
    @shapes.mutation(
        description="Members: an order that they made as a guest gives them what it would have "
        "given on its day, once."
    )
    async def claim_guest_order(
        self,
        info: Info,
        input: ClaimGuestOrderInput,  # noqa: A002
    ) -> ClaimGuestOrderPayload:
        async def act() -> ClaimGuestOrderPayload:
            asked = request(info.context, input)
            seller = node_id(input.seller_id, "Partner", "sellerId")
            recorded = claim_guest_order(
                info.context.coalition, asked, seller, input.reference, input.code
            )
            return await awarded(ClaimGuestOrderPayload, info.context, asked, recorded)

        return await answered(info.context, ClaimGuestOrderPayload, act)
