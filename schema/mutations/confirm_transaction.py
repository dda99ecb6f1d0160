"""`confirmTransaction`: points that wait become available before their days are over."""

import strawberry
from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.confirmations import confirm_transaction
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.types.transaction import Transaction


@strawberry.input
class ConfirmTransactionInput:
    idempotency_key: str
    earn_id: GlobalID = strawberry.field(description="A transaction of `recordPurchase`.")
    signature: SignatureInput | None = strawberry.field(
        default=None, description="The partner's, over the `confirm` instruction."
    )


@strawberry.type
class ConfirmTransactionPayload(Payload):
    transaction: Transaction | None = None


@strawberry.type
class ConfirmTransaction:
    @strawberry.mutation(
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
