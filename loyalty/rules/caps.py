"""How many points a rule gives a member in a while."""

from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import field

from loyalty.rules.counts import EVER, Counts, Delta
from loyalty.rules.orders import Data, Positive
from loyalty.rules.windows import Period, first_day, periods_at_most

_PERIODS: Mapping[str, Period] = {each: each for each in get_args(Period)}


class Cap(Data, frozen=True, kw_only=True):
    """At most so many points in a calendar day, week, month, quarter or year, or ever."""

    points: Positive
    period: Period | Literal["ever"] = field(name="in")

    def left(self, rule: str, counts: Counts, day: int) -> int:
        """How many more there may be."""
        key, place, _ = self.delta(rule, day, 0)
        return max(self.points - counts.get(key, {}).get(place, 0), 0)

    def delta(self, rule: str, day: int, points: int) -> Delta:
        """What giving points adds to the count."""
        place = EVER if self.period == "ever" else first_day(self.period, day)
        return Delta(f"c:{rule}:{self.period}", place, points)

    def places(self, days: int) -> int:
        """How many counts there are at most, of so many days before a day and of that day."""
        return 1 if self.period == "ever" else periods_at_most(self.period, days)


def period_of(key: str) -> Period | None:
    """Of a cap's count; None for what is no cap's, and where it has no end."""
    kind, _, rest = key.partition(":")
    return _PERIODS.get(rest.rpartition(":")[2]) if kind == "c" else None
