"""`reverseTransaction`: goods come back, and the points that they earned."""

from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.reversals import reverse_transaction
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import entries_of, own_entry
from schema.scalars import Points
from schema.types.transaction import Transaction


@shapes.input_type()
class ReverseTransactionInput:
    idempotency_key: str
    transaction_id: GlobalID
    points: Points | None = shapes.field(
        default=None, description="How many of those earned; absent: all that still stand."
    )
    signature: SignatureInput | None = shapes.field(
        default=None, description="The partner's, over the `reverse` instruction."
    )


@shapes.object_type()
class ReverseTransactionPayload(Payload):
    transaction: Transaction | None = None
    transactions: list[Transaction] = shapes.field(
        default_factory=list, description="With those of others who funded the same award."
    )


class ReverseTransaction:
    @shapes.mutation(description="The partner that issued them: earned points are taken back.")
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
