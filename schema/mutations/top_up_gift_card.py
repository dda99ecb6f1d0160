"""`topUpGiftCard`: more value is put on a card."""

from strawberry.relay import GlobalID

from loyalty.gift_cards import top_up_gift_card
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.scalars import Points
from schema.types.gift_card import GiftCard, gift_card
from schema.types.transaction import Transaction


@shapes.input_type()
class TopUpGiftCardInput:
    idempotency_key: str
    gift_card_id: GlobalID
    points: Points = shapes.field(description="What was paid, in minor units.")
    signature: SignatureInput | None = shapes.field(
        default=None, description="The partner's, over the `earn` instruction."
    )


@shapes.object_type()
class TopUpGiftCardPayload(Payload):
    gift_card: GiftCard | None = None
    transaction: Transaction | None = None


class TopUpGiftCard:
    @shapes.mutation(description="Partners that sell gift cards: more value on one.")
    async def top_up_gift_card(
        self,
        info: Info,
        input: TopUpGiftCardInput,  # noqa: A002
    ) -> TopUpGiftCardPayload:
        async def act() -> TopUpGiftCardPayload:
            asked = request(info.context, input)
            answer = top_up_gift_card(
                info.context.coalition,
                asked,
                node_id(input.gift_card_id, "GiftCard", "giftCardId"),
                input.points,
                given(input.signature),
            )
            return TopUpGiftCardPayload(
                gift_card=await gift_card(info.context, answer.record),
                transaction=await own_entry(info.context, asked, answer),
            )

        return await answered(info.context, TopUpGiftCardPayload, act)
