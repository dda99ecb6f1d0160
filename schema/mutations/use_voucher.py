"""`useVoucher`: a voucher is taken at its partner, once."""

from strawberry.relay import GlobalID

from loyalty.rewards import use_voucher
from loyalty.validity import Till
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.voucher import Voucher, voucher


@shapes.input_type()
class UseVoucherInput:
    idempotency_key: str
    voucher_id: GlobalID
    channel: str | None = None
    store: str | None = shapes.field(
        default=None, description="Where it is taken, for rewards that are valid at some alone."
    )


@shapes.object_type()
class UseVoucherPayload(Payload):
    voucher: Voucher | None = None


class UseVoucher:
    @shapes.mutation(description="The voucher's partner: it is used, once.")
    async def use_voucher(self, info: Info, input: UseVoucherInput) -> UseVoucherPayload:  # noqa: A002
        async def act() -> UseVoucherPayload:
            asked = request(info.context, input)
            id_ = node_id(input.voucher_id, "Voucher", "voucherId")
            till = Till(input.channel or "", input.store or "")
            answer = use_voucher(info.context.coalition, asked, id_, till)
            return UseVoucherPayload(voucher=await voucher(info.context, answer.record))

        return await answered(info.context, UseVoucherPayload, act)
