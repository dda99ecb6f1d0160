"""Points for units: for each night, for each bottle."""

from loyalty.rules.effects.effect import Effect
from loyalty.rules.orders import Order, Positive


class PerUnit(Effect, tag="points_per_unit", frozen=True, kw_only=True):
    """`points` for each unit of the lines that count."""

    points: Positive

    def worth(self, order: Order, given: int) -> int:
        del given
        return self.points * sum(line.quantity for line in order.lines)
