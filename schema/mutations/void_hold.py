"""`voidHold`: the points that were held come back."""

from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.holds import void_hold
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.types.transaction import Transaction


@shapes.input_type()
class VoidHoldInput:
    idempotency_key: str
    hold_id: GlobalID = shapes.field(description="The transaction of `holdReward`.")
    reason: str = shapes.field(description="Why it is cancelled; not on the ledger.")
    signature: SignatureInput | None = shapes.field(
        default=None, description="A partner's or an operator's, over the `void` instruction."
    )


@shapes.object_type()
class VoidHoldPayload(Payload):
    transaction: Transaction | None = None


class VoidHold:
    @shapes.mutation(
        description="The partner that gives the reward, an operator, or the member once that "
        "partner has left: the points that were held come back."
    )
    async def void_hold(self, info: Info, input: VoidHoldInput) -> VoidHoldPayload:  # noqa: A002
        async def act() -> VoidHoldPayload:
            asked = request(info.context, input)
            answer = void_hold(
                info.context.coalition,
                asked,
                TransactionId(node_id(input.hold_id, "Transaction", "holdId")),
                input.reason,
                given(input.signature),
            )
            return VoidHoldPayload(transaction=await own_entry(info.context, asked, answer))

        return await answered(info.context, VoidHoldPayload, act)
