"""Events, the endpoints that they go to, and the deliveries of the one to the other."""

import strawberry
from strawberry.relay import GlobalID, Node, NodeID, PageInfo

from loyalty.actors import MemberActor
from loyalty.events import Event as EventOfRow
from loyalty.webhooks import ports
from loyalty.webhooks.endpoints import Endpoint as EndpointRecord
from loyalty.webhooks.endpoints import endpoints_of, owner_of, public_keys
from schema import shapes
from schema.context import Context, Info

DeliveryState = strawberry.enum(
    ports.State,
    name="DeliveryState",
    description="DUE: to be tried, maybe again. DELIVERED: the endpoint took it. DEAD: given up.",
)


@shapes.object_type(description="Where a partner, or the coalition, is told of events.")
class Endpoint(Node):
    key: NodeID[str]
    record: strawberry.Private[EndpointRecord]

    @shapes.resolver()
    def url(self) -> str:
        return self.record.url

    @shapes.resolver(description="Those it is told of; none: all.")
    def types(self) -> list[str]:
        return list(self.record.types)

    @shapes.resolver()
    def registered_at(self) -> str:
        return self.record.registered_at

    @shapes.resolver(description="When it answered 410: nothing is sent there since.")
    def disabled_at(self) -> str | None:
        return self.record.disabled_at or None

    @shapes.resolver(description="`whpk_…`: verify v1a signatures with any; the newest first.")
    def public_keys(self, info: Info) -> list[str]:
        return public_keys(info.context.coalition, self.record)


@shapes.object_type(description="An event on its way to an endpoint.")
class Delivery:
    endpoint_id: GlobalID
    event_id: str = shapes.field(description="The `webhook-id` of its messages.")
    state: DeliveryState  # type: ignore[valid-type]
    at: str = shapes.field(description="Since when it is so; or when it is due.")
    attempts: int
    reason: str | None = shapes.field(description="Why the last attempt failed.")

    @classmethod
    def of(cls, found: ports.Delivery) -> "Delivery":
        return cls(
            endpoint_id=GlobalID("Endpoint", found.endpoint),
            event_id=found.event,
            state=found.state,
            at=found.at,
            attempts=found.attempts,
            reason=found.reason or None,
        )


@shapes.object_type()
class DeliveryEdge:
    cursor: str
    node: Delivery


@shapes.object_type()
class DeliveryConnection:
    page_info: PageInfo
    edges: list[DeliveryEdge]


@shapes.object_type(description="Something that happened, as endpoints are told of it.")
class Event:
    event: strawberry.Private[EventOfRow]
    text: strawberry.Private[str]

    @shapes.resolver(description="The `webhook-id` of its messages.")
    def id(self) -> str:
        return self.event.id

    @shapes.resolver()
    def type(self) -> str:
        return self.event.type

    @shapes.resolver(description="When it happened.")
    def timestamp(self) -> str:
        return self.event.at

    @shapes.resolver(description="The JSON that your endpoints get, to the byte.")
    def body(self) -> str:
        return self.text

    @shapes.resolver(description="To your endpoints, as far as there are any.")
    def deliveries(self, info: Info) -> list[Delivery]:
        coalition = info.context.coalition
        webhooks = coalition.webhooks
        if webhooks is None:
            return []
        endpoints = endpoints_of(coalition, [owner_of(info.context.actor)])
        found = (webhooks.queue.get(id_, self.event.id) for id_ in endpoints)
        return [Delivery.of(each) for each in found if each is not None]


async def endpoint(context: Context, id_: str) -> Endpoint | None:
    """An endpoint of the actor's own; None for others and for unknown ones alike."""
    actor = context.actor
    record = await context.record(EndpointRecord, id_)
    if record is None or record.removed_at or isinstance(actor, MemberActor):
        return None
    return Endpoint(key=id_, record=record) if record.owner == owner_of(actor) else None
