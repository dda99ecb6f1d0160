"""`setProfile`: what is known of a member changes."""

from strawberry.relay import GlobalID

from loyalty.profiles import Profile, set_profile
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.member import Member, member


@shapes.input_type(description="What is absent stays as it was; an empty text removes it.")
class SetProfileInput:
    idempotency_key: str
    member_id: GlobalID
    display_name: str | None = None
    born: str | None = shapes.field(
        default=None,
        description="The date of birth, YYYY-MM-DD. A member states its own once.",
    )
    jurisdiction: str | None = shapes.field(
        default=None,
        description="Where the member lives, as ISO 3166 has it: US, US-CA. Not by the member.",
    )


@shapes.object_type()
class SetProfilePayload(Payload):
    member: Member | None = None


class SetProfile:
    @shapes.mutation(
        description="A member for itself, partners and operators for any: what is known of it."
    )
    async def set_profile(self, info: Info, input: SetProfileInput) -> SetProfilePayload:  # noqa: A002
        async def act() -> SetProfilePayload:
            asked = request(info.context, input)
            id_ = node_id(input.member_id, "Member", "memberId")
            given = Profile(input.display_name, input.born, input.jurisdiction)
            answer = set_profile(info.context.coalition, asked, id_, given)
            return SetProfilePayload(member=await member(info.context, answer.record))

        return await answered(info.context, SetProfilePayload, act)
