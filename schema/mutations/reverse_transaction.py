"""`reverseTransaction`: goods come back, and the points that they earned."""

import strawberry
from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.reversals import reverse_transaction
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import entries_of, own_entry
from schema.scalars import Points
from schema.types.transaction import Transaction


@strawberry.input
class ReverseTransactionInput:
    idempotency_key: str
    transaction_id: GlobalID
    points: Points | None = strawberry.field(
        default=None, description="How many of those earned; absent: all that still stand."
    )
    signature: SignatureInput | None = strawberry.field(
        default=None, description="The partner's, over the `reverse` instruction."
    )


@strawberry.type
class ReverseTransactionPayload(Payload):
    transaction: Transaction | None = None
    transactions: list[Transaction] = strawberry.field(
        default_factory=list, description="With those of others who funded the same award."
    )


@strawberry.type
class ReverseTransaction:
    @strawberry.mutation(description="The partner that issued them: earned points are taken back.")
    async def reverse_transaction(
        self,
        info: Info,
        input: ReverseTransactionInput,  # noqa: A002
    ) -> ReverseTransactionPayload:
        async def act() -> ReverseTransactionPayload:
            asked = request(info.context, input)
            answer = reverse_transaction(
                info.context.coalition,
                asked,
                TransactionId(node_id(input.transaction_id, "Transaction", "transactionId")),
                input.points,
                given(input.signature),
            )
            return ReverseTransactionPayload(
                transaction=await own_entry(info.context, asked, answer),
                transactions=await entries_of(info.context, asked, answer),
            )

        return await answered(info.context, ReverseTransactionPayload, act)
