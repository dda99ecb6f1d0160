"""`deadLetters(endpointId, first, after)`: what was given up."""

import re

from strawberry.relay import GlobalID

from ledger.names import TIME
from loyalty.events import EVENT_ID
from loyalty.webhooks.ports import cursor_of
from loyalty.webhooks.replaying import dead_letters
from schema import shapes
from schema.context import Info
from schema.queries.ids import id_of
from schema.scalars import bad_input
from schema.types.event import Delivery, DeliveryConnection, DeliveryEdge, endpoint
from schema.types.pages import check_first, page_info

_CURSOR = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{TIME}#{EVENT_ID}\Z")


class DeadLettersQuery:
    @shapes.resolver(
        description="What was given up of an endpoint of your own, oldest first, at most 100 a "
        "page. Send one again with `replayEvent`."
    )
    async def dead_letters(
        self, info: Info, endpoint_id: GlobalID, first: int = 20, after: str | None = None
    ) -> DeliveryConnection | None:
        own = await endpoint(info.context, id_of(endpoint_id, "Endpoint"))
        limit = check_first(first) + 1
        if after is not None and not _CURSOR.match(after):
            raise bad_input("`after` is a cursor of an earlier page.")
        if own is None or info.context.coalition.webhooks is None:
            return None
        found = dead_letters(info.context.coalition, own.key, after or "", limit)
        edges = [DeliveryEdge(cursor=cursor_of(each), node=Delivery.of(each)) for each in found]
        page = edges[:first]
        info_ = page_info([edge.cursor for edge in page], after, len(edges) > first)
        return DeliveryConnection(page_info=info_, edges=page)
