"""Deliveries of events to endpoints that do not answer."""

from loyalty.webhooks.ports import Delivery, Reply
from tests.coalition import own_id
from tests.webhooks import Outbox

SILENT = Reply(0, "no answer in time")


def event_id(transaction: str) -> str:
    return f"evt_{own_id(transaction)}_0"


def all_of(outbox: Outbox) -> list[Delivery]:
    return list(outbox.queue._deliveries.values())
