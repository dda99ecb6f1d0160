"""The ledger's entries that a request led to, for its payload."""

from asyncio import gather

from ledger.canonical import MAX_INTEGER
from loyalty.committing import Answer, Request
from schema.context import Context
from schema.scalars import Points
from schema.types.transaction import Transaction, transaction


async def entries_of(context: Context, request: Request, answer: Answer) -> list[Transaction]:
    """All of them, the request's own first."""
    ids = [request.id, *answer.further] if answer.entered else list(answer.further)
    found = await gather(*(transaction(context, id_) for id_ in ids))
    return [each for each in found if each is not None]


async def own_entry(context: Context, request: Request, answer: Answer) -> Transaction | None:
    """The entry of the request itself."""
    entries = await entries_of(context, request, answer)
    return next((each for each in entries if each.key == request.id), None)


def earned_points(entries: list[Transaction]) -> Points | None:
    """What these entries issued together; None where that is of several currencies, or too much."""
    issued = [
        row for each in entries for row in each.tx.postings if row.account.endswith(":issued")
    ]
    total = -sum(row.amount for row in issued)
    comparable = len({row.currency for row in issued}) <= 1 and total <= MAX_INTEGER
    return Points(total) if comparable else None
