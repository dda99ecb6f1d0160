"""`linkExternalId`: a CRM's id, or a card, means a member."""

from strawberry.relay import GlobalID

from loyalty.external_ids import link_external_id
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.member import Member, member


@shapes.input_type()
class LinkExternalIdInput:
    idempotency_key: str
    member_id: GlobalID
    system: str = shapes.field(
        description="Which CRM, shop or kind of card, as you call it: crm, card."
    )
    external_id: str


@shapes.object_type()
class LinkExternalIdPayload(Payload):
    member: Member | None = None


class LinkExternalId:
    @shapes.mutation(
        description="Partners for themselves, operators for all of them: an id of another system, "
        "or a card, means this member and nobody else."
    )
    async def link_external_id(
        self,
        info: Info,
        input: LinkExternalIdInput,  # noqa: A002
    ) -> LinkExternalIdPayload:
        async def act() -> LinkExternalIdPayload:
            asked = request(info.context, input)
            id_ = node_id(input.member_id, "Member", "memberId")
            answer = link_external_id(
                info.context.coalition, asked, id_, input.system, input.external_id
            )
            return LinkExternalIdPayload(member=await member(info.context, answer.record))

        return await answered(info.context, LinkExternalIdPayload, act)
