"""`payWithGiftCard`: a card pays a bill, or a part of it."""

from strawberry.relay import GlobalID

from loyalty.gift_cards import Payment, pay_with_gift_card
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.scalars import Points
from schema.types.gift_card import GiftCard, gift_card
from schema.types.transaction import Transaction


@shapes.input_type()
class PayWithGiftCardInput:
    idempotency_key: str
    gift_card_id: GlobalID
    code: str = shapes.field(description="The card's secret.")
    points: Points = shapes.field(description="What is paid, in minor units.")
    order_reference: str = shapes.field(description="Of the bill; not on the ledger.")
    signature: SignatureInput | None = shapes.field(
        default=None, description="The partner's, over the `redeem` instruction."
    )


@shapes.object_type()
class PayWithGiftCardPayload(Payload):
    gift_card: GiftCard | None = None
    transaction: Transaction | None = None


class PayWithGiftCard:
    @shapes.mutation(
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
