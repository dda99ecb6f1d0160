"""`coalition`: who takes part."""

import strawberry

from schema.context import Info
from schema.types.coalition import Coalition


@strawberry.type
class CoalitionQuery:
    @strawberry.field(description="The coalition that this ledger is of.")
    def coalition(self, info: Info) -> Coalition:
        _ = info.context.actor
        return Coalition(origin=info.context.coalition.origin)
