"""`recordPurchase` of an earlier time, as a till sends it that was offline."""

import pytest

from tests.coalition import FUEL, GROCER, OPERATOR, STARS, House, verified
from tests.unit.schema.mutations.purchases import issued, record


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-21T12:00:00.001Z",
        "2026-09-22T11:59:59.999Z",
        "2026-11-21",
        "2026-11-21T11:00:00Z",
        "2026-11-21T11:00:00.000+00:00",
        "2026-02-30T11:00:00.000Z",
        "2026-11-21t11:00:00.000z",
        "٢٠٢٦-11-21T11:00:00.000Z",
        "",
        "yesterday",
    ],
)
def test_a_time_to_come_long_past_or_malformed_is_refused(house: House, at: str) -> None:
    """A purchase was made at most 60 days ago, in the one form that moments have."""
    paid = house.purchase(house.enrolled(), 500, purchasedAt=at)
    refusal = house.refused(GROCER, "recordPurchase", paid)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["purchasedAt"])


@pytest.mark.parametrize("at", ["2026-11-21T12:00:00.000Z", "2026-09-22T12:00:00.000Z"])
def test_now_and_sixty_days_ago_are_taken(house: House, at: str) -> None:
    """Both ends of the 60 days are in."""
    record(house, house.enrolled(), 500, purchasedAt=at)


def test_a_late_request_sent_again_is_answered_though_it_is_too_old_by_then(house: House) -> None:
    """What was done is answered again, even where it could not be done any more."""
    paid = house.purchase(house.enrolled(), 500, purchasedAt="2026-11-21T11:00:00.000Z")
    first = house.done(GROCER, "recordPurchase", paid)
    house.later(days=100)
    assert house.done(GROCER, "recordPurchase", paid) == first


def test_a_late_purchase_earns_by_the_version_of_its_day(house: House) -> None:
    """A new version counts from its day on, for purchases of that day on."""
    house.later(hours=1)
    earning = {**STARS["earn"][0], "points": 3}  # type: ignore[index]
    newer = {**STARS, "version": 2, "earn": [earning]}
    house.done(OPERATOR, "publishProgramme", house.programme(newer, "fuel", "grocer"))
    house.later(hours=1)
    member = house.enrolled()
    at = ["2026-11-21T12:59:59.999Z", "2026-11-21T13:00:00.000Z", None]
    assert [record(house, member, 1000, purchasedAt=each)["points"] for each in at] == [10, 30, 30]
    verified(house.store)


def test_before_the_first_version_nothing_is_earned(house: House) -> None:
    """A purchase from before the programme earns nothing by it."""
    late = record(house, house.enrolled(), 1000, purchasedAt="2026-11-21T11:59:59.999Z")
    assert late["points"] == 0


def test_who_is_not_in_the_newest_version_earns_nothing_by_an_older_one(house: House) -> None:
    """Grocer leaves the programme with its second version, and earns nothing from then on."""
    earning = {**STARS["earn"][0], "partners": ["fuel"]}  # type: ignore[index]
    newer = {**STARS, "version": 2, "earn": [earning], "rewards": []}
    house.later(hours=1)
    house.done(OPERATOR, "publishProgramme", house.programme(newer, "fuel"))
    house.later(hours=1)
    member = house.enrolled()
    assert record(house, member, 1000)["points"] == 0
    assert record(house, member, 1000, purchasedAt="2026-11-21T12:30:00.000Z")["points"] == 10
    assert issued(record(house, member, 1000, FUEL)) == {"STARS": 10, "LITRES": 20}


def test_points_that_would_have_lapsed_by_now_are_not_given(house: House) -> None:
    """Where points last to the end of their month, a purchase of last month earns none now."""
    short = {**STARS, "id": "short", "expiry": {"after": "month_end", "months": 0}}
    house.done(OPERATOR, "publishProgramme", house.programme(short, "fuel", "grocer"))
    house.later(days=10)
    result = record(house, house.enrolled(), 1000, purchasedAt="2026-11-30T23:59:59.999Z")
    assert result["points"] == 10
    assert len(result["transactions"]) == 1
    verified(house.store)
