"""`publishProgramme`: a programme version comes in force."""

from loyalty.governance_drafts import PartnerSignature
from loyalty.governing import publish_programme
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, request
from schema.scalars import Document
from schema.types.programme import Programme, programme


@shapes.input_type()
class PartnerSignatureInput:
    partner_id: str
    signature: SignatureInput


@shapes.input_type()
class PublishProgrammeInput:
    idempotency_key: str
    document: Document = shapes.field(description="The version; see docs/programmes.md.")
    signatures: list[PartnerSignatureInput] = shapes.field(
        description="Of every partner whose points it can issue or burn, over its digest."
    )


@shapes.object_type()
class PublishProgrammePayload(Payload):
    programme: Programme | None = None


class PublishProgramme:
    @shapes.mutation(description="Operators, or a partner that it alone binds: new rules.")
    async def publish_programme(
        self,
        info: Info,
        input: PublishProgrammeInput,  # noqa: A002
    ) -> PublishProgrammePayload:
        async def act() -> PublishProgrammePayload:
            coalition = info.context.coalition
            answer = publish_programme(
                coalition,
                request(info.context, input),
                input.document,
                [
                    PartnerSignature(each.partner_id, each.signature.given())
                    for each in input.signatures
                ],
            )
            id_ = coalition.version(answer.record).programme.id
            return PublishProgrammePayload(
                programme=programme(info.context, id_, coalition.written())
            )

        return await answered(info.context, PublishProgrammePayload, act)
