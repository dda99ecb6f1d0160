"""`captureHold`: the points that were held are spent there."""

import strawberry
from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.holds import capture_hold
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.types.transaction import Transaction


@strawberry.input
class CaptureHoldInput:
    idempotency_key: str
    hold_id: GlobalID = strawberry.field(description="The transaction of `holdReward`.")
    signature: SignatureInput | None = strawberry.field(
        default=None, description="The partner's, over the `capture` instruction."
    )


@strawberry.type
class CaptureHoldPayload(Payload):
    transaction: Transaction | None = None


@strawberry.type
class CaptureHold:
    @strawberry.mutation(
        description="The partner that gives the reward: the points that were held are spent there."
    )
    async def capture_hold(self, info: Info, input: CaptureHoldInput) -> CaptureHoldPayload:  # noqa: A002
        async def act() -> CaptureHoldPayload:
            asked = request(info.context, input)
            answer = capture_hold(
                info.context.coalition,
                asked,
                TransactionId(node_id(input.hold_id, "Transaction", "holdId")),
                given(input.signature),
            )
            return CaptureHoldPayload(transaction=await own_entry(info.context, asked, answer))

        return await answered(info.context, CaptureHoldPayload, act)
