"""`cancelGuestOrder`: it came back before anyone claimed it."""

from loyalty.guests import cancel_guest_order
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import request


@shapes.input_type()
class CancelGuestOrderInput:
    idempotency_key: str
    reference: str


@shapes.object_type()
class CancelGuestOrderPayload(Payload):
    cancelled_at: str | None = None


class CancelGuestOrder:
    @shapes.mutation(description="Partners: a guest's order came back, so nobody can claim it.")
    async def cancel_guest_order(
        self,
        info: Info,
        input: CancelGuestOrderInput,  # noqa: A002
    ) -> CancelGuestOrderPayload:
        async def act() -> CancelGuestOrderPayload:
            asked = request(info.context, input)
            answer = cancel_guest_order(info.context.coalition, asked, input.reference)
            return CancelGuestOrderPayload(cancelled_at=answer.record)

        return await answered(info.context, CancelGuestOrderPayload, act)
