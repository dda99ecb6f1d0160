"""`giveRecognition`: a member gives another points of an allowance."""

from strawberry.relay import GlobalID

from loyalty.giving import Gift, give_recognition
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.scalars import Points
from schema.types.recognition import Recognition, recognition


@shapes.input_type()
class GiveRecognitionInput:
    idempotency_key: str
    programme_id: GlobalID
    to_member_id: GlobalID
    points: Points
    message: str | None = shapes.field(
        default=None, description="At most 280 characters; not on the ledger, and can be erased."
    )


@shapes.object_type()
class GiveRecognitionPayload(Payload):
    recognition: Recognition | None = None


class GiveRecognition:
    @shapes.mutation(
        description="Members: another earns points of this month's allowance, which the "
        "programme's issuer pays."
    )
    async def give_recognition(
        self,
        info: Info,
        input: GiveRecognitionInput,  # noqa: A002
    ) -> GiveRecognitionPayload:
        async def act() -> GiveRecognitionPayload:
            asked = request(info.context, input)
            gift = Gift(
                node_id(input.programme_id, "Programme", "programmeId"),
                node_id(input.to_member_id, "Member", "toMemberId"),
                input.points,
                input.message,
            )
            answer = give_recognition(info.context.coalition, asked, gift)
            found = await recognition(info.context, answer.record)
            return GiveRecognitionPayload(recognition=found)

        return await answered(info.context, GiveRecognitionPayload, act)
