"""How many points a rule gives a member in a while."""

from typing import Literal

from msgspec import field

from loyalty.rules.counts import EVER, Counts, Delta
from loyalty.rules.orders import Data, Positive
from loyalty.rules.windows import Period, first_day


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
