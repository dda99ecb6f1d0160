"""How long points last, to the day, and for whom."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.expiry import AnyExpiry
from loyalty.programmes import read_programme
from loyalty.refusals import Refused
from tests.coalition import GROCER, OPERATOR, STARS, House

YEARS = {"after": "months", "months": 24}
LONGER = {"after": "months", "months": 36}


def expiry(document: dict[str, Any]) -> AnyExpiry:
    return msgspec.convert(document, AnyExpiry)  # type: ignore[no-any-return]


def last_day(document: dict[str, Any], day: str, jurisdiction: str = "") -> str:
    return expiry(document).expires(date.fromisoformat(day), jurisdiction)


def after(kind: str, **members: Any) -> dict[str, Any]:
    return {"after": kind, **members}


@pytest.mark.parametrize(
    ("document", "day", "expires"),
    [
        (after("never"), "2026-11-21", "never"),
        (after("days", days=0), "2026-11-21", "2026-11-21"),
        (after("days", days=90), "2026-11-21", "2027-02-19"),
        (after("days", days=1), "2028-02-28", "2028-02-29"),
        (after("days", days=365), "2028-02-29", "2029-02-28"),
        (after("days", days=1), "9999-12-31", "9999-12-31"),
        (after("months", months=0), "2026-11-21", "2026-11-21"),
        (after("months", months=1), "2027-01-31", "2027-02-28"),
        (after("months", months=1), "2028-01-31", "2028-02-29"),
        (after("months", months=1), "2026-08-31", "2026-09-30"),
        (after("months", months=1), "2027-02-28", "2027-03-28"),
        (after("months", months=12), "2028-02-29", "2029-02-28"),
        (after("months", months=48), "2028-02-29", "2032-02-29"),
        (after("months", months=1), "2026-12-31", "2027-01-31"),
        (after("months", months=1), "9999-12-15", "9999-12-15"),
        (after("month_end", months=0), "2026-11-21", "2026-11-30"),
        (after("month_end", months=3), "2027-11-30", "2028-02-29"),
        (after("month_end", months=120), "2026-02-28", "2036-02-29"),
        (after("period_end", period="month", periods=1), "2027-01-31", "2027-02-28"),
        (after("period_end", period="quarter", periods=0), "2026-11-21", "2026-12-31"),
        (after("period_end", period="quarter", periods=0), "2026-12-31", "2026-12-31"),
        (after("period_end", period="quarter", periods=1), "2026-12-31", "2027-03-31"),
        (after("period_end", period="quarter", periods=2), "2027-01-01", "2027-09-30"),
        (after("period_end", period="year", periods=0), "2026-01-01", "2026-12-31"),
        (after("period_end", period="year", periods=1), "2026-12-31", "2027-12-31"),
    ],
)
def test_the_last_day_is_defined_for_every_day(
    document: dict[str, Any], day: str, expires: str
) -> None:
    """The 31st, leap days, ends of quarters and years, and the end of the calendar."""
    assert last_day(document, day) == expires


KINDS = st.one_of(
    st.builds(lambda n: after("days", days=n), st.integers(0, 3_660)),
    st.builds(lambda n: after("months", months=n), st.integers(0, 120)),
    st.builds(lambda n: after("month_end", months=n), st.integers(0, 120)),
    st.builds(
        lambda period, n: after("period_end", period=period, periods=n),
        st.sampled_from(["month", "quarter", "year"]),
        st.integers(0, 120),
    ),
)
DAYS = st.dates(date(1990, 1, 1), date(2200, 1, 1))


@given(KINDS, DAYS)
def test_points_last_to_their_own_day_at_least_and_later_ones_no_shorter(
    document: dict[str, Any], day: date
) -> None:
    """Whoever buys a day later never loses the points sooner."""
    today = expiry(document).expires(day)
    tomorrow = expiry(document).expires(day + timedelta(days=1))
    assert day.isoformat() <= today <= tomorrow


@given(st.integers(0, 120), DAYS)
def test_months_end_where_their_names_say(months: int, day: date) -> None:
    """`months` is the same day of the month, or that month's last, which is `month_end`."""
    same = date.fromisoformat(expiry(after("months", months=months)).expires(day))
    end = date.fromisoformat(expiry(after("month_end", months=months)).expires(day))
    length = monthrange(end.year, end.month)[1]
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == length
    assert same == end.replace(day=min(day.day, length))


@pytest.mark.parametrize(
    ("jurisdiction", "expires"),
    [
        ("", "2028-11-21"),
        ("FR", "2028-11-21"),
        ("DE", "2029-11-21"),
        ("DE-BY", "2029-11-21"),
        ("US", "2028-11-21"),
        ("US-CA", "never"),
    ],
)
def test_it_may_differ_by_where_a_member_lives(jurisdiction: str, expires: str) -> None:
    """A part of a country by its own rule, else by the country's, else by the programme's."""
    document = {**YEARS, "by_jurisdiction": {"DE": LONGER, "US-CA": after("never")}}
    assert last_day(document, "2026-11-21", jurisdiction) == expires


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (after("inactivity", months=12), ("expiry", "after")),
        (after("months", months=121), ("expiry", "months")),
        (after("months", months=-1), ("expiry", "months")),
        (after("days", days=-1), ("expiry", "days")),
        (after("days", months=1), ("expiry", "months")),
        (after("period_end", period="week", periods=1), ("expiry", "period")),
        ({**YEARS, "by_jurisdiction": {"Germany": LONGER}}, ("expiry", "by_jurisdiction")),
        ({**YEARS, "by_jurisdiction": {"DE": after("days", days=-1)}}, ("expiry",)),
        (
            {**YEARS, "by_jurisdiction": {f"US-{number}": LONGER for number in range(33)}},
            ("expiry", "by_jurisdiction"),
        ),
        (
            {**YEARS, "by_jurisdiction": {"DE": {**YEARS, "by_jurisdiction": {"FR": LONGER}}}},
            ("expiry",),
        ),
    ],
)
def test_what_no_lot_can_have_is_refused(document: Any, place: tuple[str, ...]) -> None:
    """Not by inactivity, which a ledger whose lots keep their day cannot do."""
    with pytest.raises(Refused) as refused:
        read_programme({**STARS, "expiry": document})
    assert refused.value.field[: len(place) + 1] == ("document", *place)


def test_no_jurisdiction_may_have_points_lapse_before_they_are_confirmed() -> None:
    """The wait of 14 days is checked against each."""
    short = {**YEARS, "by_jurisdiction": {"DE": after("days", days=13)}}
    with pytest.raises(Refused) as refused:
        read_programme({**STARS, "expiry": short, "confirmation": {"days": 14}})
    assert refused.value.field == ("document", "confirmation", "days")


@pytest.mark.parametrize("waits", [0, 14])
def test_a_lot_lasts_as_its_member_s_jurisdiction_says(waits: int) -> None:
    """At once, and where it has to be confirmed first; from the purchase's day in both."""
    house = House()
    expiry_ = {**YEARS, "by_jurisdiction": {"DE": LONGER}}
    document = {**STARS, "version": 2, "expiry": expiry_, "confirmation": {"days": waits}}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer"))
    for jurisdiction, expires in ((None, "2028-11-21"), ("FR", "2028-11-21"), ("DE", "2029-11-21")):
        given = {} if jurisdiction is None else {"jurisdiction": jurisdiction}
        member = house.done(OPERATOR, "enrolMember", house.input(**given))["member"]["id"]
        earn = house.earned(member, 10)
        if waits:
            assert house.available(member) == 0
            confirm = house.signed(GROCER, "confirm", house.input(earnId=earn))
            house.done(GROCER, "confirmTransaction", confirm)
        (lot,) = house.wallet(member)["lots"]
        assert (lot["expires"], lot["points"]) == (expires, 10)
