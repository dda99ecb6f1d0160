"""What a programme says of the days after a purchase: when points are confirmed, and how long
before they lapse its member is told.

    "confirmation": {"days": 14},
    "notices": [30, 7], "notice_at_least": 20

Points of a purchase wait, pending, while its goods can still come back: bought on 1 March, they are
confirmed on 15 March. Days are of UTC, and count from the day of the purchase, also where it is
recorded late.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta

from ledger.names import Expires
from loyalty.refusals import Code, Refused
from loyalty.rules.orders import Data

# Four years with a leap day among them, whose months have every length and order.
_CYCLE_BEGINS, _CYCLE_DAYS = date(2027, 1, 1), 1461


class Confirmation(Data, frozen=True):
    """For how many days the points of a purchase wait."""

    days: Annotated[int, Meta(ge=0, le=120)]


Notices = Annotated[tuple[Annotated[int, Meta(ge=1, le=366)], ...], Meta(max_length=8)]
"""How many days before points lapse their member is told."""

AT_ONCE = Confirmation(days=0)


def check_confirmation(confirmation: Confirmation, expires: Callable[[date], Expires]) -> None:
    """No purchase's points may lapse before they are confirmed. Raises Refused.

    expires: the last day of the points of a purchase on a day.
    """
    wait = timedelta(days=confirmation.days)
    days = (_CYCLE_BEGINS + timedelta(days=number) for number in range(_CYCLE_DAYS))
    for day in days if wait else ():
        last, confirmed = expires(day), (day + wait).isoformat()
        if last < confirmed:
            raise Refused(
                Code.INVALID_INPUT,
                f"points of {day} would lapse after {last}, before they are confirmed on "
                f"{confirmed}: wait fewer days, or let points last longer",
                "document",
                "confirmation",
                "days",
            )


def check_notices(notices: Notices) -> None:
    """Each stands once, the first to be given first. Raises Refused."""
    if list(notices) != sorted(set(notices), reverse=True):
        raise Refused(
            Code.INVALID_INPUT,
            f"each number of days once, the earliest notice first, like [30, 7]: not {[*notices]}",
            "document",
            "notices",
        )
