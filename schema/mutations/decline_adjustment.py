"""`declineAdjustment`: what waits for approval will not be done."""

from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.adjustments import decline_adjustment
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.adjustment import Adjustment, adjustment


@shapes.input_type()
class DeclineAdjustmentInput:
    idempotency_key: str
    adjustment_id: GlobalID
    reason: str


@shapes.object_type()
class DeclineAdjustmentPayload(Payload):
    adjustment: Adjustment | None = None


class DeclineAdjustment:
    @shapes.mutation(
        description="Operators, the one that asked as well: it will not be done. Nothing moves, so "
        "nobody signs."
    )
    async def decline_adjustment(
        self,
        info: Info,
        input: DeclineAdjustmentInput,  # noqa: A002
    ) -> DeclineAdjustmentPayload:
        async def act() -> DeclineAdjustmentPayload:
            answer = decline_adjustment(
                info.context.coalition,
                request(info.context, input),
                TransactionId(node_id(input.adjustment_id, "Adjustment", "adjustmentId")),
                input.reason,
            )
            return DeclineAdjustmentPayload(
                adjustment=await adjustment(info.context, answer.record)
            )

        return await answered(info.context, DeclineAdjustmentPayload, act)
