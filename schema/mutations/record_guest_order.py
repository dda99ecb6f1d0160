"""`recordGuestOrder`: what a guest bought is kept, for whoever claims it with its code."""

from loyalty.guests import record_guest_order
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import LineInput, MoneyInput, SignatureInput, basket_of, given, request


@shapes.input_type()
class RecordGuestOrderInput:
    idempotency_key: str
    reference: str = shapes.field(
        description="The partner's own, which the guest has as well; kept once."
    )
    claim_code: str = shapes.field(
        description="For the guest alone: 16 or more random characters of Crockford's base32. A "
        "digest is kept."
    )
    amount: MoneyInput
    purchased_at: str | None = shapes.field(
        default=None, description="UTC with milliseconds, at most 30 days ago; absent: now."
    )
    channel: str | None = None
    store: str | None = None
    tender: str | None = None
    lines: list[LineInput] | None = None
    signature: SignatureInput | None = shapes.field(
        default=None, description="The partner's, over the `earn` instruction."
    )


@shapes.object_type()
class RecordGuestOrderPayload(Payload):
    claimable_until: str | None = None


class RecordGuestOrder:
    @shapes.mutation(
        description="Partners: what a guest bought earns nothing until a member claims it, within "
        "30 days."
    )
    async def record_guest_order(
        self,
        info: Info,
        input: RecordGuestOrderInput,  # noqa: A002
    ) -> RecordGuestOrderPayload:
        async def act() -> RecordGuestOrderPayload:
            answer = record_guest_order(
                info.context.coalition,
                request(info.context, input),
                basket_of(input),
                input.reference,
                input.claim_code,
                given(input.signature),
            )
            return RecordGuestOrderPayload(claimable_until=answer.record)

        return await answered(info.context, RecordGuestOrderPayload, act)
