"""`adjustmentsWaiting`: what operators should approve or decline."""

from asyncio import gather

from strawberry.relay import Connection, Edge

from loyalty.actors import Operator
from loyalty.approvals import waiting_ids
from schema import shapes
from schema.context import Info
from schema.types.adjustment import Adjustment, adjustment
from schema.types.pages import PAGE_MAX, page_info, page_of


class AdjustmentsWaitingQuery:
    @shapes.resolver(
        description="Operators: the adjustments that wait for approval, at most 100 a page, what "
        "lapses first first. Absent for others."
    )
    async def adjustments_waiting(
        self, info: Info, first: int = PAGE_MAX, after: str | None = None
    ) -> Connection[Adjustment] | None:
        if not isinstance(info.context.actor, Operator):
            return None
        cursors, more = page_of(waiting_ids(info.context.coalition), first, after)
        found = await gather(
            *(adjustment(info.context, cursor.partition(" ")[2]) for cursor in cursors)
        )
        edges = [
            Edge(cursor=cursor, node=node)
            for cursor, node in zip(cursors, found, strict=True)
            if node is not None
        ]
        return Connection(page_info=page_info(cursors, after, more), edges=edges)
