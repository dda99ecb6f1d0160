"""Points that a member gave another of an allowance."""

import strawberry
from strawberry.relay import Node, NodeID

from loyalty.giving import may_see_recognition
from loyalty.records.giving import Recognition as RecognitionRecord
from loyalty.records.members import Member
from schema import shapes
from schema.context import Context, Info
from schema.scalars import Points


@shapes.object_type(description="Points that a member gave another, of its allowance.")
class Recognition(Node):
    key: NodeID[str]
    record: strawberry.Private[RecognitionRecord]

    @shapes.resolver()
    def points(self) -> Points:
        return Points(self.record.points)

    @shapes.resolver()
    def given_at(self) -> str:
        return self.record.given_at

    @shapes.resolver(description="What the giver wrote; absent once it was erased.")
    def message(self) -> str | None:
        return self.record.message or None

    @shapes.resolver(description="The giver's display name.")
    async def giver_name(self, info: Info) -> str | None:
        return await _name(info.context, self.record.giver)

    @shapes.resolver(description="The receiver's display name.")
    async def receiver_name(self, info: Info) -> str | None:
        return await _name(info.context, self.record.receiver)


async def recognition(context: Context, id_: str) -> Recognition | None:
    """A recognition that the actor may see; None for others and for unknown ones alike."""
    actor = context.actor
    record = await context.record(RecognitionRecord, id_)
    if record is None or not may_see_recognition(actor, record):
        return None
    return Recognition(key=id_, record=record)


async def _name(context: Context, member: str) -> str | None:
    found = await context.record(Member, member)
    return None if found is None else found.display_name or None
