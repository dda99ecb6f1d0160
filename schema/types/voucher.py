"""What a member got for points."""

from asyncio import gather
from collections.abc import Iterable

import strawberry
from strawberry.relay import Node, NodeID

from loyalty.records.rewards import Voucher as VoucherRecord
from loyalty.rewards import may_see_voucher
from schema import shapes
from schema.context import Context


@shapes.object_type(description="What a member got for points, to be used once.")
class Voucher(Node):
    key: NodeID[str]
    record: strawberry.Private[VoucherRecord]

    @shapes.resolver()
    def reward_id(self) -> str:
        return self.record.reward

    @shapes.resolver()
    def name(self) -> str:
        return self.record.name

    @shapes.resolver(description="The partner where it can be used.")
    def partner_id(self) -> str:
        return self.record.partner

    @shapes.resolver()
    def issued_at(self) -> str:
        return self.record.issued_at

    @shapes.resolver(description="Absent while it can still be used.")
    def used_at(self) -> str | None:
        return self.record.used_at or None

    @shapes.resolver(description="Since when it is void, its points given back; else absent.")
    def void_at(self) -> str | None:
        return self.record.void_at or None


async def voucher(context: Context, id_: str) -> Voucher | None:
    """A voucher that the actor may see; None for others and for unknown ones alike."""
    actor = context.actor
    record = await context.record(VoucherRecord, id_)
    if record is None or not may_see_voucher(context.coalition, actor, record):
        return None
    return Voucher(key=id_, record=record)


async def vouchers(context: Context, ids: Iterable[str]) -> list[Voucher]:
    """Those of them that the actor may see."""
    found = await gather(*(voucher(context, id_) for id_ in ids))
    return [each for each in found if each is not None]
