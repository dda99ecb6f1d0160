"""Tiers: what a member has reached by what is counted, or paid for."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta

from loyalty.rules.benefits import Benefit
from loyalty.rules.counts import Tally
from loyalty.rules.measures import Measure
from loyalty.rules.orders import Data, Id, Title

NO_TIER = ""


class Level(Data, frozen=True, kw_only=True):
    """A tier. at: what the measure must come to, 0 for everyone; absent: it is paid for."""

    id: Id
    name: Title
    at: Annotated[int, Meta(ge=0)] | None = None
    benefits: Annotated[tuple[Benefit, ...], Meta(max_length=32)] = ()


class Tiers(Data, frozen=True, kw_only=True):
    """From the lowest to the highest.

    measure: by which they are reached; grace_days: so long a tier is kept after what is counted
    falls short of it.
    """

    levels: Annotated[tuple[Level, ...], Meta(min_length=1, max_length=16)]
    measure: Id | None = None
    grace_days: Annotated[int, Meta(ge=0, le=400)] = 0

    def __post_init__(self) -> None:
        reached = [level.at for level in self.levels if level.at is not None]
        if sorted(set(reached)) != reached:
            raise ValueError("`levels` overlap: each needs more than the one before it")
        if len({level.id for level in self.levels}) < len(self.levels):
            raise ValueError("two `levels` have one id")
        if bool(reached) != (self.measure is not None):
            raise ValueError("`measure` is named where a level has `at`, and only there")

    def level(self, id_: str) -> Level | None:
        return next((level for level in self.levels if level.id == id_), None)

    def held(self, tally: Tally, measures: Mapping[str, Measure], day: int) -> str:
        """The tier of a day: the highest of those reached and paid for."""
        reached = 0
        if self.measure is not None:
            reached = measures[self.measure].best(tally.counts, day, self.grace_days)
        found = NO_TIER
        for level in self.levels:
            last = tally.paid.get(level.id)
            # An order of before, recorded late, was not of one who had paid.
            paid = last is not None and tally.since.get(level.id, day) <= day <= last
            if paid or (level.at is not None and reached >= level.at):
                found = level.id
        return found

    def turns(self, tally: Tally, measures: Mapping[str, Measure], day: int) -> Iterator[int]:
        """Days after this one on which the tier may fall by itself, in no order."""
        if self.measure is not None:
            measure = measures[self.measure]
            sums = tally.counts.get(measure.key, {})
            for each in measure.over.turns(sums):
                if each + self.grace_days > day:
                    yield each + self.grace_days
        yield from (last + 1 for last in tally.paid.values() if last >= day)
