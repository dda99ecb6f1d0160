"""`member(id)`."""

import strawberry
from strawberry.relay import GlobalID

from schema.context import Info
from schema.queries.ids import id_of
from schema.types.member import Member, member


@strawberry.type
class MemberQuery:
    @strawberry.field(description="One who collects points; a member sees itself alone.")
    async def member(self, info: Info, id: GlobalID) -> Member | None:  # noqa: A002
        return await member(info.context, id_of(id, "Member"))
