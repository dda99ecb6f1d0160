"""What a programme version gives, in exact arithmetic."""

from datetime import date
from typing import Any

import pytest

from ledger.canonical import MAX_INTEGER
from ledger.names import At
from loyalty.programmes import Programme, read_programme, version_of
from loyalty.refusals import Code, Refused
from loyalty.rules.orders import Order
from tests.coalition import STARS

AT = At("2026-11-21T12:00:00.000Z")
EARN: Any = STARS["earn"][0]  # type: ignore[index]


def award(points: int, per_minor: int, rounding: str, amount: int) -> int:
    """What one rule gives for an amount."""
    earn = {**EARN, "points": points, "per_minor": per_minor, "rounding": rounding}
    return read_programme({**STARS, "earn": [earn]}).award(order(amount)).points


def order(amount: int, **more: Any) -> Order:
    return Order(**{"partner": "grocer", "money": "USD", "at": AT, "amount_minor": amount, **more})


@pytest.mark.parametrize(
    ("amount", "floor", "half_up"),
    [(99, 0, 1), (49, 0, 0), (50, 0, 1), (100, 1, 1), (149, 1, 1), (150, 1, 2), (740, 7, 7)],
)
def test_rounding_is_named(amount: int, floor: int, half_up: int) -> None:
    """A point a dollar: down, or to the nearest with halves up."""
    assert award(1, 100, "floor", amount) == floor
    assert award(1, 100, "half_up", amount) == half_up


@pytest.mark.parametrize(("amount", "points"), [(1, 0), (2, 1), (3, 1), (4, 1), (5, 2)])
def test_an_odd_divisor_has_no_half(amount: int, points: int) -> None:
    """A point for 3: thirds round to the nearest."""
    assert award(1, 3, "half_up", amount) == points


def test_no_digit_is_lost_in_large_amounts() -> None:
    """Products past 2^53 are exact."""
    assert award(3, 2, "floor", MAX_INTEGER) == 3 * MAX_INTEGER // 2


def programme(**changes: Any) -> Programme:
    return read_programme({**STARS, **changes}).programme


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
    more = [EARN, {**EARN, "id": "more"}, {**EARN, "id": "euro", "money": "EUR"}]
    version = read_programme({**STARS, "earn": more})
    given = version.award(order(500))
    assert (given.points, [each.rule for each in given.outcomes]) == (10, ["base", "more"])
    assert version.award(order(500, partner="florist")).outcomes == ()


def test_what_is_read_again_is_the_same() -> None:
    """A version is kept as the text that its digest is of."""
    version = read_programme(STARS)
    again = version_of(version.text)
    assert (again.rule, again.text, again.programme) == version[:3]
    assert version.programme.partners() == {"fuel", "grocer"}


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ({"condition": "weather", "any_of": ["rain"]}, "condition"),
        ({"condition": "channel", "any_of": []}, "any_of"),
        ({"condition": "channel", "any_of": ["web"], "only": True}, "only"),
        ({"condition": "minimum", "minor": 0}, "minor"),
        ({"condition": "products"}, ""),
        ({"condition": "period", "since": AT, "until": AT}, ""),
        ({"condition": "period", "since": AT, "until": "2026-02-30T00:00:00.000Z"}, ""),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused_with_its_place(
    condition: dict[str, Any], path: str
) -> None:
    """Nothing is published that no order, or every order, would meet by mistake."""
    with pytest.raises(Refused) as refused:
        read_programme({**STARS, "earn": [{**EARN, "when": [condition]}]})
    place = ("document", "earn", "0", "when", "0", *filter(None, [path]))
    assert (refused.value.code, refused.value.field) == (Code.INVALID_INPUT, place)


DOUBLE = {"effect": "multiplier", "percent": 200, "id": "twice", "rounding": "floor"}


@pytest.mark.parametrize(
    ("more", "member"),
    [
        ({"best_of": "offer"}, "best_of"),
        ({"when": [{"condition": "products", "categories": ["food"]}]}, "when"),
    ],
)
def test_a_multiplier_that_would_not_do_what_it_says_is_refused(more: Any, member: str) -> None:
    """One cent of food would double a basket; a best of two kinds would give both."""
    double = {**DOUBLE, "partners": ["grocer"], "money": "USD", **more}
    with pytest.raises(Refused) as refused:
        read_programme({**STARS, "earn": [{**EARN, "best_of": "offer"}, double]})
    assert refused.value.field == ("document", "earn", "1", member)


def test_who_only_sends_a_document_pays_for_no_index() -> None:
    """Reading one is cheap, however many words its rules name; the index comes with the first
    order.
    """
    words = [f"w{number}" for number in range(256)]
    condition = {"condition": "store", "any_of": words}
    partners = [f"partner-{number}" for number in range(64)]
    version = read_programme(
        {**STARS, "earn": [{**EARN, "partners": partners, "when": [condition]}]}
    )
    assert "_index" not in vars(version.rules)
    assert version.award(order(500, partner="partner-7", store="w9")).points == 5
    assert "_index" in vars(version.rules)


@pytest.mark.parametrize(("months", "days"), [(0, 0), (1, 28), (2, 59), (3, 89), (4, 120)])
def test_points_are_confirmed_before_they_lapse(months: int, days: int) -> None:
    """The shortest months decide: 31 January and a month is 28 February."""
    expiry = {"after": "month_end", "months": months}
    programme(expiry=expiry, confirmation={"days": days})
    if days < 120:
        with pytest.raises(Refused, match="before they are confirmed on") as caught:
            programme(expiry=expiry, confirmation={"days": days + 1})
        assert caught.value.field == ("document", "confirmation", "days")


@pytest.mark.parametrize("days", [-1, 121, 1.5, "14", None, True])
def test_a_confirmation_takes_0_to_120_days(days: object) -> None:
    """As a whole number."""
    with pytest.raises(Refused) as caught:
        programme(confirmation={"days": days})
    assert caught.value.field[:2] == ("document", "confirmation")


def test_days_of_confirmation_count_over_months_and_leap_days() -> None:
    """Fourteen days from 20 February 2028 end on 5 March."""
    version = programme(confirmation={"days": 14})
    assert version.confirmed_on(date(2028, 2, 20)) == "2028-03-05"
    assert programme().confirmed_on(date(2028, 2, 20)) == "2028-02-20"
