"""A brand of the coalition."""

import strawberry
from strawberry.relay import Node, NodeID

from loyalty.records.partners import Partner as PartnerRecord
from schema import shapes
from schema.context import Context, Info
from schema.types.key import Key, keys_of


@shapes.object_type(description="A brand that issues points, redeems them, or both.")
class Partner(Node):
    key: NodeID[str]
    record: strawberry.Private[PartnerRecord]

    @shapes.resolver(description="As it stands in accounts: `partner:<partnerId>:issued`.")
    def partner_id(self) -> str:
        return self.key

    @shapes.resolver()
    def name(self) -> str:
        return self.record.name

    @shapes.resolver(description="The verifier keys that are in force now.")
    def keys(self, info: Info) -> list[str]:
        coalition = info.context.coalition
        return coalition.governance().keys_of(f"partner:{self.key}", coalition.now())

    @shapes.resolver(description="All that it ever had, with when they begin and end.")
    def key_history(self, info: Info) -> list[Key]:
        return keys_of(info.context, f"partner:{self.key}")


async def partner(context: Context, id_: str) -> Partner | None:
    """A partner; everyone who has a token may see all."""
    _ = context.actor
    record = await context.record(PartnerRecord, id_)
    return None if record is None else Partner(key=id_, record=record)
