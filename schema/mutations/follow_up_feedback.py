"""`followUpFeedback`: somebody has answered what a member said."""

from strawberry.relay import GlobalID

from loyalty.feedback import follow_up_feedback
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.feedback import Feedback, feedback


@shapes.input_type()
class FollowUpFeedbackInput:
    idempotency_key: str
    feedback_id: GlobalID
    note: str = shapes.field(description="What was done about it; members do not see it.")


@shapes.object_type()
class FollowUpFeedbackPayload(Payload):
    feedback: Feedback | None = None


class FollowUpFeedback:
    @shapes.mutation(
        description="The partner that it is about, or an operator: it was seen to, once."
    )
    async def follow_up_feedback(
        self,
        info: Info,
        input: FollowUpFeedbackInput,  # noqa: A002
    ) -> FollowUpFeedbackPayload:
        async def act() -> FollowUpFeedbackPayload:
            asked = request(info.context, input)
            id_ = node_id(input.feedback_id, "Feedback", "feedbackId")
            follow_up_feedback(info.context.coalition, asked, id_, input.note)
            return FollowUpFeedbackPayload(feedback=await feedback(info.context, id_))

        return await answered(info.context, FollowUpFeedbackPayload, act)
