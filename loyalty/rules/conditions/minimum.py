"""How much must be bought."""

from loyalty.rules.conditions.condition import Condition
from loyalty.rules.orders import PURCHASE, Miss, Order, Positive


class Minimum(Condition, tag="minimum", frozen=True, kw_only=True):
    """At least so much of what counts, in minor units: after the conditions that stand before."""

    minor: Positive

    @property
    def of(self) -> str:
        return PURCHASE

    def narrowed(self, order: Order) -> Order | Miss:
        if order.amount_minor >= self.minor:
            return order
        return Miss("BELOW_MINIMUM", f"{self.minor} are needed and {order.amount_minor} count")
