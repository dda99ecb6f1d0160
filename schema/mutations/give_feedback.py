"""`giveFeedback`: a member says what it thinks of a partner."""

from strawberry.relay import GlobalID

from loyalty.feedback import Given, give_feedback
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.feedback import Feedback, feedback


@shapes.input_type()
class GiveFeedbackInput:
    idempotency_key: str
    member_id: GlobalID
    partner_id: GlobalID = shapes.field(description="Of whom it is said.")
    score: int = shapes.field(description="0 to 10.")
    text: str | None = shapes.field(
        default=None, description="In the member's own words; erased with the member."
    )
    transaction_id: GlobalID | None = shapes.field(
        default=None, description="The order that it is about."
    )


@shapes.object_type()
class GiveFeedbackPayload(Payload):
    feedback: Feedback | None = None


class GiveFeedback:
    @shapes.mutation(
        description="A member, or the partner for one that it asked: what it thinks of the partner."
    )
    async def give_feedback(self, info: Info, input: GiveFeedbackInput) -> GiveFeedbackPayload:  # noqa: A002
        async def act() -> GiveFeedbackPayload:
            asked = request(info.context, input)
            order = input.transaction_id
            given = Given(
                node_id(input.member_id, "Member", "memberId"),
                node_id(input.partner_id, "Partner", "partnerId"),
                input.score,
                input.text,
                None if order is None else node_id(order, "Transaction", "transactionId"),
            )
            answer = give_feedback(info.context.coalition, asked, given)
            return GiveFeedbackPayload(feedback=await feedback(info.context, answer.record))

        return await answered(info.context, GiveFeedbackPayload, act)
