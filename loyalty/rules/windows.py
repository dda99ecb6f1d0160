"""Over which days something is counted.

Days are UTC, as everywhere on the ledger. A window keeps sums by day or by period; how it looked on
any day of the past follows from them, so nothing has to happen at midnight.
"""

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Annotated, Literal, Union

from msgspec import Meta

from loyalty.rules.counts import EVER, Sums, day_number, day_of_number
from loyalty.rules.orders import Data

Period = Literal["day", "week", "month", "quarter", "year"]
STREAK_MAX = 60
"""Periods that a streak looks back."""
_SHORTEST: Mapping[Period, int] = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}


def first_day(period: Period, day: int) -> int:
    """The first day of a day's period; weeks begin on Mondays."""
    at = day_of_number(day)
    match period:
        case "day":
            return day
        case "week":
            return day - at.weekday()
        case "month":
            first = at.replace(day=1)
        case "quarter":
            first = at.replace(month=at.month - (at.month - 1) % 3, day=1)
        case "year":
            first = at.replace(month=1, day=1)
    return day_number(first.isoformat())


def next_first_day(period: Period, day: int) -> int:
    """The first day of the period after a day's."""
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[period]
    return first_day(period, first_day(period, day) + longest)


def periods_at_most(period: Period, days: int) -> int:
    """How many periods so many days before a day and the day itself can touch."""
    return -(-days // _SHORTEST[period]) + 1


class Window(Data, tag_field="over", frozen=True, kw_only=True):
    """Named in a document by its member `over`."""

    @abstractmethod
    def place(self, day: int) -> int:
        """Where in the sums an order of that day is counted."""

    def marked(self, marks: Sums, day: int) -> tuple[int, int] | None:
        """Of marks that something was reached: how many still count on a day, and the place of a
        new one. None where reaching it again takes as long as it took.
        """
        return self.total(marks, day), self.place(day)

    @abstractmethod
    def total(self, sums: Sums, day: int) -> int:
        """What the sums come to on a day."""

    def best(self, sums: Sums, day: int, grace_days: int) -> int:
        """The most that the sums came to from `grace_days` before a day until that day."""
        return max(self.total(sums, each) for each in _days_to_ask(sums, day, grace_days))

    @abstractmethod
    def oldest(self, day: int) -> int:
        """The oldest place of the sums that still matters on a day."""

    @abstractmethod
    def places(self, days: int) -> int:
        """How many places at most matter on one of so many days before a day, or on that day."""

    @abstractmethod
    def turns(self, sums: Sums) -> Iterator[int]:
        """Days on which what these sums come to may change by itself."""


class Calendar(Window, tag="calendar", frozen=True, kw_only=True):
    """Over the current day, week, month, quarter or year."""

    period: Period

    def place(self, day: int) -> int:
        return first_day(self.period, day)

    def total(self, sums: Sums, day: int) -> int:
        return sums.get(self.place(day), 0)

    def oldest(self, day: int) -> int:
        return self.place(day)

    def places(self, days: int) -> int:
        return periods_at_most(self.period, days)

    def turns(self, sums: Sums) -> Iterator[int]:
        return (next_first_day(self.period, place) for place in sums)


class Rolling(Window, tag="rolling", frozen=True, kw_only=True):
    """Over the last so many days, of which the day itself is one."""

    days: Annotated[int, Meta(ge=1, le=400)]

    def place(self, day: int) -> int:
        return day

    def total(self, sums: Sums, day: int) -> int:
        return sum(each for place, each in sums.items() if day - self.days < place <= day)

    def best(self, sums: Sums, day: int, grace_days: int) -> int:
        # Most members of a tier have many days: each is added up once, not once for each asked.
        places = sorted(sums)
        until = list(accumulate(map(sums.__getitem__, places), initial=0))
        return max(
            until[bisect_right(places, each)] - until[bisect_right(places, each - self.days)]
            for each in _days_to_ask(sums, day, grace_days)
        )

    def oldest(self, day: int) -> int:
        return day - self.days + 1

    def places(self, days: int) -> int:
        return self.days + days

    def turns(self, sums: Sums) -> Iterator[int]:
        return (place + self.days for place in sums)


class Ever(Window, tag="ever", frozen=True, kw_only=True):
    """Over all time."""

    def place(self, day: int) -> int:
        del day
        return EVER

    def total(self, sums: Sums, day: int) -> int:
        del day
        return sums.get(EVER, 0)

    def oldest(self, day: int) -> int:
        del day
        return EVER

    def places(self, days: int) -> int:
        del days
        return 1

    def turns(self, sums: Sums) -> Iterator[int]:
        del sums
        return iter(())


class Streak(Window, tag="streak", frozen=True, kw_only=True):
    """How many periods in a row, up to now, have any of it; at most 60.

    A period that is not over does not break a streak by being empty so far.
    """

    period: Period

    def marked(self, marks: Sums, day: int) -> tuple[int, int] | None:
        del marks, day
        return None

    def place(self, day: int) -> int:
        return first_day(self.period, day)

    def total(self, sums: Sums, day: int) -> int:
        place = self.place(day)
        if sums.get(place, 0) <= 0:
            place = self.place(place - 1)
        run = 0
        while run < STREAK_MAX and sums.get(place, 0) > 0:
            run, place = run + 1, self.place(place - 1)
        return run

    def oldest(self, day: int) -> int:
        place = self.place(day)
        for _ in range(STREAK_MAX):
            place = self.place(place - 1)
        return place

    def places(self, days: int) -> int:
        return STREAK_MAX + periods_at_most(self.period, days)

    def turns(self, sums: Sums) -> Iterator[int]:
        # Empty for one whole period: the streak is broken when that is over.
        return (next_first_day(self.period, next_first_day(self.period, place)) for place in sums)


AnyWindow = Union[Calendar, Ever, Rolling, Streak]  # noqa: UP007 - beside the other registries


def _days_to_ask(sums: Sums, day: int, grace_days: int) -> set[int]:
    """Sums grow only where something was counted; in between they only fall."""
    first = day - grace_days
    return {first, day} | {place for place in sums if first < place < day}
