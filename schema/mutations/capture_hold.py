"""`captureHold`: the points that were held are spent there."""

from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.holds import capture_hold
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.types.transaction import Transaction


@shapes.input_type()
class CaptureHoldInput:
    idempotency_key: str
    hold_id: GlobalID = shapes.field(description="The transaction of `holdReward`.")
    signature: SignatureInput | None = shapes.field(
        default=None, description="The partner's, over the `capture` instruction."
    )


@shapes.object_type()
class CaptureHoldPayload(Payload):
    transaction: Transaction | None = None


class CaptureHold:
    @shapes.mutation(
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
