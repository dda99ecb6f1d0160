"""Who buys: by tier, by segment, by how often or how much so far."""

from typing import Annotated

from msgspec import Meta

from loyalty.rules.conditions.condition import Condition
from loyalty.rules.counts import Delta
from loyalty.rules.orders import Id, Miss, Order, Positive, Token

Ids = Annotated[frozenset[Id], Meta(min_length=1, max_length=64)]
_UNKNOWN = Miss("MEMBER_UNKNOWN", "nobody said who buys")


class Tier(Condition, tag="tier", frozen=True, kw_only=True):
    """The member has one of these tiers when it buys."""

    any_of: Ids

    def tokens(self) -> frozenset[Token]:
        return frozenset(("tier", each) for each in self.any_of)

    def narrowed(self, order: Order) -> Order | Miss:
        if not order.standing.known:
            return _UNKNOWN
        if order.standing.tier in self.any_of:
            return order
        wanted = ", ".join(sorted(self.any_of))
        return Miss("TIER_NOT_ELIGIBLE", f"for {wanted}, not {order.standing.tier or 'no tier'}")


class Segment(Condition, tag="segment", frozen=True, kw_only=True):
    """The member is in one of these segments when it buys."""

    any_of: Ids

    def tokens(self) -> frozenset[Token]:
        return frozenset(("segment", each) for each in self.any_of)

    def narrowed(self, order: Order) -> Order | Miss:
        if not order.standing.known:
            return _UNKNOWN
        if order.standing.segments & self.any_of:
            return order
        return Miss("SEGMENT_NOT_ELIGIBLE", f"for members in {', '.join(sorted(self.any_of))}")


class Reaches(Condition, tag="reaches", frozen=True, kw_only=True):
    """With this order a measure reaches `at`: the first purchase, the tenth visit, a challenge.

    every: and then again each time that so much more has come together. What was given for it once
    in a period is not given again because other goods came back and as many were bought anew.
    """

    measure: Id
    at: Positive
    every: Positive | None = None

    def narrowed(self, order: Order) -> Order | Miss:
        if not order.standing.known:
            return _UNKNOWN
        before, after = self._totals(order)
        if self._times(after) > self._times(before):
            return order
        wanted = self._next(after)
        return Miss("NOT_REACHED", f"{self.measure} goes from {before} to {after}, not to {wanted}")

    def _next(self, total: int) -> int:
        """What it has to come to now."""
        return self.at if self.every is None else self.at + self._times(total) * self.every

    def once(self, rule: str, order: Order) -> Delta | Miss | None:
        # By its steps, too: a version with others begins anew.
        key = f"g:{rule}:{self.measure}:{self.at}:{self.every or ''}"
        marked = order.standing.marked.get(self.measure)
        found = marked and marked(order.standing.counts.get(key, {}))
        if found is None:
            return None
        given, place = found
        times = self._times(self._totals(order)[1])
        if times > given:
            return Delta(key, place, times - given)
        return Miss("REACHED_BEFORE", f"given before what of {self.measure} came back")

    def _totals(self, order: Order) -> tuple[int, int]:
        before = order.standing.before.get(self.measure, 0)
        return before, order.standing.after.get(self.measure, before)

    def _times(self, total: int) -> int:
        if total < self.at:
            return 0
        return 1 if self.every is None else 1 + (total - self.at) // self.every
