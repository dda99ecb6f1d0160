"""`issueGiftCard`: a card is sold, with value on it."""

from strawberry.relay import GlobalID

from loyalty.gift_cards import issue_gift_card
from schema import shapes
from schema.context import Info
from schema.errors import answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.new_gift_cards import NewGiftCardPayload, new_gift_card
from schema.scalars import Points


@shapes.input_type()
class IssueGiftCardInput:
    idempotency_key: str
    programme_id: GlobalID
    points: Points = shapes.field(description="What was paid for it, in minor units.")
    signature: SignatureInput | None = shapes.field(
        default=None, description="The partner's, over the `earn` instruction."
    )


@shapes.object_type()
class IssueGiftCardPayload(NewGiftCardPayload):
    pass


class IssueGiftCard:
    @shapes.mutation(description="Partners that sell gift cards: a new one, with value on it.")
    async def issue_gift_card(
        self,
        info: Info,
        input: IssueGiftCardInput,  # noqa: A002
    ) -> IssueGiftCardPayload:
        async def act() -> IssueGiftCardPayload:
            asked = request(info.context, input)
            answer, code = issue_gift_card(
                info.context.coalition,
                asked,
                node_id(input.programme_id, "Programme", "programmeId"),
                input.points,
                given(input.signature),
            )
            return await new_gift_card(IssueGiftCardPayload, info.context, asked, answer, code)

        return await answered(info.context, IssueGiftCardPayload, act)
