"""What a programme version gives, in exact arithmetic."""

from datetime import date
from typing import Any

import pytest

from ledger.canonical import MAX_INTEGER
from loyalty.programmes import PointsPerAmount, Programme, award, programme_of, read_programme
from tests.coalition import STARS


def rule(points: int, per_minor: int, rounding: Any) -> PointsPerAmount:
    return PointsPerAmount("r", ("grocer",), "USD", points, per_minor, rounding)


@pytest.mark.parametrize(
    ("amount", "floor", "half_up"),
    [(99, 0, 1), (49, 0, 0), (50, 0, 1), (100, 1, 1), (149, 1, 1), (150, 1, 2), (740, 7, 7)],
)
def test_rounding_is_named(amount: int, floor: int, half_up: int) -> None:
    """A point a dollar: down, or to the nearest with halves up."""
    assert rule(1, 100, "floor").award(amount) == floor
    assert rule(1, 100, "half_up").award(amount) == half_up


@pytest.mark.parametrize(("amount", "points"), [(1, 0), (2, 1), (3, 1), (4, 1), (5, 2)])
def test_an_odd_divisor_has_no_half(amount: int, points: int) -> None:
    """A point for 3: thirds round to the nearest."""
    assert rule(1, 3, "half_up").award(amount) == points


def test_no_digit_is_lost_in_large_amounts() -> None:
    """Products past 2^53 are exact."""
    assert rule(3, 2, "floor").award(MAX_INTEGER) == 3 * MAX_INTEGER // 2


def programme(**changes: Any) -> Programme:
    return read_programme({**STARS, **changes})[0]


@pytest.mark.parametrize(
    ("months", "day", "expires"),
    [
        (0, "2026-11-21", "2026-11-30"),
        (1, "2026-12-31", "2027-01-31"),
        (3, "2027-11-30", "2028-02-29"),
        (12, "2026-11-01", "2027-11-30"),
        (120, "2026-02-28", "2036-02-29"),
    ],
)
def test_points_last_to_the_end_of_a_month(months: int, day: str, expires: str) -> None:
    """The month that lies so many after the purchase's, leap years included."""
    version = programme(expiry={"after": "month_end", "months": months})
    assert version.expires(date.fromisoformat(day)) == expires


def test_some_points_never_lapse() -> None:
    """Where the programme says so."""
    assert programme(expiry={"after": "never"}).expires(date(2026, 11, 21)) == "never"


def test_all_matching_rules_add_up() -> None:
    """Two rules of one partner and money give both; others give nothing."""
    earn = STARS["earn"][0]  # type: ignore[index]
    version = programme(earn=[earn, {**earn, "id": "more"}, {**earn, "id": "euro", "money": "EUR"}])
    given = award(version, "digest", "grocer", "USD", 500, date(2026, 11, 21))  # type: ignore
    assert (given.points, given.matched) == (10, ("base", "more"))
    other = award(version, "digest", "florist", "USD", 500, date(2026, 11, 21))  # type: ignore
    assert (other.points, other.matched) == (0, ())


def test_what_is_read_again_is_the_same() -> None:
    """A version is kept as the text that its digest is of."""
    version, text, _ = read_programme(STARS)
    assert programme_of(text) == version
    assert version.partners() == {"fuel", "grocer"}
