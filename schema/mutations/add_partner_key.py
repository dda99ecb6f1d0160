"""`addPartnerKey`: a partner will sign with this key, too."""

from loyalty.partner_keys import add_partner_key
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, request
from schema.types.key import Key, newest_key
from schema.types.partner import Partner, partner


@shapes.input_type()
class AddPartnerKeyInput:
    idempotency_key: str
    partner_id: str
    verifier_key: str = shapes.field(description="`name+hex(key id)+base64`.")
    proof: str = shapes.field(description="Its signature over the registration, in base64.")
    signature: SignatureInput | None = shapes.field(
        default=None,
        description="Of an earlier key of the partner, or of the operator who asks, over the "
        "`key` instruction of the next seq.",
    )


@shapes.object_type()
class AddPartnerKeyPayload(Payload):
    partner: Partner | None = None
    key: Key | None = None


class AddPartnerKey:
    @shapes.mutation(
        description="A partner, for itself; operators for one that lost its keys. It is told."
    )
    async def add_partner_key(
        self,
        info: Info,
        input: AddPartnerKeyInput,  # noqa: A002
    ) -> AddPartnerKeyPayload:
        async def act() -> AddPartnerKeyPayload:
            answer = add_partner_key(
                info.context.coalition,
                request(info.context, input),
                input.partner_id,
                input.verifier_key,
                input.proof,
                given(input.signature),
            )
            return AddPartnerKeyPayload(
                partner=await partner(info.context, input.partner_id),
                key=newest_key(info.context, f"partner:{input.partner_id}", answer.record),
            )

        return await answered(info.context, AddPartnerKeyPayload, act)
