"""The ledger's entries that a request led to, for its payload."""

from asyncio import gather
from collections.abc import Iterable

from ledger.canonical import MAX_INTEGER
from ledger.names import TransactionId
from loyalty.committing import Answer, Request
from schema.context import Context
from schema.scalars import Points
from schema.types.transaction import Transaction, transaction, transaction_of


def ids_of(request: Request, answer: Answer) -> list[TransactionId]:
    """Of all entries that a request led to, its own first."""
    return [request.id, *answer.further] if answer.entered else list(answer.further)


async def entries_of(context: Context, request: Request, answer: Answer) -> list[Transaction]:
    """All of them, the request's own first."""
    found = await gather(*(transaction(context, id_) for id_ in ids_of(request, answer)))
    return [each for each in found if each is not None]


async def own_entry(context: Context, request: Request, answer: Answer) -> Transaction | None:
    """The entry of the request itself."""
    entries = await entries_of(context, request, answer)
    return next((each for each in entries if each.key == request.id), None)


async def issued_points(context: Context, ids: Iterable[TransactionId]) -> Points | None:
    """What these entries issued together, by whomever; None where that is of several currencies, or
    too much.
    """
    rows = await gather(*(context.transactions.load(id_) for id_ in ids))
    found = [transaction_of(row) for row in rows if row is not None]
    postings = [row for each in found if each is not None for row in each.tx.postings]
    issued = [row for row in postings if row.account.endswith(":issued")]
    total = -sum(row.amount for row in issued)
    comparable = len({row.currency for row in issued}) <= 1 and total <= MAX_INTEGER
    return Points(total) if comparable else None
