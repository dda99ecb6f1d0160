"""`registerPartner`: a brand joins the coalition."""

from loyalty.governing import register_partner
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import request
from schema.types.partner import Partner, partner


@shapes.input_type()
class RegisterPartnerInput:
    idempotency_key: str
    partner_id: str = shapes.field(description="2 to 32 of a to z, 0 to 9 and hyphen.")
    name: str
    verifier_key: str = shapes.field(description="`name+hex(key id)+base64`.")
    proof: str = shapes.field(description="Its signature over the registration, in base64.")


@shapes.object_type()
class RegisterPartnerPayload(Payload):
    partner: Partner | None = None


class RegisterPartner:
    @shapes.mutation(description="Operators: a brand joins, with the key that it signs with.")
    async def register_partner(
        self,
        info: Info,
        input: RegisterPartnerInput,  # noqa: A002
    ) -> RegisterPartnerPayload:
        async def act() -> RegisterPartnerPayload:
            answer = register_partner(
                info.context.coalition,
                request(info.context, input),
                input.partner_id,
                input.name,
                input.verifier_key,
                input.proof,
            )
            return RegisterPartnerPayload(partner=await partner(info.context, answer.record))

        return await answered(info.context, RegisterPartnerPayload, act)
