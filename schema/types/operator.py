"""Someone who runs the coalition."""

import strawberry

from schema.context import Info


@strawberry.type(description="Someone who runs the coalition.")
class Operator:
    operator_id: str = strawberry.field(description="As it stands in entries: `operator:<id>`.")

    @strawberry.field(description="The verifier keys that are in force now.")
    def keys(self, info: Info) -> list[str]:
        coalition = info.context.coalition
        return coalition.governance().keys_of(f"operator:{self.operator_id}", coalition.now())
