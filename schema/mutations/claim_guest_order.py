"""`claimGuestOrder`: who bought as a guest has become a member, and gets its points."""

import strawberry
from strawberry.relay import GlobalID

from loyalty.guests import claim_guest_order
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.mutations.entries import earned_points, entries_of
from schema.scalars import Points
from schema.types.decision import EarnDecision, decisions
from schema.types.transaction import Transaction


@strawberry.input
class ClaimGuestOrderInput:
    idempotency_key: str
    seller_id: GlobalID = strawberry.field(description="The partner that sold it.")
    reference: str
    code: str = strawberry.field(description="As the shop gave it: small or in groups as well.")


@strawberry.type
class ClaimGuestOrderPayload(Payload):
    points: Points | None = strawberry.field(
        default=None, description="Of all awards, where they are of one currency."
    )
    transactions: list[Transaction] = strawberry.field(default_factory=list)
    explanation: list[EarnDecision] | None = strawberry.field(
        default=None, description="Why it gave that; absent where the request is answered again."
    )


@strawberry.type
class ClaimGuestOrder:
    @strawberry.mutation(
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
            answer, considered = claim_guest_order(
                info.context.coalition, asked, seller, input.reference, input.code
            )
            entries = await entries_of(info.context, asked, answer)
            return ClaimGuestOrderPayload(
                points=earned_points(entries),
                transactions=entries,
                explanation=None if considered is None else decisions(considered),
            )

        return await answered(ClaimGuestOrderPayload, act)
