"""`makeReferralCode`: what a member tells its friends."""

from strawberry.relay import GlobalID

from loyalty.referrals import make_referral_code
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request


@shapes.input_type()
class MakeReferralCodeInput:
    idempotency_key: str
    owner_id: GlobalID = shapes.field(description="The member whose friends type it.")


@shapes.object_type()
class MakeReferralCodePayload(Payload):
    code: str | None = None


class MakeReferralCode:
    @shapes.mutation(
        description="Members, or an operator for one: the code that its friends type, the same "
        "whenever it is asked for."
    )
    async def make_referral_code(
        self,
        info: Info,
        input: MakeReferralCodeInput,  # noqa: A002
    ) -> MakeReferralCodePayload:
        async def act() -> MakeReferralCodePayload:
            answer = make_referral_code(
                info.context.coalition,
                request(info.context, input),
                node_id(input.owner_id, "Member", "ownerId"),
            )
            return MakeReferralCodePayload(code=answer.record)

        return await answered(info.context, MakeReferralCodePayload, act)
