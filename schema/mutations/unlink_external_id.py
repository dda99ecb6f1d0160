"""`unlinkExternalId`: an id of another system means nobody any more."""

from loyalty.external_ids import unlink_external_id
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import request
from schema.types.member import Member, member


@shapes.input_type()
class UnlinkExternalIdInput:
    idempotency_key: str
    system: str
    external_id: str


@shapes.object_type()
class UnlinkExternalIdPayload(Payload):
    member: Member | None = shapes.field(default=None, description="Whom it meant.")


class UnlinkExternalId:
    @shapes.mutation(
        description="Who linked it, a partner or an operator: the id means nobody any more, and "
        "can be linked anew."
    )
    async def unlink_external_id(
        self,
        info: Info,
        input: UnlinkExternalIdInput,  # noqa: A002
    ) -> UnlinkExternalIdPayload:
        async def act() -> UnlinkExternalIdPayload:
            answer = unlink_external_id(
                info.context.coalition,
                request(info.context, input),
                input.system,
                input.external_id,
            )
            return UnlinkExternalIdPayload(member=await member(info.context, answer.record))

        return await answered(info.context, UnlinkExternalIdPayload, act)
