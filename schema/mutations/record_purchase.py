"""`recordPurchase`: what was bought earns points."""

import strawberry
from strawberry.relay import GlobalID

from loyalty.purchases import record_purchase
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import LineInput, MoneyInput, SignatureInput, basket_of, given, node_id, request
from schema.mutations.entries import entries_of, ids_of, issued_points
from schema.scalars import Points
from schema.types.decision import EarnDecision, decisions
from schema.types.transaction import Transaction
from schema.types.voucher import Voucher, vouchers


@strawberry.input
class RecordPurchaseInput:
    idempotency_key: str
    member_id: GlobalID
    amount: MoneyInput
    reference: str | None = strawberry.field(
        default=None, description="The partner's own, like a receipt's number; not on the ledger."
    )
    purchased_at: str | None = strawberry.field(
        default=None, description="UTC with milliseconds, at most 60 days ago; absent: now."
    )
    channel: str | None = strawberry.field(
        default=None, description="Where it was sold, as the programme calls it: web, store, app."
    )
    store: str | None = None
    tender: str | None = strawberry.field(
        default=None, description="How it was paid, as the programme calls it: cash, store-card."
    )
    lines: list[LineInput] | None = strawberry.field(
        default=None, description="For rules that count some products; they need not be all."
    )
    signature: SignatureInput | None = strawberry.field(
        default=None, description="The partner's, over the `earn` instruction."
    )


@strawberry.type
class RecordPurchasePayload(Payload):
    points: Points | None = strawberry.field(
        default=None, description="Of all awards, where they are of one currency."
    )
    transactions: list[Transaction] = strawberry.field(
        default_factory=list, description="One for each programme that gives points; maybe none."
    )
    vouchers: list[Voucher] = strawberry.field(
        default_factory=list,
        description="That rules handed the member; of partners, those alone that take them see it.",
    )
    explanation: list[EarnDecision] | None = strawberry.field(
        default=None, description="Why it gave that; absent where the request is answered again."
    )


@strawberry.type
class RecordPurchase:
    @strawberry.mutation(description="Partners: what a member bought earns points.")
    async def record_purchase(
        self,
        info: Info,
        input: RecordPurchaseInput,  # noqa: A002
    ) -> RecordPurchasePayload:
        async def act() -> RecordPurchasePayload:
            asked = request(info.context, input)
            answer, considered = record_purchase(
                info.context.coalition,
                asked,
                node_id(input.member_id, "Member", "memberId"),
                basket_of(input),
                input.reference,
                given(input.signature),
            )
            entries = await entries_of(info.context, asked, answer)
            return RecordPurchasePayload(
                points=await issued_points(info.context, ids_of(asked, answer)),
                transactions=entries,
                vouchers=await vouchers(info.context, answer.vouchers),
                explanation=None if considered is None else decisions(considered),
            )

        return await answered(RecordPurchasePayload, act)
