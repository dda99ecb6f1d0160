"""`registerEndpoint`: somebody wants to be told of events."""

from loyalty.webhooks.endpoints import register_endpoint
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import request
from schema.types.event import Endpoint, endpoint


@shapes.input_type()
class RegisterEndpointInput:
    idempotency_key: str
    url: str = shapes.field(description="https, of a host that everyone can reach.")
    types: list[str] | None = shapes.field(
        default=None, description="Like tier.changed, or tier.* for all of a group; absent: all."
    )


@shapes.object_type()
class RegisterEndpointPayload(Payload):
    endpoint: Endpoint | None = None
    secret: str | None = shapes.field(
        default=None,
        description="`whsec_…`, to verify v1 signatures with. Told this once: absent where the "
        "request is answered again.",
    )


class RegisterEndpoint:
    @shapes.mutation(
        description="Partners, of what they take part in, or operators, of everything: events go "
        "to this URL as Standard Webhooks messages."
    )
    async def register_endpoint(
        self,
        info: Info,
        input: RegisterEndpointInput,  # noqa: A002
    ) -> RegisterEndpointPayload:
        async def act() -> RegisterEndpointPayload:
            asked = request(info.context, input)
            made = register_endpoint(
                info.context.coalition, asked, input.url, list(input.types or ())
            )
            found = await endpoint(info.context, made.answer.record)
            return RegisterEndpointPayload(endpoint=found, secret=made.secret)

        return await answered(info.context, RegisterEndpointPayload, act)
