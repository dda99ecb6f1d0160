"""On which days and at what hours something was bought, by the clocks of a place.

All of them read what clocks and calendars of a time zone show at the moment of the purchase. When
clocks go forward, what they leave out is never shown; when they go back, what they show twice
counts twice.
"""

import re
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from loyalty.rules.conditions.condition import Condition
from loyalty.rules.orders import Miss, Order
from loyalty.rules.zones import check_zone, local_time

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")
_DATE = re.compile(r"[0-9]{2}-[0-9]{2}\Z")
_LEAP_YEAR = "2000"


class _Local(Condition, frozen=True, kw_only=True):
    """time_zone: the IANA name of the time zone whose clocks count."""

    time_zone: str

    def __post_init__(self) -> None:
        check_zone(self.time_zone)


class Weekday(_Local, tag="weekday", frozen=True, kw_only=True):
    """On one of these days of the week, from midnight to midnight."""

    any_of: Annotated[frozenset[Day], Meta(min_length=1)]

    def narrowed(self, order: Order) -> Order | Miss:
        found = DAYS[local_time(order.at, self.time_zone).weekday()]
        if found in self.any_of:
            return order
        wanted = ", ".join(day for day in DAYS if day in self.any_of)
        return Miss("WEEKDAY_NOT_ELIGIBLE", f"{wanted} in {self.time_zone}, not {found}")


class _Recurring(_Local, frozen=True, kw_only=True):
    """From `since` until just before `until`, which may lie in the next day or year."""

    since: str
    until: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.since == self.until:
            raise ValueError("`until` is `since`: leave the condition out to mean always")

    def _holds(self, shown: str) -> bool:
        if self.since < self.until:
            return self.since <= shown < self.until
        return shown >= self.since or shown < self.until

    def _missed(self, code: str, shown: str) -> Miss:
        said = f"from {self.since} until before {self.until} in {self.time_zone}, not {shown}"
        return Miss(code, said)


class Hours(_Recurring, tag="hours", frozen=True, kw_only=True):
    """At these hours of every day, `HH:MM`. From 22:00 until 06:00 is past midnight."""

    def __post_init__(self) -> None:
        for each in (self.since, self.until):
            if not _HOUR.match(each):
                raise ValueError(
                    f"`{each}` is no time of day: write it like 09:30; midnight is 00:00"
                )
        super().__post_init__()

    def narrowed(self, order: Order) -> Order | Miss:
        shown = f"{local_time(order.at, self.time_zone):%H:%M}"
        return order if self._holds(shown) else self._missed("OUTSIDE_HOURS", shown)


class Dates(_Recurring, tag="dates", frozen=True, kw_only=True):
    """On these days of every year, `MM-DD`. From 12-27 until 01-07 is past the year's end.

    A day is compared with both as they are written: from 02-29 is from 03-01 in a year without it,
    and until 03-01 takes it in where there is one.
    """

    def __post_init__(self) -> None:
        for each in (self.since, self.until):
            if not _is_date(each):
                raise ValueError(f"`{each}` is no day of a year: write month and day, like 12-24")
        super().__post_init__()

    def narrowed(self, order: Order) -> Order | Miss:
        shown = f"{local_time(order.at, self.time_zone):%m-%d}"
        return order if self._holds(shown) else self._missed("OUTSIDE_DATES", shown)


def _is_date(text: str) -> bool:
    if not _DATE.match(text):
        return False
    try:
        date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        return False
    return True
