"""`wallet(id)`."""

from strawberry.relay import GlobalID

from ledger.names import WalletId
from schema import shapes
from schema.context import Info
from schema.queries.ids import id_of
from schema.types.wallet import Wallet, wallet


class WalletQuery:
    @shapes.resolver(description="A member's points in one currency.")
    async def wallet(self, info: Info, id: GlobalID) -> Wallet | None:  # noqa: A002
        return await wallet(info.context, WalletId(id_of(id, "Wallet")))
