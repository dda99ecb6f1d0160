"""`coalition`: who takes part."""

from schema import shapes
from schema.context import Info
from schema.types.coalition import Coalition


class CoalitionQuery:
    @shapes.resolver(description="The coalition that this ledger is of.")
    def coalition(self, info: Info) -> Coalition:
        _ = info.context.actor
        return Coalition(origin=info.context.coalition.origin)
