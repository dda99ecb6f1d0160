"""Points times something: for a campaign, a weekend, a card, a tier."""

from typing import Annotated

from msgspec import Meta

from loyalty.rules.effects.effect import Rounded
from loyalty.rules.orders import Order


class Multiplier(Rounded, tag="multiplier", frozen=True, kw_only=True):
    """What the rules that do not multiply give of an order, times `percent` hundredths.

    150 is one and a half times: half of it again, on top. Two multipliers both build on the same,
    so that their order does not matter.
    """

    percent: Annotated[int, Meta(ge=101, le=10_000)]

    @property
    def multiplies(self) -> bool:
        return True

    @property
    def denominator(self) -> int:
        return 100

    def worth(self, order: Order, given: int) -> int:
        del order
        return given * (self.percent - 100)
