"""`giveBackPlace`: another can take it."""

from strawberry.relay import GlobalID

from loyalty.places import give_back_place
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.place import Place, place


@shapes.input_type()
class GiveBackPlaceInput:
    idempotency_key: str
    place_id: GlobalID


@shapes.object_type()
class GiveBackPlacePayload(Payload):
    place: Place | None = None


class GiveBackPlace:
    @shapes.mutation(description="Its member or the offer's partner: another can take it.")
    async def give_back_place(self, info: Info, input: GiveBackPlaceInput) -> GiveBackPlacePayload:  # noqa: A002
        async def act() -> GiveBackPlacePayload:
            asked = request(info.context, input)
            id_ = node_id(input.place_id, "Place", "placeId")
            answer = give_back_place(info.context.coalition, asked, id_)
            return GiveBackPlacePayload(place=await place(info.context, answer.record))

        return await answered(info.context, GiveBackPlacePayload, act)
