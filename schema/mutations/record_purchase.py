"""`recordPurchase`: what was bought earns points."""

from strawberry.relay import GlobalID

from loyalty.purchases import record_purchase
from schema import shapes
from schema.context import Info
from schema.errors import answered
from schema.inputs import LineInput, MoneyInput, SignatureInput, basket_of, given, node_id, request
from schema.mutations.awards import AwardPayload, awarded


@shapes.input_type()
class RecordPurchaseInput:
    idempotency_key: str
    member_id: GlobalID
    amount: MoneyInput
    reference: str | None = shapes.field(
        default=None, description="The partner's own, like a receipt's number; not on the ledger."
    )
    purchased_at: str | None = shapes.field(
        default=None, description="UTC with milliseconds, at most 60 days ago; absent: now."
    )
    channel: str | None = shapes.field(
        default=None, description="Where it was sold, as the programme calls it: web, store, app."
    )
    store: str | None = None
    tender: str | None = shapes.field(
        default=None, description="How it was paid, as the programme calls it: cash, store-card."
    )
    lines: list[LineInput] | None = shapes.field(
        default=None, description="For rules that count some products; they need not be all."
    )
    signature: SignatureInput | None = shapes.field(
        default=None, description="The partner's, over the `earn` instruction."
    )


@shapes.object_type()
class RecordPurchasePayload(AwardPayload):
    pass


class RecordPurchase:
    @shapes.mutation(description="Partners: what a member bought earns points.")
    async def record_purchase(
        self,
        info: Info,
        input: RecordPurchaseInput,  # noqa: A002
    ) -> RecordPurchasePayload:
        async def act() -> RecordPurchasePayload:
            asked = request(info.context, input)
            recorded = record_purchase(
                info.context.coalition,
                asked,
                node_id(input.member_id, "Member", "memberId"),
                basket_of(input),
                input.reference,
                given(input.signature),
            )
            return await awarded(RecordPurchasePayload, info.context, asked, recorded)

        return await answered(info.context, RecordPurchasePayload, act)
