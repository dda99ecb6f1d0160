"""Points for money."""

from fractions import Fraction

from loyalty.rules.effects.effect import Rounded
from loyalty.rules.orders import Order, Positive


class PointsPerAmount(Rounded, tag="points_per_amount", frozen=True, kw_only=True):
    """`points` for every `per_minor` spent, by proportion."""

    points: Positive
    per_minor: Positive

    @property
    def counts_money(self) -> bool:
        return True

    def worth(self, order: Order, given: int) -> Fraction:
        del given
        return Fraction(order.amount_minor * self.points, self.per_minor)
