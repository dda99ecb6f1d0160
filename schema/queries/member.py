"""`member(id)`."""

from strawberry.relay import GlobalID

from schema import shapes
from schema.context import Info
from schema.queries.ids import id_of
from schema.types.member import Member, member


class MemberQuery:
    @shapes.resolver(description="One who collects points; a member sees itself alone.")
    async def member(self, info: Info, id: GlobalID) -> Member | None:  # noqa: A002
        return await member(info.context, id_of(id, "Member"))
