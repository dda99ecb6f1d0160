"""What a programme says of goodwill: points that operators give or take with no purchase behind.

    "goodwill": {"alone": 500, "alone_a_day": 2000, "most": 5000, "sponsors": ["grocer"],
                 "expiry": {"after": "days", "days": 90}, "waits_days": 7}

One operator moves at most `alone` points at once, and `alone_a_day` in a day of UTC over all
members; what is more waits for a second operator, for `waits_days`. More than `most` nobody may.
"""

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta

from ledger.canonical import MAX_INTEGER
from ledger.names import Expires
from loyalty.expiry import AnyExpiry
from loyalty.refusals import Code, Refused
from loyalty.rules.orders import Data, Id, Positive

WAITS_MAX_DAYS = 30


class Goodwill(Data, frozen=True):
    """Limits in points, given or taken. alone_a_day: absent: no limit.

    sponsors: the partners that may be billed for it, each of whom signs; the operator always may.
    expiry: of given points; absent: as of a purchase's.
    """

    alone: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
    most: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
    alone_a_day: Positive | None = None
    sponsors: Annotated[tuple[Id, ...], Meta(max_length=100)] = ()
    expiry: AnyExpiry | None = None
    waits_days: Annotated[int, Meta(ge=1, le=WAITS_MAX_DAYS)] = 7

    @property
    def billed(self) -> frozenset[str]:
        return frozenset(self.sponsors)

    def needs_approval(self, points: int, moved_today: int) -> bool:
        """Whether one operator, who moved so many alone today, may not move these alone."""
        return points > self.alone or (
            self.alone_a_day is not None and moved_today + points > self.alone_a_day
        )


NO_GOODWILL = Goodwill(alone=0, most=0)


def check_goodwill(goodwill: Goodwill) -> None:
    """Raises Refused where limits contradict each other."""
    for name in ("most", "alone_a_day"):
        limit = getattr(goodwill, name)
        if limit is not None and limit < goodwill.alone:
            raise Refused(
                Code.INVALID_INPUT,
                f"{limit} is less than `alone`, {goodwill.alone}: nobody could move that many",
                *("document", "goodwill", name),
            )


def in_days(day: date, days: int) -> Expires:
    """The last day that lies so many days after another."""
    return Expires((day + timedelta(days=days)).isoformat())
