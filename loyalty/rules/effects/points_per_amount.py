"""Points for money."""

from loyalty.rules.effects.effect import Rounded
from loyalty.rules.orders import Order, Positive


class PointsPerAmount(Rounded, tag="points_per_amount", frozen=True, kw_only=True):
    """`points` for every `per_minor` spent, by proportion."""

    points: Positive
    per_minor: Positive

    @property
    def counts_money(self) -> bool:
        return True

    @property
    def denominator(self) -> int:
        return self.per_minor

    def worth(self, order: Order, given: int) -> int:
        del given
        return order.amount_minor * self.points
