"""`transaction(id)`."""

from strawberry.relay import GlobalID

from ledger.names import TransactionId
from schema import shapes
from schema.context import Info
from schema.queries.ids import id_of
from schema.types.transaction import Transaction, transaction


class TransactionQuery:
    @shapes.resolver(description="One entry of the ledger that moves points.")
    async def transaction(self, info: Info, id: GlobalID) -> Transaction | None:  # noqa: A002
        return await transaction(info.context, TransactionId(id_of(id, "Transaction")))
