"""`recordPurchases`: a till's offline orders, together."""

import json
from asyncio import gather
from collections.abc import Sequence

import strawberry
from strawberry.relay import GlobalID, GlobalIDValueError

from ledger.names import TransactionId, digest
from loyalty.batches import ORDERS_MAX, Card, TillOrder, is_reference, record_purchases
from loyalty.committing import request_of
from loyalty.records.orders import OrderTaken
from loyalty.refusals import Code, Refused
from schema import shapes
from schema.context import Context, Info
from schema.errors import Payload, UserError, answered
from schema.inputs import (
    LineInput,
    MoneyInput,
    SignatureInput,
    asked,
    basket_of,
    given,
)
from schema.mutations.entries import issued_points
from schema.mutations.record_purchase import RecordPurchaseInput
from schema.queries.ids import is_id_of
from schema.scalars import Points
from schema.types.transaction import Transaction, transaction


@shapes.input_type(description="A card that a till read.")
class CardInput:
    system: str = shapes.field(description="As in `linkExternalId`.")
    number: str


@shapes.input_type(
    description="An input of `recordPurchase`, signed as one: sent that way it is the same request."
)
class OrderInput:
    idempotency_key: str = shapes.field(description="`receipt-` and the reference.")
    reference: str = shapes.field(
        description="The receipt's, which no other of the partner's has: 1 to 64 characters of "
        "ASCII without spaces, some of them random; not on the ledger."
    )
    member_id: strawberry.ID | None = shapes.field(
        default=None, description="A member's global id; or else `card`."
    )
    card: CardInput | None = None
    amount: MoneyInput
    purchased_at: str = shapes.field(
        description="When it was paid: UTC with milliseconds, at most 60 days ago."
    )
    channel: str | None = None
    store: str | None = None
    tender: str | None = None
    lines: list[LineInput] | None = None
    signature: SignatureInput | None = shapes.field(
        default=None,
        description="The partner's over the `earn` instruction of this order, as the till gave it.",
    )


@shapes.input_type()
class RecordPurchasesInput:
    idempotency_key: str = shapes.field(description="The batch's.")
    orders: list[OrderInput] = shapes.field(description=f"1 to {ORDERS_MAX}.")


@shapes.object_type(description="What came of one order: points, or why it was refused.")
class OrderResult:
    reference: str | None = shapes.field(description="Absent where it can be none.")
    points: Points | None = shapes.field(
        description="Of all awards, where they are of one currency."
    )
    transactions: list[Transaction]
    user_errors: list[UserError]


@shapes.object_type()
class RecordPurchasesPayload(Payload):
    results: list[OrderResult] = shapes.field(
        default_factory=list, description="One for each order, in its place."
    )


class RecordPurchases:
    @shapes.mutation(
        description="Partners: orders of a till that was offline. Each is taken once by its "
        "receipt, however often and with whichever batch it comes; a bad one is reported in its "
        "place."
    )
    async def record_purchases(
        self,
        info: Info,
        input: RecordPurchasesInput,  # noqa: A002
    ) -> RecordPurchasesPayload:
        async def act() -> RecordPurchasesPayload:
            context = info.context
            context.forget()
            orders = [_order(each) for each in input.orders]
            # By digests: a text that the batch may not hold is its order's fault, not the batch's.
            of_orders = [digest(json.dumps(each.asked, sort_keys=True).encode()) for each in orders]
            request = request_of(
                context.actor,
                input.idempotency_key,
                {"idempotencyKey": input.idempotency_key, "orders": of_orders},
                RecordPurchasesInput.__name__,
            )
            taken = record_purchases(
                context.coalition, request, orders, RecordPurchaseInput.__name__
            )
            _tell(context, request.id, taken)
            references = [each.reference for each in orders]
            pairs = zip(references, taken, strict=True)
            results = await gather(*(_result(context, *each) for each in pairs))
            return RecordPurchasesPayload(results=results)

        return await answered(info.context, RecordPurchasesPayload, act)


def _order(input_: OrderInput) -> TillOrder:
    card = input_.card
    return TillOrder(
        asked(input_),
        input_.idempotency_key,
        input_.reference,
        None if input_.member_id is None else _member(input_.member_id),
        None if card is None else Card(card.system, card.number),
        basket_of(input_),
        given(input_.signature),
    )


def _member(text: str) -> str:
    """The id within the type; empty for what is no member's: an order's fault, not the batch's."""
    try:
        id_ = GlobalID.from_id(text)
    except GlobalIDValueError:
        return ""
    return id_.node_id if is_id_of(id_, "Member") else ""


def _tell(context: Context, batch: TransactionId, taken: Sequence[OrderTaken]) -> None:
    """Whoever watches the API sees of each order what they would see of it by itself."""
    context.requests += [batch, *(id_ for each in taken for id_ in each.transactions)]
    context.refusals += [Code(each.code) for each in taken if each.code]


async def _result(context: Context, reference: str, taken: OrderTaken) -> OrderResult:
    found = await gather(*(transaction(context, id_) for id_ in taken.transactions))
    entries = [each for each in found if each is not None]
    errors = []
    if taken.code:
        errors = [UserError.of(Refused(Code(taken.code), taken.message, *taken.field))]
    points = None if errors else await issued_points(context, taken.transactions)
    known = reference if is_reference(reference) else None
    return OrderResult(reference=known, points=points, transactions=entries, user_errors=errors)
