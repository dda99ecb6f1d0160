"""What a version changes for members is said in words that they could read."""

from typing import Any

import pytest

from loyalty.programmes import read_programme
from loyalty.versions_compared import Compared, compared
from tests.coalition import STARS

BASE: Any = STARS["earn"][0]  # type: ignore[index]
COFFEE, WASH = STARS["rewards"]  # type: ignore[misc]
DOUBLE = {
    "effect": "multiplier",
    "id": "double",
    "partners": ["grocer"],
    "money": "USD",
    "percent": 200,
    "rounding": "floor",
}


def change(old: dict[str, Any], new: dict[str, Any]) -> Compared:
    first = read_programme({**STARS, **old})
    return compared(first, read_programme({**STARS, "version": 2, **new}))


def months(number: int) -> dict[str, Any]:
    return {"after": "months", "months": number}


@pytest.mark.parametrize(
    ("old", "new", "turn", "text"),
    [
        (
            {},
            {"earn": [BASE, DOUBLE]},
            "BETTER",
            "the rule double is new, at grocer: multiplier, money USD, percent 200, rounding floor",
        ),
        (
            {"earn": [BASE, DOUBLE]},
            {},
            "WORSE",
            "the rule double ends, at grocer: multiplier, money USD, percent 200, rounding floor",
        ),
        ({}, {"earn": [{**BASE, "points": 2}]}, "BETTER", "the rule base: points was 1, and is 2"),
        (
            {},
            {"earn": [{**BASE, "per_minor": 200}]},
            "WORSE",
            "the rule base: per_minor was 100, and is 200",
        ),
        (
            {},
            {"earn": [{**BASE, "at_most": 50}]},
            "WORSE",
            "the rule base: at_most was nothing, and is 50",
        ),
        (
            {"earn": [{**BASE, "at_most": 50}]},
            {},
            "BETTER",
            "the rule base: at_most was 50, and is nothing",
        ),
        (
            {},
            {"earn": [{**BASE, "partners": ["grocer"]}]},
            "WORSE",
            "the rule base: partners was fuel, grocer, and is grocer",
        ),
        (
            {},
            {"earn": [{**BASE, "guard": "line_count > 1"}]},
            "OTHER",
            "the rule base: guard was nothing, and is line_count > 1",
        ),
        (
            {"earn": [BASE, DOUBLE]},
            {"earn": [DOUBLE, BASE]},
            "OTHER",
            "earn stand in another order, which decides between equals of one group",
        ),
        (
            {},
            {"rewards": [{**COFFEE, "points": 60}, WASH]},
            "WORSE",
            "A coffee is dearer: 60 points, not 50",
        ),
        (
            {},
            {"rewards": [{**COFFEE, "points": 40}, WASH]},
            "BETTER",
            "A coffee is cheaper: 40 points, not 50",
        ),
        (
            {},
            {"rewards": [{**COFFEE, "stock": 9}, WASH]},
            "WORSE",
            "A coffee: stock was nothing, and is 9",
        ),
        (
            {},
            {"rewards": [WASH]},
            "WORSE",
            "A coffee cannot be had any more, for 50 points at grocer",
        ),
        ({"rewards": [WASH]}, {}, "BETTER", "A coffee can be had, for 50 points at grocer"),
        ({}, {"name": "Suns"}, "OTHER", "name was Stars, and is Suns"),
        (
            {},
            {"confirmation": {"days": 14}},
            "WORSE",
            "points wait 14 days before they can be spent, and waited 0",
        ),
        (
            {"expiry": months(12)},
            {"expiry": months(6)},
            "WORSE",
            "points lapse sooner: those of 2027-01-01 after 2027-07-01, not 2028-01-01",
        ),
        (
            {"expiry": months(12)},
            {"expiry": {"after": "never"}},
            "BETTER",
            "points lapse later: those of 2027-01-01 after never, not 2028-01-01",
        ),
        (
            {"expiry": months(1)},
            {"expiry": {"after": "days", "days": 30}},
            "OTHER",
            "some points lapse sooner, and some later: those of 2027-01-01 after 2027-01-31, "
            "not 2027-02-01",
        ),
        (
            {"expiry": {**months(12), "by_jurisdiction": {"DE": months(36)}}},
            {"expiry": months(12)},
            "WORSE",
            "points lapse sooner: those of 2027-01-01 of who lives in DE after 2028-01-01, "
            "not 2030-01-01",
        ),
        (
            {"expiry": {"after": "month_end", "months": 3}},
            {"expiry": {"after": "period_end", "period": "month", "periods": 3}},
            "OTHER",
            "expiry is written otherwise, and comes to the same",
        ),
    ],
)
def test_one_change_is_one_sentence(
    old: dict[str, Any], new: dict[str, Any], turn: str, text: str
) -> None:
    """With its turn for members, where the change by itself tells."""
    (found,) = change(old, new).changes
    assert (found.turn.value, found.text) == (turn, text)


def test_who_must_sign_is_said() -> None:
    """All whom the new version binds: who joins, and who is bound no more."""
    found = change({}, {"earn": [{**BASE, "partners": ["florist", "grocer"]}], "rewards": [COFFEE]})
    assert found[1:] == (("florist", "grocer"), ("florist",), ("fuel",))


def test_a_new_number_alone_changes_nothing() -> None:
    """Nor does the order of members, or how the file is laid out."""
    assert change({}, dict(reversed(STARS.items()), version=2)).changes == ()
