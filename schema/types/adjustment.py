"""Points that an operator asked to give or take, and that wait for a second one."""

from enum import Enum

import orjson
import strawberry
from strawberry.relay import Node, NodeID

from ledger.names import TransactionId
from loyalty.actors import Operator
from loyalty.records.adjustments import Adjustment as AdjustmentRecord
from schema import shapes
from schema.context import Context, Info
from schema.scalars import Document, Points
from schema.types.member import Member, member
from schema.types.transaction import Transaction, transaction


@strawberry.enum(description="What became of an adjustment that needs approval.")
class AdjustmentStatus(Enum):
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    LAPSED = "lapsed"


@shapes.object_type(description="Points to give or take that need a second operator's approval.")
class Adjustment(Node):
    key: NodeID[str]
    record: strawberry.Private[AdjustmentRecord]

    @shapes.resolver()
    async def member(self, info: Info) -> Member | None:
        return await member(info.context, self.record.member)

    @shapes.resolver(description="The programme's own id, as its document has it.")
    def programme_id(self) -> str:
        return self.record.programme

    @shapes.resolver(description="Below 0: to take.")
    def points(self) -> Points:
        return Points(self.record.points)

    @shapes.resolver()
    def reason(self) -> str:
        return self.record.reason

    @shapes.resolver(description="The partner to be billed; absent: the operator.")
    def sponsor_id(self) -> str | None:
        return self.record.sponsor or None

    @shapes.resolver(description="`operator:<id>`.")
    def asked_by(self) -> str:
        return self.record.party

    @shapes.resolver()
    def asked_at(self) -> str:
        return self.record.asked_at

    @shapes.resolver(description="It can be approved until just before.")
    def waits_until(self) -> str:
        return self.record.waits_until

    @shapes.resolver()
    def status(self, info: Info) -> AdjustmentStatus:
        if self.record.outcome:
            return AdjustmentStatus(self.record.outcome)
        lapsed = info.context.coalition.now() >= self.record.waits_until
        return AdjustmentStatus.LAPSED if lapsed else AdjustmentStatus.WAITING

    @shapes.resolver(description="`operator:<id>`; absent while it waits.")
    def decided_by(self) -> str | None:
        return self.record.decided_by or None

    @shapes.resolver()
    def decided_at(self) -> str | None:
        return self.record.decided_at or None

    @shapes.resolver()
    def declined_because(self) -> str | None:
        return self.record.declined_because or None

    @shapes.resolver(
        description="The subject of the `adjust` instruction: the id of the transaction to be."
    )
    def subject(self) -> str:
        return self.key

    @shapes.resolver(description="What was asked, as it is signed: SHA-256 of `input`, in base64.")
    def asked(self) -> str:
        return self.record.asked

    @shapes.resolver(description="The input of `adjustPoints`, without its signature.")
    def input(self) -> Document:
        return Document(orjson.loads(self.record.said))

    @shapes.resolver(description="Absent until it is approved.")
    async def transaction(self, info: Info) -> Transaction | None:
        if self.record.outcome != AdjustmentStatus.APPROVED.value:
            return None
        return await transaction(info.context, TransactionId(self.key))


async def adjustment(context: Context, id_: str) -> Adjustment | None:
    """An adjustment; None for all but operators, and for unknown ones."""
    if not isinstance(context.actor, Operator):
        return None
    record = await context.record(AdjustmentRecord, id_)
    return None if record is None else Adjustment(key=id_, record=record)
