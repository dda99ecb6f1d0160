"""How long points last: what a programme's `expiry` says, and the last day that it comes to.

    {"after": "never"}
    {"after": "days", "days": 90}
    {"after": "months", "months": 12}                                  31 January + 1: 28 February
    {"after": "month_end", "months": 12}                               the end of that month
    {"after": "period_end", "period": "quarter", "periods": 1}         the end of the next quarter

each with, where the law of a place asks for another, `by_jurisdiction`:

    {"after": "months", "months": 24, "by_jurisdiction": {"DE": {"after": "months", "months": 36}}}

Days are of UTC and count from the day of the purchase. What a member does later changes no day that
was given: a lot's expiry is part of the ledger, which has no kind that lengthens it
(docs/adr/0012-no-expiry-by-inactivity.md).
"""

from abc import abstractmethod
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Union

import msgspec
from msgspec import Meta

from ledger.names import NEVER, Expires
from loyalty.rules.orders import Data
from loyalty.texts import JURISDICTION

Jurisdiction = Annotated[str, Meta(pattern=f"^{JURISDICTION}$")]
Months = Annotated[int, Meta(ge=0, le=120)]

_LAST_YEAR = 9_999
# Each is compared with others day by day when a version is checked.
_PLACES_MAX = 32
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class _Expiry(Data, tag_field="after", frozen=True, kw_only=True):
    """by_jurisdiction: what holds instead for members who live in a place; of a country for all its
    parts that are not named themselves.
    """

    by_jurisdiction: Annotated[Mapping[Jurisdiction, "AnyExpiry"], Meta(max_length=_PLACES_MAX)] = (
        msgspec.field(default_factory=dict)
    )

    def __post_init__(self) -> None:
        if any(each.by_jurisdiction for each in self.by_jurisdiction.values()):
            raise ValueError("`by_jurisdiction` stands once, not within itself")

    @abstractmethod
    def last_day(self, day: date) -> Expires:
        """The last day to spend points of a purchase on that day, for who lives nowhere named."""

    def expires(self, day: date, jurisdiction: str = "") -> Expires:
        """The same for who lives there. jurisdiction: ISO 3166; empty where it is not known."""
        of = self.by_jurisdiction
        country = jurisdiction.partition("-")[0]
        return (of.get(jurisdiction) or of.get(country) or self).last_day(day)


class Days(_Expiry, tag="days", frozen=True, kw_only=True):
    """So many days after the purchase; 0: on its day."""

    days: Annotated[int, Meta(ge=0, le=3_660)]

    def last_day(self, day: date) -> Expires:
        last = min(day.toordinal() + self.days, date.max.toordinal())
        return Expires(date.fromordinal(last).isoformat())


class AfterMonths(_Expiry, tag="months", frozen=True, kw_only=True):
    """On the same day so many months later, or the last day of a month that has no such day."""

    months: Months

    def last_day(self, day: date) -> Expires:
        return _day(_month(day) + self.months, day.day)


class MonthEnd(_Expiry, tag="month_end", frozen=True, kw_only=True):
    """At the end of the month that lies so many after the purchase's; 0: of its own."""

    months: Months

    def last_day(self, day: date) -> Expires:
        return _day(_month(day) + self.months, 31)


class PeriodEnd(_Expiry, tag="period_end", frozen=True, kw_only=True):
    """At the end of the period that lies so many after the purchase's; 0: of its own. Quarters and
    years are the calendar's.
    """

    period: Literal["month", "quarter", "year"]
    periods: Months

    def last_day(self, day: date) -> Expires:
        length = _MONTHS[self.period]
        return _day((_month(day) // length + self.periods + 1) * length - 1, 31)


class Never(_Expiry, tag="never", frozen=True, kw_only=True):
    """Points do not lapse."""

    def last_day(self, day: date) -> Expires:
        del day
        return NEVER


AnyExpiry = Union[Days, AfterMonths, MonthEnd, PeriodEnd, Never]  # noqa: UP007 - named above


def _month(day: date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def _day(month: int, number: int) -> Expires:
    """A day of a month, or its last; of the calendar's last where there is no such month."""
    year, month = divmod(min(month, _LAST_YEAR * 12 + 11), 12)
    last = monthrange(year, month + 1)[1]
    return Expires(f"{year:04d}-{month + 1:02d}-{min(number, last):02d}")
