"""`rotateEndpointSecret`: an endpoint gets new keys."""

from strawberry.relay import GlobalID

from loyalty.webhooks.endpoints import rotate_secret
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.event import Endpoint, endpoint


@shapes.input_type()
class RotateEndpointSecretInput:
    idempotency_key: str
    endpoint_id: GlobalID
    overlap_hours: int = shapes.field(
        description="How long the keys before sign as well, 0 to 168. 0 where they have leaked."
    )


@shapes.object_type()
class RotateEndpointSecretPayload(Payload):
    endpoint: Endpoint | None = None
    secret: str | None = shapes.field(
        default=None, description="As of `registerEndpoint`: told this once."
    )


class RotateEndpointSecret:
    @shapes.mutation(description="Whose endpoint it is: a new secret and a new public key.")
    async def rotate_endpoint_secret(
        self,
        info: Info,
        input: RotateEndpointSecretInput,  # noqa: A002
    ) -> RotateEndpointSecretPayload:
        async def act() -> RotateEndpointSecretPayload:
            asked = request(info.context, input)
            id_ = node_id(input.endpoint_id, "Endpoint", "endpointId")
            made = rotate_secret(info.context.coalition, asked, id_, input.overlap_hours)
            found = await endpoint(info.context, made.answer.record)
            return RotateEndpointSecretPayload(endpoint=found, secret=made.secret)

        return await answered(info.context, RotateEndpointSecretPayload, act)
