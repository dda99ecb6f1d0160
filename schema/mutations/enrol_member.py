"""`enrolMember`: someone begins to collect."""

from loyalty.members import enrol_member
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import request
from schema.types.member import Member, member


@shapes.input_type()
class EnrolMemberInput:
    idempotency_key: str
    display_name: str | None = None
    born: str | None = shapes.field(
        default=None, description="The date of birth, YYYY-MM-DD, for birthday rewards."
    )
    jurisdiction: str | None = shapes.field(
        default=None, description="Where the member lives, as ISO 3166 has it: US, US-CA."
    )


@shapes.object_type()
class EnrolMemberPayload(Payload):
    member: Member | None = None


class EnrolMember:
    @shapes.mutation(description="Operators and partners: someone begins to collect.")
    async def enrol_member(self, info: Info, input: EnrolMemberInput) -> EnrolMemberPayload:  # noqa: A002
        async def act() -> EnrolMemberPayload:
            answer = enrol_member(
                info.context.coalition,
                request(info.context, input),
                input.display_name,
                input.born,
                input.jurisdiction,
            )
            return EnrolMemberPayload(member=await member(info.context, answer.record))

        return await answered(info.context, EnrolMemberPayload, act)
