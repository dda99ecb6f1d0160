"""`claimGiftCard`: a member makes a card its own."""

from strawberry.relay import GlobalID

from loyalty.gift_cards import claim_gift_card
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.gift_card import GiftCard, gift_card


@shapes.input_type()
class ClaimGiftCardInput:
    idempotency_key: str
    gift_card_id: GlobalID
    code: str = shapes.field(description="The card's secret.")


@shapes.object_type()
class ClaimGiftCardPayload(Payload):
    gift_card: GiftCard | None = None


class ClaimGiftCard:
    @shapes.mutation(
        description="Members: who has a card and its code makes it its own, to see and replace it."
    )
    async def claim_gift_card(
        self,
        info: Info,
        input: ClaimGiftCardInput,  # noqa: A002
    ) -> ClaimGiftCardPayload:
        async def act() -> ClaimGiftCardPayload:
            asked = request(info.context, input)
            answer = claim_gift_card(
                info.context.coalition,
                asked,
                node_id(input.gift_card_id, "GiftCard", "giftCardId"),
                input.code,
            )
            return ClaimGiftCardPayload(
                gift_card=await gift_card(info.context, answer.record),
            )

        return await answered(info.context, ClaimGiftCardPayload, act)
