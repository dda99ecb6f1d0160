"""`giftCard(id)`."""

from strawberry.relay import GlobalID

from schema import shapes
from schema.context import Info
from schema.queries.ids import id_of
from schema.types.gift_card import GiftCard, gift_card


class GiftCardQuery:
    @shapes.resolver(description="Partners, operators and the member who claimed it: a card.")
    async def gift_card(self, info: Info, id: GlobalID) -> GiftCard | None:  # noqa: A002
        return await gift_card(info.context, id_of(id, "GiftCard"))
