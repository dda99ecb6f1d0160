"""`revokeKey`: a key signs for a minute more, and then no more."""

from loyalty.revoking import revoke_key
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, request
from schema.types.key import Key, newest_key


@shapes.input_type()
class RevokeKeyInput:
    idempotency_key: str
    party: str = shapes.field(description="`partner:<id>` or `operator:<id>`.")
    key: str = shapes.field(description="`name+hex(key id)`.")
    signature: SignatureInput | None = shapes.field(
        default=None,
        description="Of any key in force of whoever asks, this one included, over the `key` "
        "instruction of the next seq.",
    )


@shapes.object_type()
class RevokeKeyPayload(Payload):
    key: Key | None = None


class RevokeKey:
    @shapes.mutation(
        description="Partners, their own; operators, anybody's. `key.until` says when: what "
        "is dated before that stays valid."
    )
    async def revoke_key(
        self,
        info: Info,
        input: RevokeKeyInput,  # noqa: A002
    ) -> RevokeKeyPayload:
        async def act() -> RevokeKeyPayload:
            answer = revoke_key(
                info.context.coalition,
                request(info.context, input),
                input.party,
                input.key,
                given(input.signature),
            )
            return RevokeKeyPayload(key=newest_key(info.context, input.party, answer.record))

        return await answered(info.context, RevokeKeyPayload, act)
