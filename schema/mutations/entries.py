"""The ledger's entries that a request led to, for its payload."""

from loyalty.committing import Answer, Request
from schema.context import Context
from schema.scalars import Points
from schema.types.transaction import Transaction, transaction_of


async def entries_of(context: Context, request: Request, answer: Answer) -> list[Transaction]:
    """All of them, the request's own first."""
    ids = [request.id, *answer.further] if answer.entered else list(answer.further)
    rows = await context.transactions.load_many(ids)
    found = (transaction_of(row) for row in rows if row is not None)
    return [each for each in found if each is not None]


async def own_entry(context: Context, request: Request, answer: Answer) -> Transaction | None:
    """The entry of the request itself."""
    entries = await entries_of(context, request, answer)
    return next((each for each in entries if each.key == request.id), None)


def earned_points(entries: list[Transaction]) -> Points:
    """What these entries issued together, in minor units of their currencies."""
    return Points(
        -sum(
            row.amount
            for each in entries
            for row in each.tx.postings
            if row.account.endswith(":issued")
        )
    )
