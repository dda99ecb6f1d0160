"""A place of an offer."""

import strawberry
from strawberry.relay import Node, NodeID

from loyalty.places import may_see_place
from loyalty.records.places import Place as PlaceRecord
from schema import shapes
from schema.context import Context


@shapes.object_type(description="A place of an offer that a member took.")
class Place(Node):
    key: NodeID[str]
    record: strawberry.Private[PlaceRecord]

    @shapes.resolver()
    def offer_id(self) -> str:
        return self.record.offer

    @shapes.resolver(description="The partner whose offer it is.")
    def partner_id(self) -> str:
        return self.record.partner

    @shapes.resolver()
    def taken_at(self) -> str:
        return self.record.taken_at

    @shapes.resolver(description="Absent while the member has it.")
    def given_back_at(self) -> str | None:
        return self.record.given_back_at or None


async def place(context: Context, id_: str) -> Place | None:
    """A place that the actor may see; None for others and for unknown ones alike."""
    actor = context.actor
    record = await context.record(PlaceRecord, id_)
    if record is None or not may_see_place(context.coalition, actor, record):
        return None
    return Place(key=id_, record=record)
