"""How a programme version counts: from what it remembers to who buys, and on to what it will
remember.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from loyalty.rules.caps import period_of
from loyalty.rules.counts import EVER, Delta, Sums, Tally, added, day_number
from loyalty.rules.deciding import Outcome
from loyalty.rules.measures import Measure
from loyalty.rules.orders import Order, Standing
from loyalty.rules.segments import Badge, Segment
from loyalty.rules.tiers import NO_TIER, Tiers
from loyalty.rules.windows import first_day

LATE_DAYS = 60
"""Sums are kept as long as an order of their days may still come in."""


class Change(NamedTuple):
    """What a programme remembers after something has happened.

    tier: the new one, if it is another than the one that was told last; badges: new ones.
    """

    tally: Tally
    tier: str | None = None
    badges: tuple[str, ...] = ()


class Counting:
    """The measures of a version, and what it makes of them."""

    def __init__(
        self,
        measures: Sequence[Measure],
        tiers: Tiers | None,
        segments: Sequence[Segment],
        badges: Sequence[Badge],
        reached: Collection[str] = (),
    ) -> None:
        """reached: measures that a rule waits for."""
        self.measures: Mapping[str, Measure] = {each.id: each for each in measures}
        self.tiers = tiers
        self.segments = segments
        self.badges = badges
        self._reached = [self.measures[id_] for id_ in reached]
        self._asked = {each.measure for each in segments} | set(reached)

    def standing(self, tally: Tally, order: Order) -> Standing:
        """Of who buys, at the time of the order, and as the order leaves it."""
        day = day_number(order.at)
        # Of measures that nothing asks for, what they come to is not added up.
        before = {id_: self.measures[id_].total(tally.counts, day) for id_ in self._asked}
        known = Standing(
            True, self.tier(tally, day), self.in_segments(before), before, before, tally.counts
        )
        if not self._reached:
            return known
        seen = order._replace(standing=known)
        counts = added(tally.counts, (each.delta(seen, day, 0) for each in self._reached))
        after = {each.id: each.total(counts, day) for each in self._reached}
        marked = {each.id: partial(each.over.marked, day=day) for each in self._reached}
        return known._replace(after=after, marked=marked)

    def totals(self, tally: Tally, day: int) -> dict[str, int]:
        """What each measure comes to on a day."""
        return {id_: each.total(tally.counts, day) for id_, each in self.measures.items()}

    def tier(self, tally: Tally, day: int) -> str:
        return NO_TIER if self.tiers is None else self.tiers.held(tally, self.measures, day)

    def in_segments(self, totals: Mapping[str, int]) -> frozenset[str]:
        return frozenset(each.id for each in self.segments if each.has(totals[each.measure]))

    def deltas(self, order: Order, outcomes: Iterable[Outcome]) -> tuple[Delta, ...]:
        """All that an order adds, decided with its standing. outcomes: of the rules."""
        day = day_number(order.at)
        found = list(outcomes)
        points = sum(each.points for each in found)
        measured = [each.delta(order, day, points) for each in self.measures.values()]
        counted = [delta for each in found for delta in each.deltas]
        earned = self._badges(order, added(order.standing.counts, measured), day)
        deltas = [*measured, *counted, *(Delta(badge.key, EVER, 1) for badge in earned)]
        return tuple(delta for delta in deltas if delta.amount)

    def changed(self, tally: Tally, deltas: Iterable[Delta], now: str) -> Change:
        """What is remembered once these have been added, and what there is to tell."""
        found = tuple(deltas)
        day = day_number(now)
        counts = self._kept(added(tally.counts, found), day)
        paid = {level: last for level, last in tally.paid.items() if last >= day - LATE_DAYS}
        since = {level: first for level, first in tally.since.items() if level in paid}
        left = Tally(counts, tally.tier, paid, since)
        tier = self.tier(left, day)
        told = None if tier == tally.tier else tier
        keys = {delta.key for delta in found if delta.amount > 0}
        badges = tuple(each.id for each in self.badges if each.key in keys)
        return Change(msgspec.structs.replace(left, tier=tier), told, badges)

    def turns(self, tally: Tally, day: int) -> int | None:
        """The next day on which the tier may change by itself."""
        if self.tiers is None:
            return None
        return min(self.tiers.turns(tally, self.measures, day), default=None)

    def _badges(self, order: Order, counts: Mapping[str, Sums], day: int) -> list[Badge]:
        return [
            each
            for each in self.badges
            if each.key not in order.standing.counts
            and self.measures[each.measure].total(counts, day) >= each.at
        ]

    def _kept(self, counts: Mapping[str, Sums], day: int) -> dict[str, Sums]:
        """Without what is too old to matter again."""
        grace = LATE_DAYS + (0 if self.tiers is None else self.tiers.grace_days)
        oldest = {each.key: each.over.oldest(day - grace) for each in self.measures.values()}
        found = {
            key: {
                place: amount
                for place, amount in sums.items()
                if place == EVER or place >= oldest.get(key, _oldest(key, day))
            }
            for key, sums in counts.items()
        }
        return {key: sums for key, sums in found.items() if sums}


def _oldest(key: str, day: int) -> int:
    """Of what is no measure's: a cap's period, or a year for measures that are no more. Remainders
    and badges are of no day.
    """
    period = period_of(key)
    return day - LATE_DAYS - 366 if period is None else first_day(period, day - LATE_DAYS)
