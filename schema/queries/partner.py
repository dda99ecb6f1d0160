"""`partner(id)`."""

from strawberry.relay import GlobalID

from schema import shapes
from schema.context import Info
from schema.queries.ids import id_of
from schema.types.partner import Partner, partner


class PartnerQuery:
    @shapes.resolver(description="A brand of the coalition.")
    async def partner(self, info: Info, id: GlobalID) -> Partner | None:  # noqa: A002
        return await partner(info.context, id_of(id, "Partner"))
