"""`receipt(transactionId)`: that a transaction is in the log, for who keeps it."""

from strawberry.relay import GlobalID

from ledger.names import TransactionId
from schema import shapes
from schema.context import Info
from schema.queries.ids import id_of
from schema.types.log import sealed
from schema.types.transaction import transaction


class ReceiptQuery:
    @shapes.resolver(
        description="The text of a c2sp.org/tlog-proof file that shows the transaction's entry in "
        "the log: keep it, and verify it offline. NOT_SEALED until the log has it, within seconds. "
        "Absent for a member where the entry states another's balances."
    )
    async def receipt(self, info: Info, transaction_id: GlobalID) -> str | None:
        id_ = TransactionId(id_of(transaction_id, "Transaction"))
        found = await transaction(info.context, id_)
        if found is None or not found.is_whole:
            return None
        return sealed(info.context, lambda log: log.receipt(id_), "The transaction").decode()
