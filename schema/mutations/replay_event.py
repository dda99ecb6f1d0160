"""`replayEvent`: an event is sent again."""

from strawberry.relay import GlobalID

from loyalty.webhooks.replaying import replay_event
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request


@shapes.input_type()
class ReplayEventInput:
    idempotency_key: str
    event_id: str = shapes.field(description="The `webhook-id`; it is sent with the same one.")
    endpoint_id: GlobalID


@shapes.object_type()
class ReplayEventPayload(Payload):
    event_id: str | None = None


class ReplayEvent:
    @shapes.mutation(
        description="Whose endpoint it is: an event that it may be told of is sent there again, or "
        "for the first time. A receiver that remembers ids does nothing twice."
    )
    async def replay_event(self, info: Info, input: ReplayEventInput) -> ReplayEventPayload:  # noqa: A002
        async def act() -> ReplayEventPayload:
            asked = request(info.context, input)
            id_ = node_id(input.endpoint_id, "Endpoint", "endpointId")
            answer = replay_event(info.context.coalition, asked, input.event_id, id_)
            return ReplayEventPayload(event_id=answer.record)

        return await answered(info.context, ReplayEventPayload, act)
