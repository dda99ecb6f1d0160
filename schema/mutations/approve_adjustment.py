"""`approveAdjustment`: a second operator agrees, and the points move."""

from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.adjustments import approve_adjustment
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.types.adjustment import Adjustment, adjustment


@shapes.input_type()
class ApproveAdjustmentInput:
    idempotency_key: str
    adjustment_id: GlobalID
    signature: SignatureInput | None = shapes.field(
        default=None,
        description="The second operator's, over the first one's instruction: `adjust`, with the "
        "adjustment's `subject` and `asked`.",
    )


@shapes.object_type()
class ApproveAdjustmentPayload(Payload):
    adjustment: Adjustment | None = None


class ApproveAdjustment:
    @shapes.mutation(description="Operators other than the one that asked: the points move, once.")
    async def approve_adjustment(
        self,
        info: Info,
        input: ApproveAdjustmentInput,  # noqa: A002
    ) -> ApproveAdjustmentPayload:
        async def act() -> ApproveAdjustmentPayload:
            answer = approve_adjustment(
                info.context.coalition,
                request(info.context, input),
                TransactionId(node_id(input.adjustment_id, "Adjustment", "adjustmentId")),
                given(input.signature),
            )
            return ApproveAdjustmentPayload(
                adjustment=await adjustment(info.context, answer.record)
            )

        return await answered(info.context, ApproveAdjustmentPayload, act)
