"""`payWithGiftCard`: a card pays a bill, or a part of it."""

import strawberry
from strawberry.relay import GlobalID

from loyalty.gift_cards import Payment, pay_with_gift_card
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.scalars import Points
from schema.types.gift_card import GiftCard, gift_card
from schema.types.transaction import Transaction


@strawberry.input
class PayWithGiftCardInput:
    idempotency_key: str
    gift_card_id: GlobalID
    code: str = strawberry.field(description="The card's secret.")
    points: Points = strawberry.field(description="What is paid, in minor units.")
    order_reference: str = strawberry.field(description="Of the bill; not on the ledger.")
    signature: SignatureInput | None = strawberry.field(
        default=None, description="The partner's, over the `redeem` instruction."
    )


@strawberry.type
class PayWithGiftCardPayload(Payload):
    gift_card: GiftCard | None = None
    transaction: Transaction | None = None


@strawberry.type
class PayWithGiftCard:
    @strawberry.mutation(
        description="Partners that take gift cards: any amount up to its balance is paid with one."
    )
    async def pay_with_gift_card(
        self,
        info: Info,
        input: PayWithGiftCardInput,  # noqa: A002
    ) -> PayWithGiftCardPayload:
        async def act() -> PayWithGiftCardPayload:
            asked = request(info.context, input)
            answer = pay_with_gift_card(
                info.context.coalition,
                asked,
                Payment(
                    node_id(input.gift_card_id, "GiftCard", "giftCardId"),
                    input.code,
                    input.points,
                    input.order_reference,
                ),
                given(input.signature),
            )
            return PayWithGiftCardPayload(
                gift_card=await gift_card(info.context, answer.record),
                transaction=await own_entry(info.context, asked, answer),
            )

        return await answered(info.context, PayWithGiftCardPayload, act)
