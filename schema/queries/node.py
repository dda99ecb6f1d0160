"""`node(id)`: anything by its global id (Relay)."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry
from strawberry.relay import GlobalID, Node

from ledger.names import TransactionId, WalletId
from schema import shapes
from schema.context import Context, Info
from schema.queries.ids import is_id_of
from schema.types.account import account
from schema.types.adjustment import adjustment
from schema.types.event import endpoint
from schema.types.feedback import feedback
from schema.types.gift_card import gift_card
from schema.types.member import member
from schema.types.partner import partner
from schema.types.place import place
from schema.types.programme import programme
from schema.types.recognition import recognition
from schema.types.transaction import transaction
from schema.types.voucher import voucher
from schema.types.wallet import wallet


async def _programme(context: Context, id_: str) -> Node | None:
    return programme(context, id_)


_FINDS: dict[str, Callable[[Context, str], Awaitable[Node | None]]] = {
    "Account": account,
    "Adjustment": adjustment,
    "Feedback": feedback,
    "GiftCard": gift_card,
    "Endpoint": endpoint,
    "Member": member,
    "Partner": partner,
    "Place": place,
    "Programme": _programme,
    "Recognition": recognition,
    "Transaction": lambda context, id_: transaction(context, TransactionId(id_)),
    "Voucher": voucher,
    "Wallet": lambda context, id_: wallet(context, WalletId(id_)),
}


class NodeQuery:
    @shapes.resolver(description="Anything by its global id.")
    async def node(
        self,
        info: Info,
        id: Annotated[  # noqa: A002
            GlobalID, strawberry.argument(description="The ID of the object.")
        ],
    ) -> Node | None:
        _ = info.context.actor
        find = _FINDS.get(id.type_name)
        if find is None or not is_id_of(id, id.type_name):
            return None
        return await find(info.context, id.node_id)
