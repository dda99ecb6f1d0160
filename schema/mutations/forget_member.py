"""`forgetMember`: what is known of a member is erased."""

from strawberry.relay import GlobalID

from loyalty.forgetting import forget_member
from loyalty.refusals import Code, Refused
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.member import Member, member


@shapes.input_type()
class ForgetMemberInput:
    idempotency_key: str
    member_id: GlobalID
    confirmed: bool = shapes.field(
        description="True: whoever asks knows that it cannot be taken back."
    )


@shapes.object_type()
class ForgetMemberPayload(Payload):
    member: Member | None = None


class ForgetMember:
    @shapes.mutation(
        description="A member itself, or an operator: name, date of birth, consents, ids of other "
        "systems and what it wrote are erased, for good. Its points stay until they lapse, and "
        "nobody can spend them: spend or give them first."
    )
    async def forget_member(self, info: Info, input: ForgetMemberInput) -> ForgetMemberPayload:  # noqa: A002
        async def act() -> ForgetMemberPayload:
            asked = request(info.context, input)
            id_ = node_id(input.member_id, "Member", "memberId")
            if not input.confirmed:
                raise Refused(
                    Code.INVALID_INPUT, "it cannot be taken back: confirm it", "confirmed"
                )
            answer = forget_member(info.context.coalition, asked, id_)
            return ForgetMemberPayload(member=await member(info.context, answer.record))

        return await answered(info.context, ForgetMemberPayload, act)
