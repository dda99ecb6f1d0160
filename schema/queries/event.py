"""`event(id)`: an event, as the actor's endpoints are told of it."""

from loyalty.actors import MemberActor
from loyalty.events import message, transaction_of
from loyalty.webhooks.endpoints import owner_of
from loyalty.webhooks.outbox import about, the_event
from schema import shapes
from schema.context import Info
from schema.scalars import bad_input
from schema.types.event import Event


class EventQuery:
    @shapes.resolver(description="By the `webhook-id` of its messages; partners see their own.")
    def event(self, info: Info, id: str) -> Event | None:  # noqa: A002
        actor, coalition = info.context.actor, info.context.coalition
        if transaction_of(id) is None:
            raise bad_input("An event's id is like evt_…_0, the `webhook-id` of its messages.")
        if isinstance(actor, MemberActor):
            return None
        owner = owner_of(actor)
        found = the_event(coalition, owner, id)
        if found is None:
            return None
        text = message(found, owner, about(coalition, found)).decode()
        return Event(event=found, text=text)
