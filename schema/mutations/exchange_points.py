"""`exchangePoints`: points become those of another currency."""

from ledger.names import CurrencyCode
from loyalty.exchanges import Exchanging, exchange_points
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import request
from schema.mutations.entries import own_entry
from schema.scalars import Points
from schema.types.transaction import Transaction


@shapes.input_type()
class ExchangePointsInput:
    idempotency_key: str
    from_currency: str
    to_currency: str
    points: Points = shapes.field(description="To give, of `fromCurrency`.")


@shapes.object_type()
class ExchangePointsPayload(Payload):
    received: Points | None = shapes.field(
        default=None, description="Of `toCurrency`, rounded down; arrears are paid of it first."
    )
    transaction: Transaction | None = None


class ExchangePoints:
    @shapes.mutation(
        description="Members: points become those of another currency, at the rate in force."
    )
    async def exchange_points(
        self,
        info: Info,
        input: ExchangePointsInput,  # noqa: A002
    ) -> ExchangePointsPayload:
        async def act() -> ExchangePointsPayload:
            asked = request(info.context, input)
            wanted = Exchanging(
                CurrencyCode(input.from_currency), CurrencyCode(input.to_currency), input.points
            )
            answer = exchange_points(info.context.coalition, asked, wanted)
            entry = await own_entry(info.context, asked, answer)
            return ExchangePointsPayload(
                received=None if entry is None else _received(entry), transaction=entry
            )

        return await answered(info.context, ExchangePointsPayload, act)


def _received(entry: Transaction) -> Points:
    """What came out of the account between the two currencies."""
    rows = [row for row in entry.tx.postings if row.account.startswith("exchange:")]
    return Points(-min(row.amount for row in rows))
