"""`takePlace`: a member takes one of an offer's places."""

from strawberry.relay import GlobalID

from loyalty.places import Wanted, take_place
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.place import Place, place


@shapes.input_type()
class TakePlaceInput:
    idempotency_key: str
    member_id: GlobalID
    programme_id: GlobalID
    offer_id: str


@shapes.object_type()
class TakePlacePayload(Payload):
    place: Place | None = None


class TakePlace:
    @shapes.mutation(description="Members, or the offer's partner for one: a place is taken.")
    async def take_place(self, info: Info, input: TakePlaceInput) -> TakePlacePayload:  # noqa: A002
        async def act() -> TakePlacePayload:
            asked = request(info.context, input)
            wanted = Wanted(
                node_id(input.programme_id, "Programme", "programmeId"),
                input.offer_id,
                node_id(input.member_id, "Member", "memberId"),
            )
            answer = take_place(info.context.coalition, asked, wanted)
            return TakePlacePayload(place=await place(info.context, answer.record))

        return await answered(info.context, TakePlacePayload, act)
