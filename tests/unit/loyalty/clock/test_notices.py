"""Which notice of a last day it is time for, and which comes next."""

import pytest

from ledger.names import Expires
from loyalty.clock.notices import current, upcoming

LAST = Expires("2027-01-31")
NOTICES = {30: 1, 7: 1}


@pytest.mark.parametrize(
    ("today", "now", "next_"),
    [
        ("2026-12-31", None, "2027-01-01"),
        ("2027-01-01", 30, "2027-01-24"),
        ("2027-01-23", 30, "2027-01-24"),
        ("2027-01-24", 7, None),
        ("2027-01-31", 7, None),
        ("2027-02-01", None, None),
    ],
)
def test_a_notice_is_current_from_its_day_until_the_next(
    today: str, now: int | None, next_: str | None
) -> None:
    """Through the last day, and not after it."""
    assert current(NOTICES, today, LAST) == now
    assert upcoming(NOTICES, today, LAST) == next_
