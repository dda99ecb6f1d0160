"""A gift card: value that was paid for."""

import strawberry
from strawberry.relay import Node, NodeID

from loyalty.gift_cards import may_see_gift_card
from loyalty.records.gift_cards import GiftCard as GiftCardRecord
from schema import shapes
from schema.context import Context, Info
from schema.scalars import Points


@shapes.object_type(description="Value that was paid for, and pays wherever the programme says.")
class GiftCard(Node):
    key: NodeID[str]
    record: strawberry.Private[GiftCardRecord]

    @shapes.resolver()
    def programme_id(self) -> str:
        return self.record.programme

    @shapes.resolver()
    def currency(self) -> str:
        return self.record.currency

    @shapes.resolver(description="In minor units of the currency.")
    async def balance(self, info: Info) -> Points:
        row = await info.context.wallets.load(self.record.wallet)
        return Points(0 if row is None else row.wallet.balances.available)

    @shapes.resolver(description="It was replaced, and pays nothing.")
    def blocked(self) -> bool:
        return bool(self.record.replaced_by)

    @shapes.resolver(description="A member has made it its own.")
    def claimed(self) -> bool:
        return bool(self.record.member)


async def gift_card(context: Context, id_: str) -> GiftCard | None:
    """A card that the actor may see; None for others and for unknown ones alike."""
    actor = context.actor
    record = await context.record(GiftCardRecord, id_)
    if record is None or not may_see_gift_card(context.coalition, actor, record):
        return None
    return GiftCard(key=id_, record=record)
