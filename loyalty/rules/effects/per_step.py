"""Points for each full step of money: a credit of $10 for every $250."""

from loyalty.rules.effects.effect import Rounded
from loyalty.rules.orders import Order, Positive


class PerStep(Rounded, tag="per_step", frozen=True, kw_only=True):
    """`points` for each whole `per_minor` spent, and nothing for a part of one.

    With `carry` the rest counts towards the next step, across orders.
    """

    points: Positive
    per_minor: Positive

    def __post_init__(self) -> None:
        if self.rounding == "half_up":
            raise ValueError("a step is whole: its `rounding` is `floor` or `carry`")

    @property
    def counts_money(self) -> bool:
        return True

    @property
    def denominator(self) -> int:
        return self.per_minor

    def worth(self, order: Order, given: int) -> int:
        del given
        return order.amount_minor

    def rounded(self, worth: int, carried: int) -> tuple[int, int]:
        steps, left = super().rounded(worth, carried)
        return steps * self.points, left
