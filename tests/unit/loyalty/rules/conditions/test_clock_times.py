"""Days and hours by the clocks of a place, whatever those clocks do."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.names import At, at_text
from loyalty.rules.conditions import AnyCondition
from loyalty.rules.conditions.clock_times import DAYS
from loyalty.rules.orders import Miss, Order
from loyalty.rules.zones import local_time
from tests.coalition import GROCER, OPERATOR, STARS, House
from tests.results import EXPLAINED

BERLIN, NEW_YORK, KIRITIMATI = "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"
WEEKEND = {"condition": "weekday", "any_of": ["sat", "sun"], "time_zone": NEW_YORK}
HAPPY = {"condition": "hours", "since": "17:00", "until": "19:00", "time_zone": BERLIN}
NIGHT = {"condition": "hours", "since": "22:00", "until": "06:00", "time_zone": BERLIN}
SMALL = {"condition": "hours", "since": "02:00", "until": "03:00", "time_zone": BERLIN}
ADVENT = {"condition": "dates", "since": "12-01", "until": "12-25", "time_zone": BERLIN}
TWELVE_DAYS = {"condition": "dates", "since": "12-27", "until": "01-07", "time_zone": BERLIN}
LEAP_DAY = {"condition": "dates", "since": "02-29", "until": "03-01", "time_zone": BERLIN}
FEBRUARY = {"condition": "dates", "since": "02-01", "until": "03-01", "time_zone": BERLIN}
BEFORE_LEAP_DAY = {"condition": "dates", "since": "02-01", "until": "02-29", "time_zone": BERLIN}


def code(condition: dict[str, Any], at: str) -> str | None:
    """Why a purchase of that moment does not meet a condition; None: it does."""
    order = Order("grocer", "EUR", 100, At(at))
    found = msgspec.convert(condition, AnyCondition).narrowed(order)
    return found.code if isinstance(found, Miss) else None


@pytest.mark.parametrize(
    ("condition", "at", "holds"),
    [
        # Saturday in New York begins at 04:00 UTC in summer and at 05:00 in winter.
        (WEEKEND, "2026-07-04T03:59:59.999Z", False),
        (WEEKEND, "2026-07-04T04:00:00.000Z", True),
        (WEEKEND, "2026-11-21T04:59:59.999Z", False),
        (WEEKEND, "2026-11-21T05:00:00.000Z", True),
        (WEEKEND, "2026-11-23T04:59:59.999Z", True),
        (WEEKEND, "2026-11-23T05:00:00.000Z", False),
        # A weekend in which clocks go back has an hour more.
        (WEEKEND, "2026-11-02T04:59:59.999Z", True),
        (WEEKEND, "2026-11-02T05:00:00.000Z", False),
        # Past the date line it is Monday while it is Sunday in Greenwich.
        ({**WEEKEND, "time_zone": KIRITIMATI}, "2026-11-22T10:00:00.000Z", False),
        ({**WEEKEND, "time_zone": KIRITIMATI}, "2026-11-22T09:59:59.999Z", True),
        # Five in the afternoon in Berlin is another time in UTC after the 25th of October.
        (HAPPY, "2026-10-24T14:59:59.999Z", False),
        (HAPPY, "2026-10-24T15:00:00.000Z", True),
        (HAPPY, "2026-10-26T15:00:00.000Z", False),
        (HAPPY, "2026-10-26T16:00:00.000Z", True),
        (HAPPY, "2026-10-26T17:59:59.999Z", True),
        (HAPPY, "2026-10-26T18:00:00.000Z", False),
        (NIGHT, "2026-11-21T20:59:59.999Z", False),
        (NIGHT, "2026-11-21T21:00:00.000Z", True),
        (NIGHT, "2026-11-22T04:59:59.999Z", True),
        (NIGHT, "2026-11-22T05:00:00.000Z", False),
        # The hour from 02:00 does not happen on 29 March, and happens twice on 25 October.
        (SMALL, "2026-03-29T00:59:59.999Z", False),
        (SMALL, "2026-03-29T01:00:00.000Z", False),
        (SMALL, "2026-10-25T00:00:00.000Z", True),
        (SMALL, "2026-10-25T01:59:59.999Z", True),
        (SMALL, "2026-10-25T02:00:00.000Z", False),
        (ADVENT, "2026-11-30T22:59:59.999Z", False),
        (ADVENT, "2026-11-30T23:00:00.000Z", True),
        (ADVENT, "2031-12-24T22:59:59.999Z", True),
        (ADVENT, "2031-12-24T23:00:00.000Z", False),
        (TWELVE_DAYS, "2026-12-26T22:59:59.999Z", False),
        (TWELVE_DAYS, "2026-12-31T22:59:59.999Z", True),
        (TWELVE_DAYS, "2026-12-31T23:00:00.000Z", True),
        (TWELVE_DAYS, "2027-01-06T22:59:59.999Z", True),
        (TWELVE_DAYS, "2027-01-06T23:00:00.000Z", False),
        (LEAP_DAY, "2028-02-29T12:00:00.000Z", True),
        (LEAP_DAY, "2027-02-28T12:00:00.000Z", False),
        (LEAP_DAY, "2027-03-01T12:00:00.000Z", False),
        (FEBRUARY, "2028-02-29T12:00:00.000Z", True),
        (BEFORE_LEAP_DAY, "2028-02-29T12:00:00.000Z", False),
        (BEFORE_LEAP_DAY, "2027-02-28T12:00:00.000Z", True),
        (BEFORE_LEAP_DAY, "2027-03-01T12:00:00.000Z", False),
        # A calendar has no day before its first: it is read as in UTC.
        ({**FEBRUARY, "since": "01-01", "time_zone": NEW_YORK}, "0001-01-01T00:00:00.000Z", True),
        (
            {**TWELVE_DAYS, "until": "01-01", "time_zone": KIRITIMATI},
            "9999-12-31T23:00:00.000Z",
            True,
        ),
    ],
)
def test_what_clocks_show_there_decides(condition: dict[str, Any], at: str, holds: bool) -> None:
    """To the millisecond: summer time, leap days, midnights and the turn of the year included."""
    missed = {
        "weekday": "WEEKDAY_NOT_ELIGIBLE",
        "hours": "OUTSIDE_HOURS",
        "dates": "OUTSIDE_DATES",
    }
    assert code(condition, at) == (None if holds else missed[condition["condition"]])


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 4 * 10**12).map(lambda ms: at_text(EPOCH + timedelta(milliseconds=ms)))


@given(MOMENTS, st.sampled_from([BERLIN, NEW_YORK, KIRITIMATI, "Asia/Kolkata", "UTC"]))
def test_each_moment_has_one_day_and_one_hour(at: str, zone: str) -> None:
    """Of the seven days one holds, and of two halves of a day, or of a year, exactly one."""
    days = [{"condition": "weekday", "any_of": [day], "time_zone": zone} for day in DAYS]
    assert sum(code(day, at) is None for day in days) == 1
    for kind, since, until in (("hours", "09:30", "21:15"), ("dates", "02-29", "10-01")):
        half = {"condition": kind, "since": since, "until": until, "time_zone": zone}
        other = {**half, "since": until, "until": since}
        assert (code(half, at) is None) != (code(other, at) is None)


@given(MOMENTS, st.sampled_from([BERLIN, NEW_YORK, KIRITIMATI, "Asia/Kolkata"]))
def test_a_local_time_is_the_same_moment(at: str, zone: str) -> None:
    """No zone is further from UTC than 15 hours in these years."""
    shown = local_time(At(at), zone)
    assert shown == datetime.fromisoformat(at)
    offset = shown.utcoffset()
    assert offset is not None
    assert abs(offset) <= timedelta(hours=15)


@pytest.mark.parametrize(
    ("condition", "change", "said"),
    [
        (WEEKEND, {"any_of": []}, "any_of"),
        (WEEKEND, {"any_of": ["Saturday"]}, "any_of"),
        (WEEKEND, {"time_zone": "Europe/Berln"}, "did you mean `Europe/Berlin`?"),
        (WEEKEND, {"time_zone": "CEST+2"}, "no time zone"),
        (WEEKEND, {"time_zone": "../zones"}, "no time zone"),
        (WEEKEND, {"time_zone": "europe/berlin"}, "did you mean `Europe/Berlin`?"),
        (HAPPY, {"since": "5pm"}, "like 09:30"),
        (HAPPY, {"until": "24:00"}, "midnight is 00:00"),
        (HAPPY, {"until": "7:00"}, "like 09:30"),
        (HAPPY, {"until": "17:00"}, "leave the condition out"),
        (HAPPY, {"time_zone": "Mars/Olympus"}, "no time zone"),
        (ADVENT, {"since": "02-30"}, "no day of a year"),
        (ADVENT, {"since": "2026-12-01"}, "like 12-24"),
        (ADVENT, {"since": "13-01"}, "no day of a year"),
        (ADVENT, {"until": "12-01"}, "leave the condition out"),
    ],
)
def test_a_time_that_is_none_is_refused(
    condition: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    """With what to write."""
    with pytest.raises(msgspec.ValidationError, match=said.replace("?", r"\?").replace(".", r"\.")):
        msgspec.convert({**condition, **change}, AnyCondition)


def test_who_names_no_zone_does_not_load_any() -> None:
    """A cold start without them imports neither the zones nor what reads them."""
    program = (
        "import sys, loyalty.programmes;"
        "sys.exit(bool({'zoneinfo', 'tzdata', 'difflib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-P", "-c", program], check=False).returncode == 0


class Hourly(House):
    """STARS in a second version: the grocer's points double at happy hour, and coffee is for
    weekends.
    """

    results = EXPLAINED

    def __init__(self) -> None:
        super().__init__()
        double = {"effect": "multiplier", "id": "happy", "percent": 200, "rounding": "floor"}
        happy = {**double, "partners": ["grocer"], "money": "USD", "when": [HAPPY]}
        coffee = {"id": "coffee", "name": "A coffee", "points": 50, "partner": "grocer"}
        document: dict[str, Any] = {
            **STARS,
            "version": 2,
            "earn": [*STARS["earn"], happy],  # type: ignore[misc]
            "rewards": [{**coffee, "valid": [WEEKEND]}],
        }
        self.done(OPERATOR, "publishProgramme", self.programme(document, "fuel", "grocer"))


def test_a_purchase_at_happy_hour_earns_double() -> None:
    """It is 13:00 in Berlin, where the explanation says so; four hours later it is five."""
    shop = Hourly()
    member = shop.enrolled()
    now = shop.done(GROCER, "recordPurchase", shop.purchase(member, 1_000))
    assert now["points"] == 10
    (miss,) = [row for row in now["explanation"][0]["rules"] if row["code"]]
    assert (miss["ruleId"], miss["code"]) == ("happy", "OUTSIDE_HOURS")
    assert miss["message"] == "from 17:00 until before 19:00 in Europe/Berlin, not 13:00"
    shop.later(hours=4)
    assert shop.done(GROCER, "recordPurchase", shop.purchase(member, 1_000))["points"] == 20


def test_a_voucher_for_weekends_is_taken_on_a_weekend() -> None:
    """Saturday in New York ends, and so does Sunday."""
    shop = Hourly()
    member = shop.enrolled()
    shop.earned(member, 100)
    voucher, other = shop.voucher(member), shop.voucher(member)
    assert shop.done(GROCER, "useVoucher", shop.input(voucherId=voucher))["voucher"]["usedAt"]
    shop.later(days=1, hours=17)
    refusal = shop.refused(GROCER, "useVoucher", shop.input(voucherId=other))
    assert (refusal.code, refusal.message) == (
        "NOT_ELIGIBLE",
        "sat, sun in America/New_York, not mon",
    )
