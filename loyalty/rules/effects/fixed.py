"""A fixed number of points."""

from loyalty.rules.effects.effect import Effect
from loyalty.rules.orders import Order, Positive


class Fixed(Effect, tag="fixed", frozen=True, kw_only=True):
    """So many points for an order, whatever its amount."""

    points: Positive

    def worth(self, order: Order, given: int) -> int:
        del order, given
        return self.points
