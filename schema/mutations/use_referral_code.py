"""`useReferralCode`: a new member says who brought it."""

from strawberry.relay import GlobalID

from loyalty.referrals import use_referral_code
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request


@shapes.input_type()
class UseReferralCodeInput:
    idempotency_key: str
    programme_id: GlobalID
    member_id: GlobalID
    code: str = shapes.field(description="As the friend typed it: small or in groups as well.")


@shapes.object_type()
class UseReferralCodePayload(Payload):
    used_at: str | None = None


class UseReferralCode:
    @shapes.mutation(
        description="Members who have not bought yet, or a partner of the referral or an operator "
        "for one: who brought it. Its first order then gives points to both."
    )
    async def use_referral_code(
        self,
        info: Info,
        input: UseReferralCodeInput,  # noqa: A002
    ) -> UseReferralCodePayload:
        async def act() -> UseReferralCodePayload:
            answer = use_referral_code(
                info.context.coalition,
                request(info.context, input),
                node_id(input.programme_id, "Programme", "programmeId"),
                node_id(input.member_id, "Member", "memberId"),
                input.code,
            )
            return UseReferralCodePayload(used_at=answer.record)

        return await answered(info.context, UseReferralCodePayload, act)
