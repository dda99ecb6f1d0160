"""What a programme counts: money, visits, units or points, over some days."""

from typing import Annotated, Literal

from msgspec import Meta

from loyalty.rules.conditions import AnyCondition
from loyalty.rules.counts import Counts, Delta
from loyalty.rules.orders import PURCHASE, Data, Id, Label, Miss, Money, Order
from loyalty.rules.windows import AnyWindow


class Measure(Data, frozen=True, kw_only=True):
    """One count of a member's orders.

    count: `spend` is money in minor units, `visits` one an order, `units` the quantities of lines,
    `points` what the programme gives for an order. partners, when: of which orders; on: of which
    events, if not purchases; points count of any. money: of which, for spend.
    """

    id: Id
    count: Literal["points", "spend", "units", "visits"]
    over: AnyWindow
    partners: Annotated[tuple[Id, ...], Meta(max_length=64)] = ()
    money: Money | None = None
    on: Label | None = None
    when: Annotated[tuple[AnyCondition, ...], Meta(max_length=8)] = ()

    def __post_init__(self) -> None:
        if (self.count == "spend") != (self.money is not None):
            raise ValueError("`money` is named where `spend` is counted, and only there")

    @property
    def key(self) -> str:
        return f"m:{self.id}"

    def total(self, counts: Counts, day: int) -> int:
        return self.over.total(counts.get(self.key, {}), day)

    def best(self, counts: Counts, day: int, grace_days: int) -> int:
        """The most that it came to within the days of grace."""
        return self.over.best(counts.get(self.key, {}), day, grace_days)

    def delta(self, order: Order, day: int, points: int) -> Delta:
        """What an order adds to it, which may be 0."""
        return Delta(self.key, self.over.place(day), self._amount(order, points))

    def _amount(self, order: Order, points: int) -> int:
        left = self._counted(order)
        if left is None:
            return 0
        if self.count == "units":
            return sum(line.quantity for line in left.lines)
        return {"points": points, "spend": left.amount_minor, "visits": 1}[self.count]

    def _counted(self, order: Order) -> Order | None:
        """What of an order is counted."""
        if order.event != (self.on or (order.event if self.count == "points" else PURCHASE)):
            return None
        if self.partners and order.partner not in self.partners:
            return None
        if self.money is not None and order.money != self.money:
            return None
        for condition in self.when:
            left = condition.narrowed(order)
            if isinstance(left, Miss):
                return None
            order = left
        return order
