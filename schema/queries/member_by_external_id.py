"""`memberByExternalId(system, externalId)`."""

from loyalty.external_ids import member_by_external_id
from schema import shapes
from schema.context import Info
from schema.types.member import Member, member


class MemberByExternalIdQuery:
    @shapes.resolver(
        description="Whom a CRM's id or a card means: to a partner by its own ids, then by those "
        "for all partners; to an operator by the latter. Nobody for a blocked card."
    )
    async def member_by_external_id(
        self, info: Info, system: str, external_id: str
    ) -> Member | None:
        context = info.context
        id_ = member_by_external_id(context.coalition, context.actor, system, external_id)
        return None if id_ is None else await member(context, id_)
