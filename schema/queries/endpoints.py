"""`endpoints`: where the actor is told of events."""

from loyalty.actors import MemberActor
from loyalty.webhooks.endpoints import endpoints_of, owner_of
from schema import shapes
from schema.context import Info
from schema.types.event import Endpoint


class EndpointsQuery:
    @shapes.resolver(
        description="Operators: the coalition's. Partners: their own. In the order they came."
    )
    def endpoints(self, info: Info) -> list[Endpoint]:
        actor, coalition = info.context.actor, info.context.coalition
        if isinstance(actor, MemberActor):
            return []
        found = endpoints_of(coalition, [owner_of(actor)])
        return [Endpoint(key=id_, record=record) for id_, record in found.items()]
