"""What mutations answer that give points for something: a purchase, an event, a guest's order."""

from typing import TypeVar

from loyalty.awarding import Recorded
from loyalty.committing import Request
from schema import shapes
from schema.context import Context
from schema.errors import Payload
from schema.mutations.entries import entries_of, ids_of, issued_points
from schema.scalars import Points
from schema.types.decision import EarnDecision, decisions
from schema.types.transaction import Transaction
from schema.types.voucher import Voucher, vouchers


@shapes.interface_type(description="What was given for something, and why.")
class AwardPayload(Payload):
    points: Points | None = shapes.field(
        default=None, description="Of all awards, where they are of one currency."
    )
    transactions: list[Transaction] = shapes.field(
        default_factory=list, description="One for each programme that gives points; maybe none."
    )
    vouchers: list[Voucher] = shapes.field(
        default_factory=list,
        description="That rules handed the member; of partners, those alone that take them see it.",
    )
    explanation: list[EarnDecision] | None = shapes.field(
        default=None, description="Why it gave that; absent where the request is answered again."
    )


A = TypeVar("A", bound=AwardPayload)


async def awarded(payload: type[A], context: Context, asked: Request, recorded: Recorded) -> A:
    """The payload of what a request was given."""
    answer, considered = recorded
    return payload(
        points=await issued_points(context, ids_of(asked, answer)),
        transactions=await entries_of(context, asked, answer),
        vouchers=await vouchers(context, answer.vouchers),
        explanation=None if considered is None else decisions(considered),
    )
