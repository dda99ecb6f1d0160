"""Birthdays: when one is near, and one reward a year for it."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from loyalty.rules.orders import Data

_DAYS = Meta(ge=0, le=31)


class Birthday(Data, frozen=True, kw_only=True):
    """To be had on the member's birthday, and so many days before and after it, in UTC."""

    days_before: Annotated[int, _DAYS] = 0
    days_after: Annotated[int, _DAYS] = 0

    def year(self, born: date, day: date) -> int | None:
        """The year of the birthday that this day is near enough to; None if none is.

        It is the day's own year, but around New Year.
        """
        for year in (day.year - 1, day.year, day.year + 1):
            # The day of birth itself is none.
            if year > born.year:
                past = (day - birthday(born, year)).days
                if -self.days_before <= past <= self.days_after:
                    return year
        return None


def birthday(born: date, year: int) -> date:
    """Born on 29 February: 28 February in common years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
