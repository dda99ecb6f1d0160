"""When a birthday is near."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loyalty.birthdays import Birthday, birthday

BORN = st.dates(date(1900, 1, 1), date(2020, 12, 31))
REACH = st.builds(
    lambda before, after: Birthday(days_before=before, days_after=after),
    st.integers(0, 31),
    st.integers(0, 31),
)


@given(BORN, REACH, st.dates(date(2022, 1, 1), date(2060, 12, 31)))
def test_a_day_is_near_the_birthdays_that_lie_within_reach(
    born: date, reach: Birthday, day: date
) -> None:
    """Looked for day by day from each birthday, the same year is found."""
    years = {
        year
        for year in range(day.year - 2, day.year + 3)
        for past in range(-reach.days_before, reach.days_after + 1)
        if birthday(born, year) + timedelta(days=past) == day
    }
    found = reach.year(born, day)
    assert years == (set() if found is None else {found})


@given(BORN, st.integers(2021, 2100))
def test_each_year_has_one_birthday(born: date, year: int) -> None:
    """Of the same day and month, but of 29 February in a common year the 28th."""
    found = birthday(born, year)
    assert found.year == year
    same = (found.month, found.day) == (born.month, born.day)
    assert same or (born.month, born.day, found.month, found.day) == (2, 29, 2, 28)
