"""Cash back."""

from typing import Annotated

from msgspec import Meta

from loyalty.rules.effects.effect import Rounded
from loyalty.rules.orders import Order


class Percentage(Rounded, tag="percentage", frozen=True, kw_only=True):
    """A share of the money as points that are worth a minor unit each: 250 is 2.5 per cent."""

    basis_points: Annotated[int, Meta(ge=1, le=10_000)]

    @property
    def counts_money(self) -> bool:
        return True

    @property
    def denominator(self) -> int:
        return 10_000

    def worth(self, order: Order, given: int) -> int:
        del given
        return order.amount_minor * self.basis_points
