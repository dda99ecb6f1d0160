"""`replaceGiftCard`: a lost card is blocked, its value is on a new one."""

from strawberry.relay import GlobalID

from loyalty.gift_cards import replace_gift_card
from schema import shapes
from schema.context import Info
from schema.errors import answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.new_gift_cards import NewGiftCardPayload, new_gift_card


@shapes.input_type()
class ReplaceGiftCardInput:
    idempotency_key: str
    gift_card_id: GlobalID
    reason: str
    signature: SignatureInput | None = shapes.field(
        default=None, description="A partner's or an operator's, over the `transfer` instruction."
    )


@shapes.object_type()
class ReplaceGiftCardPayload(NewGiftCardPayload):
    pass


class ReplaceGiftCard:
    @shapes.mutation(
        description="The partner that sold a card, an operator, or the member who claimed it: it "
        "is blocked, and its value is on a new one. An operator is told no code: the new one pays "
        "once one of the others has replaced it in turn."
    )
    async def replace_gift_card(
        self,
        info: Info,
        input: ReplaceGiftCardInput,  # noqa: A002
    ) -> ReplaceGiftCardPayload:
        async def act() -> ReplaceGiftCardPayload:
            asked = request(info.context, input)
            answer, code = replace_gift_card(
                info.context.coalition,
                asked,
                node_id(input.gift_card_id, "GiftCard", "giftCardId"),
                input.reason,
                given(input.signature),
            )
            return await new_gift_card(ReplaceGiftCardPayload, info.context, asked, answer, code)

        return await answered(info.context, ReplaceGiftCardPayload, act)
