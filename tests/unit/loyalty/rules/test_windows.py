"""Over which days something is counted: what it comes to on any day, and when that changes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.counts import day_number, day_of_number
from loyalty.rules.windows import (
    STREAK_MAX,
    AnyWindow,
    Calendar,
    Ever,
    Period,
    Rolling,
    Streak,
    first_day,
    next_first_day,
)

PERIODS: tuple[Period, ...] = ("day", "week", "month", "quarter", "year")
DAYS = st.integers(day_number("2023-12-01"), day_number("2029-03-31"))
WINDOWS = st.one_of(
    st.builds(lambda period: Calendar(period=period), st.sampled_from(PERIODS)),
    st.builds(lambda days: Rolling(days=days), st.integers(1, 400)),
    st.builds(lambda period: Streak(period=period), st.sampled_from(PERIODS)),
    st.just(Ever()),
)
ORDERS = st.lists(st.tuples(DAYS, st.integers(1, 1_000)), max_size=12)


def day(text: str) -> int:
    return day_number(text)


def sums_of(window: AnyWindow, orders: list[tuple[int, int]]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for at, amount in orders:
        place = window.place(at)
        sums[place] = sums.get(place, 0) + amount
    return sums


@pytest.mark.parametrize(
    ("period", "first", "next_"),
    [
        ("day", "2028-02-29", "2028-03-01"),
        ("week", "2028-02-28", "2028-03-06"),
        ("month", "2028-02-01", "2028-03-01"),
        ("quarter", "2028-01-01", "2028-04-01"),
        ("year", "2028-01-01", "2029-01-01"),
    ],
)
def test_a_leap_day_is_in_its_periods(period: Period, first: str, next_: str) -> None:
    """29 February 2028, a Tuesday."""
    leap = day("2028-02-29")
    assert day_of_number(first_day(period, leap)).isoformat() == first
    assert day_of_number(next_first_day(period, leap)).isoformat() == next_


@given(st.sampled_from(PERIODS), DAYS)
def test_periods_follow_one_another_without_a_gap(period: Period, at: int) -> None:
    """Every day is in one period, whose last day is the day before the next one's first."""
    first, after = first_day(period, at), next_first_day(period, at)
    assert first <= at < after
    assert first_day(period, after) == after
    assert first_day(period, after - 1) == first
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[period]
    assert after - first <= longest


def test_the_last_of_a_31_day_month_is_in_it() -> None:
    """And the next day is not."""
    month = Calendar(period="month")
    sums = sums_of(month, [(day("2026-01-31"), 5)])
    assert [month.total(sums, day(each)) for each in ("2026-01-31", "2026-02-01")] == [5, 0]


@given(st.integers(1, 400), ORDERS, DAYS)
def test_a_rolling_window_has_so_many_days(
    days: int, orders: list[tuple[int, int]], at: int
) -> None:
    """Exactly the orders of the last so many days, today's among them."""
    window = Rolling(days=days)
    expected = sum(amount for on, amount in orders if at - days < on <= at)
    assert window.total(sums_of(window, orders), at) == expected


def test_a_rolling_window_opens_and_shuts_on_its_days() -> None:
    """An order of day 100 is in the last seven days through day 106."""
    window, sums = Rolling(days=7), {100: 5}
    assert [window.total(sums, at) for at in (99, 100, 106, 107)] == [0, 5, 5, 0]
    assert list(window.turns(sums)) == [107]
    assert [window.oldest(at) for at in (106, 107)] == [100, 101]


def naive_streak(period: Period, orders: list[tuple[int, int]], at: int) -> int:
    """By walking back day by day."""
    have = {first_day(period, on) for on, _ in orders}
    at_, run = first_day(period, at), 0
    if at_ not in have:
        at_ = first_day(period, at_ - 1)
    while at_ in have:
        run, at_ = run + 1, first_day(period, at_ - 1)
    return run


@given(st.sampled_from(PERIODS), ORDERS, DAYS)
def test_a_streak_is_what_is_without_a_gap(
    period: Period, orders: list[tuple[int, int]], at: int
) -> None:
    """The current period may still be empty."""
    past = [each for each in orders if each[0] <= at]
    window = Streak(period=period)
    assert window.total(sums_of(window, past), at) == naive_streak(period, past, at)


@pytest.mark.parametrize(("at", "most"), [(100, 5), (101, 5), (102, 5), (103, 5), (104, 0)])
def test_each_of_the_days_of_grace_counts(at: int, most: int) -> None:
    """What was of day 100 alone is the best of it and of three days of grace."""
    assert Rolling(days=1).best({100: 5}, at, 3) == most


def test_a_streak_breaks_when_a_period_was_empty() -> None:
    """A day of its own can still come on the next day, not on the one after."""
    streak, sums = Streak(period="day"), {100: 1}
    assert [streak.total(sums, at) for at in (100, 101, 102)] == [1, 1, 0]
    assert list(streak.turns(sums)) == [102]


@pytest.mark.parametrize("at", [1_099, 1_100])
def test_a_streak_looks_back_so_far_and_keeps_what_it_needs(at: int) -> None:
    """The last day is 1,099: on the day after it the current one is empty so far."""
    streak, sums = Streak(period="day"), dict.fromkeys(range(1_000, 1_100), 1)
    kept = {place: each for place, each in sums.items() if place >= streak.oldest(at)}
    assert streak.total(sums, at) == streak.total(kept, at) == STREAK_MAX


@given(WINDOWS, ORDERS, DAYS, st.integers(0, 60))
def test_the_best_of_the_days_of_grace_is_the_best_of_each(
    window: AnyWindow, orders: list[tuple[int, int]], at: int, grace: int
) -> None:
    """Only some days are asked, and none is missed."""
    sums = sums_of(window, orders)
    each = [window.total(sums, at - before) for before in range(grace + 1)]
    assert window.best(sums, at, grace) == max(each)


@given(WINDOWS, ORDERS, DAYS)
def test_nothing_changes_between_turns(
    window: AnyWindow, orders: list[tuple[int, int]], at: int
) -> None:
    """From the last order on, what it comes to is the same until the next turn."""
    past = [each for each in orders if each[0] <= at]
    sums = sums_of(window, past)
    turn = min((each for each in window.turns(sums) if each > at), default=at + 800)
    last = min(turn, at + 800) - 1
    assert window.total(sums, last) == window.total(sums, at)


@given(WINDOWS, ORDERS, DAYS)
def test_what_is_too_old_to_be_kept_changes_nothing(
    window: AnyWindow, orders: list[tuple[int, int]], at: int
) -> None:
    """Sums before the oldest place that matters can be forgotten."""
    sums = sums_of(window, [each for each in orders if each[0] <= at])
    kept = {place: each for place, each in sums.items() if place >= window.oldest(at)}
    for later in (at, at + 1, at + 45):
        assert window.total(kept, later) == window.total(sums, later)


def test_days_are_numbered_from_1970() -> None:
    """A day's number in a row is short, and leads back to the day."""
    assert day("1970-01-01") == 0
    today = date(2026, 11, 22)
    assert day_of_number(day(today.isoformat())) == today
    assert day((today + timedelta(days=1)).isoformat()) - day(today.isoformat()) == 1
