"""What a member said of a partner."""

import strawberry
from strawberry.relay import Node, NodeID

from loyalty.actors import MemberActor
from loyalty.feedback import may_see_feedback
from loyalty.records.feedback import Feedback as FeedbackRecord
from loyalty.records.feedback import Said, Words
from schema import shapes
from schema.context import Context, Info
from schema.types.member import Member, member


@shapes.object_type(
    description="What a member said of a partner, and whether that was followed up."
)
class Feedback(Node):
    key: NodeID[str]
    record: strawberry.Private[FeedbackRecord]

    @shapes.resolver()
    def partner_id(self) -> str:
        return self.record.partner

    @shapes.resolver()
    async def member(self, info: Info) -> Member | None:
        return await member(info.context, self.record.member)

    @shapes.resolver(description="0 to 10.")
    def score(self) -> int:
        return self.record.score

    @shapes.resolver(description="Absent where nothing was written, or it was erased.")
    async def text(self, info: Info) -> str | None:
        return (await self._said(info)).text or None

    @shapes.resolver()
    def given_at(self) -> str:
        return self.record.given_at

    @shapes.resolver(description="The party that told it: the member or the partner.")
    def by(self) -> str:
        return self.record.by

    @shapes.resolver(description="Who sees to it; absent for members.")
    def assigned_to(self, info: Info) -> str | None:
        return None if _is_member(info) else self.record.assigned_to or None

    @shapes.resolver()
    def assigned_at(self) -> str | None:
        return self.record.assigned_at or None

    @shapes.resolver(description="Absent while it is open.")
    def followed_up_at(self) -> str | None:
        return self.record.followed_up_at or None

    @shapes.resolver()
    def followed_up_by(self) -> str | None:
        return self.record.followed_up_by or None

    @shapes.resolver(description="What was done about it; absent for members.")
    async def note(self, info: Info) -> str | None:
        return None if _is_member(info) else (await self._said(info)).note or None

    async def _said(self, info: Info) -> Said:
        words = await info.context.record(Words, self.record.words)
        return Said() if words is None else words.said.get(self.key, Said())


async def feedback(context: Context, id_: str) -> Feedback | None:
    """A feedback that the actor may see; None for others and for unknown ones alike."""
    actor = context.actor
    record = await context.record(FeedbackRecord, id_)
    if record is None or not may_see_feedback(context.coalition, actor, record):
        return None
    return Feedback(key=id_, record=record)


def _is_member(info: Info) -> bool:
    return isinstance(info.context.actor, MemberActor)
