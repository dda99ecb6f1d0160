"""`registerOperatorKey`: an operator will sign with this key."""

from loyalty.operator_keys import register_operator_key
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, request
from schema.types.operator import Operator


@shapes.input_type()
class RegisterOperatorKeyInput:
    idempotency_key: str
    verifier_key: str = shapes.field(description="`name+hex(key id)+base64`.")
    proof: str = shapes.field(description="Its signature over the registration, in base64.")
    signature: SignatureInput | None = shapes.field(
        default=None,
        description="Where this operator has a key already: that key's, over the `key` "
        "instruction of the next seq. It is revoked with it.",
    )


@shapes.object_type()
class RegisterOperatorKeyPayload(Payload):
    operator: Operator | None = None


class RegisterOperatorKey:
    @shapes.mutation(
        description="Operators, each for itself: the key that it signs and approves with."
    )
    async def register_operator_key(
        self,
        info: Info,
        input: RegisterOperatorKeyInput,  # noqa: A002
    ) -> RegisterOperatorKeyPayload:
        async def act() -> RegisterOperatorKeyPayload:
            answer = register_operator_key(
                info.context.coalition,
                request(info.context, input),
                input.verifier_key,
                input.proof,
                given(input.signature),
            )
            return RegisterOperatorKeyPayload(operator=Operator(operator_id=answer.record))

        return await answered(info.context, RegisterOperatorKeyPayload, act)
