"""`assignFeedback`: somebody sees to what a member said."""

from strawberry.relay import GlobalID

from loyalty.feedback import assign_feedback
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.feedback import Feedback, feedback


@shapes.input_type()
class AssignFeedbackInput:
    idempotency_key: str
    feedback_id: GlobalID
    assignee: str = shapes.field(description="Who sees to it: a desk, a colleague.")


@shapes.object_type()
class AssignFeedbackPayload(Payload):
    feedback: Feedback | None = None


class AssignFeedback:
    @shapes.mutation(
        description="The partner that it is about, or an operator: somebody sees to it. It stays "
        "open."
    )
    async def assign_feedback(
        self,
        info: Info,
        input: AssignFeedbackInput,  # noqa: A002
    ) -> AssignFeedbackPayload:
        async def act() -> AssignFeedbackPayload:
            asked = request(info.context, input)
            id_ = node_id(input.feedback_id, "Feedback", "feedbackId")
            assign_feedback(info.context.coalition, asked, id_, input.assignee)
            return AssignFeedbackPayload(feedback=await feedback(info.context, id_))

        return await answered(info.context, AssignFeedbackPayload, act)
