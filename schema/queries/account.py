"""`account(id)`."""

from strawberry.relay import GlobalID

from schema import shapes
from schema.context import Info
from schema.queries.ids import id_of
from schema.types.account import Account, account


class AccountQuery:
    @shapes.resolver(description="Members who share a wallet; its users and operators see it.")
    async def account(self, info: Info, id: GlobalID) -> Account | None:  # noqa: A002
        return await account(info.context, id_of(id, "Account"))
