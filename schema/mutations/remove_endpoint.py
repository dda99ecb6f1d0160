"""`removeEndpoint`: nothing is sent there any more."""

from strawberry.relay import GlobalID

from loyalty.webhooks.endpoints import remove_endpoint
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request


@shapes.input_type()
class RemoveEndpointInput:
    idempotency_key: str
    endpoint_id: GlobalID


@shapes.object_type()
class RemoveEndpointPayload(Payload):
    removed_id: GlobalID | None = None


class RemoveEndpoint:
    @shapes.mutation(
        description="Whose endpoint it is: nothing is sent there any more, and what was due is "
        "given up."
    )
    async def remove_endpoint(
        self,
        info: Info,
        input: RemoveEndpointInput,  # noqa: A002
    ) -> RemoveEndpointPayload:
        async def act() -> RemoveEndpointPayload:
            asked = request(info.context, input)
            id_ = node_id(input.endpoint_id, "Endpoint", "endpointId")
            answer = remove_endpoint(info.context.coalition, asked, id_)
            return RemoveEndpointPayload(removed_id=GlobalID("Endpoint", answer.record))

        return await answered(info.context, RemoveEndpointPayload, act)
