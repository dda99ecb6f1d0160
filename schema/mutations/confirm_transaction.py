"""`confirmTransaction`: points that wait become available before their days are over."""

from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.confirmations import confirm_transaction
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.types.transaction import Transaction


@shapes.input_type()
class ConfirmTransactionInput:
    idempotency_key: str
    earn_id: GlobalID = shapes.field(description="A transaction of `recordPurchase`.")
    signature: SignatureInput | None = shapes.field(
        default=None, description="The partner's, over the `confirm` instruction."
    )


@shapes.object_type()
class ConfirmTransactionPayload(Payload):
    transaction: Transaction | None = None


class ConfirmTransaction:
    @shapes.mutation(
        description="The partner that issued them: points of a purchase that wait become "
        "available at once."
    )
    async def confirm_transaction(
        self,
        info: Info,
        input: ConfirmTransactionInput,  # noqa: A002
    ) -> ConfirmTransactionPayload:
        async def act() -> ConfirmTransactionPayload:
            asked = request(info.context, input)
            answer = confirm_transaction(
                info.context.coalition,
                asked,
                TransactionId(node_id(input.earn_id, "Transaction", "earnId")),
                given(input.signature),
            )
            return ConfirmTransactionPayload(
                transaction=await own_entry(info.context, asked, answer)
            )

        return await answered(info.context, ConfirmTransactionPayload, act)
