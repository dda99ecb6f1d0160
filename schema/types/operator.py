"""Someone who runs the coalition."""

from schema import shapes
from schema.context import Info
from schema.types.key import Key, keys_of


@shapes.object_type(description="Someone who runs the coalition.")
class Operator:
    operator_id: str = shapes.field(description="As it stands in entries: `operator:<id>`.")

    @shapes.resolver(description="The verifier keys that are in force now.")
    def keys(self, info: Info) -> list[str]:
        coalition = info.context.coalition
        return coalition.governance().keys_of(f"operator:{self.operator_id}", coalition.now())

    @shapes.resolver(description="All that it ever had, with when they begin and end.")
    def key_history(self, info: Info) -> list[Key]:
        return keys_of(info.context, f"operator:{self.operator_id}")
