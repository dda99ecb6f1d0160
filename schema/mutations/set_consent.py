"""`setConsent`: a member lets others do something, or no longer."""

import strawberry
from strawberry.relay import GlobalID

from loyalty.consents import set_consent
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.member import Member, member


@strawberry.input
class SetConsentInput:
    idempotency_key: str
    member_id: GlobalID
    purpose: str = strawberry.field(description="email, sms, push or profiling.")
    given: bool = strawberry.field(description="False: taken back, or refused.")
    source: str | None = strawberry.field(
        default=None,
        description="Where the member said so: a form, a call. Partners and operators state it.",
    )


@strawberry.type
class SetConsentPayload(Payload):
    member: Member | None = None


@strawberry.type
class SetConsent:
    @strawberry.mutation(
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
