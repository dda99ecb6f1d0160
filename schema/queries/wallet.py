"""`wallet(id)`."""

import strawberry
from strawberry.relay import GlobalID

from ledger.names import WalletId
from schema.context import Info
from schema.queries.ids import id_of
from schema.types.wallet import Wallet, wallet


@strawberry.type
class WalletQuery:
    @strawberry.field(description="A member's points in one currency.")
    async def wallet(self, info: Info, id: GlobalID) -> Wallet | None:  # noqa: A002
        return await wallet(info.context, WalletId(id_of(id, "Wallet")))
