"""What a programme says of gift cards: stored value, paid for before it is spent.

    "gift_cards": {"issuers": ["shop"], "taken_at": ["cafe", "shop"], "load_max": 50000,
                   "balance_max": 100000}

A point is a minor unit of money: a cent, in a currency of two decimals. Paid value does not lapse
unless this section says so itself; the programme's `expiry` is for points that were given.
"""

from typing import Annotated

from msgspec import Meta

from loyalty.expiry import AnyExpiry, Never
from loyalty.rules.orders import Data, Id, Positive


class GiftCardRules(Data, frozen=True, kw_only=True):
    """issuers: who sells cards and loads them; taken_at: where they pay. load_min, load_max: of one
    load; balance_max: of a card.
    """

    issuers: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=64)]
    taken_at: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=64)]
    load_max: Positive
    balance_max: Positive
    load_min: Positive = 1
    expiry: AnyExpiry = Never()

    def __post_init__(self) -> None:
        if not self.load_min <= self.load_max <= self.balance_max:
            raise ValueError("`load_min` is at most `load_max`, and that at most `balance_max`")
