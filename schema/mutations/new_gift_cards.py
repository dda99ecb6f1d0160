"""What mutations answer that make a gift card."""

from typing import TypeVar

from loyalty.committing import Answer, Request
from schema import shapes
from schema.context import Context
from schema.errors import Payload
from schema.mutations.entries import own_entry
from schema.types.gift_card import GiftCard, gift_card
from schema.types.transaction import Transaction


@shapes.interface_type(description="A new gift card, with its secret.")
class NewGiftCardPayload(Payload):
    gift_card: GiftCard | None = None
    code: str | None = shapes.field(
        default=None,
        description="The card's secret, told once: absent where the request is answered again, and "
        "for operators.",
    )
    transaction: Transaction | None = None


N = TypeVar("N", bound=NewGiftCardPayload)


async def new_gift_card(
    payload: type[N], context: Context, asked: Request, answer: Answer, code: str | None
) -> N:
    """The payload of a card that a request made."""
    return payload(
        gift_card=await gift_card(context, answer.record),
        code=code,
        transaction=await own_entry(context, asked, answer),
    )
