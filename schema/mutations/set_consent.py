"""`setConsent`: a member lets others do something, or no longer."""

from strawberry.relay import GlobalID

from loyalty.consents import set_consent
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.member import Member, member


@shapes.input_type()
class SetConsentInput:
    idempotency_key: str
    member_id: GlobalID
    purpose: str = shapes.field(description="email, sms, push or profiling.")
    given: bool = shapes.field(description="False: taken back, or refused.")
    source: str | None = shapes.field(
        default=None,
        description="Where the member said so: a form, a call. Partners and operators state it.",
    )


@shapes.object_type()
class SetConsentPayload(Payload):
    member: Member | None = None


class SetConsent:
    @shapes.mutation(
        description="A member for itself, partners and operators for it: a consent is given or "
        "taken back."
    )
    async def set_consent(self, info: Info, input: SetConsentInput) -> SetConsentPayload:  # noqa: A002
        async def act() -> SetConsentPayload:
            asked = request(info.context, input)
            answer = set_consent(
                info.context.coalition,
                asked,
                node_id(input.member_id, "Member", "memberId"),
                input.purpose,
                given=input.given,
                source=input.source,
            )
            return SetConsentPayload(member=await member(info.context, answer.record))

        return await answered(info.context, SetConsentPayload, act)
