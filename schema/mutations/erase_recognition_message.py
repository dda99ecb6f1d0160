"""`eraseRecognitionMessage`: what was written with a gift is no more."""

from strawberry.relay import GlobalID

from loyalty.giving import erase_message
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.recognition import Recognition, recognition


@shapes.input_type()
class EraseRecognitionMessageInput:
    idempotency_key: str
    recognition_id: GlobalID


@shapes.object_type()
class EraseRecognitionMessagePayload(Payload):
    recognition: Recognition | None = None


class EraseRecognitionMessage:
    @shapes.mutation(
        description="The giver, the receiver or an operator: what was written is erased, the "
        "points stay."
    )
    async def erase_recognition_message(
        self,
        info: Info,
        input: EraseRecognitionMessageInput,  # noqa: A002
    ) -> EraseRecognitionMessagePayload:
        async def act() -> EraseRecognitionMessagePayload:
            asked = request(info.context, input)
            id_ = node_id(input.recognition_id, "Recognition", "recognitionId")
            answer = erase_message(info.context.coalition, asked, id_)
            found = await recognition(info.context, answer.record)
            return EraseRecognitionMessagePayload(recognition=found)

        return await answered(info.context, EraseRecognitionMessagePayload, act)
