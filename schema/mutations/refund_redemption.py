"""`refundRedemption`: points that were spent come back."""

from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.refunds import refund_redemption
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.scalars import Points
from schema.types.transaction import Transaction
from schema.types.voucher import Voucher, voucher


@shapes.input_type()
class RefundRedemptionInput:
    idempotency_key: str
    redemption_id: GlobalID = shapes.field(
        description="The transaction of `redeemReward` or `captureHold`."
    )
    points: Points | None = shapes.field(
        default=None,
        description="How many of those spent; absent: all that still stand. A voucher comes back "
        "whole.",
    )
    signature: SignatureInput | None = shapes.field(
        default=None, description="The partner's, over the `refund` instruction."
    )


@shapes.object_type()
class RefundRedemptionPayload(Payload):
    transaction: Transaction | None = None
    voucher: Voucher | None = shapes.field(default=None, description="The one that is void.")


class RefundRedemption:
    @shapes.mutation(
        description="The partner where they were spent: points come back, their voucher is void."
    )
    async def refund_redemption(
        self,
        info: Info,
        input: RefundRedemptionInput,  # noqa: A002
    ) -> RefundRedemptionPayload:
        async def act() -> RefundRedemptionPayload:
            asked = request(info.context, input)
            answer = refund_redemption(
                info.context.coalition,
                asked,
                TransactionId(node_id(input.redemption_id, "Transaction", "redemptionId")),
                input.points,
                given(input.signature),
            )
            return RefundRedemptionPayload(
                transaction=await own_entry(info.context, asked, answer),
                voucher=await voucher(info.context, answer.record) if answer.record else None,
            )

        return await answered(info.context, RefundRedemptionPayload, act)
