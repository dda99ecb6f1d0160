"""`partner(id)`."""

import strawberry
from strawberry.relay import GlobalID

from schema.context import Info
from schema.queries.ids import id_of
from schema.types.partner import Partner, partner


@strawberry.type
class PartnerQuery:
    @strawberry.field(description="A brand of the coalition.")
    async def partner(self, info: Info, id: GlobalID) -> Partner | None:  # noqa: A002
        return await partner(info.context, id_of(id, "Partner"))
