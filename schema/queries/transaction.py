"""`transaction(id)`."""

import strawberry
from strawberry.relay import GlobalID

from ledger.names import TransactionId
from schema.context import Info
from schema.queries.ids import id_of
from schema.types.transaction import Transaction, transaction


@strawberry.type
class TransactionQuery:
    @strawberry.field(description="One entry of the ledger that moves points.")
    async def transaction(self, info: Info, id: GlobalID) -> Transaction | None:  # noqa: A002
        return await transaction(info.context, TransactionId(id_of(id, "Transaction")))
