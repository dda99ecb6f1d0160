"""What a point is worth in money."""

from fractions import Fraction
from typing import Literal, NamedTuple

from loyalty.rules.orders import Data, Money, Positive


class Amount(NamedTuple):
    """Money in minor units of an ISO 4217 currency."""

    minor: int
    currency: str


class Price(Data, frozen=True, kw_only=True):
    """`minor` units of `money` for every `per_points` points; rounding: of what a sum of points
    comes to, once.
    """

    money: Money
    minor: Positive
    per_points: Positive
    rounding: Literal["floor", "half_up"]

    def of(self, points: int) -> Amount:
        """What so many points come to; of fewer than none as of so many, with the sign turned."""
        worth = Fraction(abs(points) * self.minor, self.per_points)
        half = Fraction(1, 2) if self.rounding == "half_up" else 0
        minor = (worth + half).__floor__()
        return Amount(minor if points >= 0 else -minor, self.money)
