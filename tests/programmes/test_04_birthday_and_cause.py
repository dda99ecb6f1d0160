"""Row 4: one birthday reward a year, and points given to a charity."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from threading import Lock
from time import sleep
from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import OPERATOR, as_member, gid, verified
from tests.programmes.shop import Shop

PARLOUR, FUND = PartnerActor("parlour"), PartnerActor("reef-fund")


@pytest.fixture
def shop() -> Shop:
    return Shop("04_birthday_and_cause.json")


def on(shop: Shop, day: str) -> None:
    """It is noon of that day."""
    shop.clock = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def born(shop: Shop, day: str) -> str:
    """A member with that date of birth."""
    return str(shop.done(OPERATOR, "enrolMember", shop.input(born=day))["member"]["id"])


def visit(shop: Shop, member: str, **members: object) -> Any:
    """A signed input of `recordEvent`."""
    return shop.signed(PARLOUR, "earn", shop.input(memberId=member, event="visit", **members))


def sundae(shop: Shop, member: str, **members: object) -> str | None:
    """Why a visit gives no sundae; None: it gives one."""
    answer = shop.done(PARLOUR, "recordEvent", visit(shop, member, **members))
    return shop.why_not(answer).get("birthday-visit")


def cone(shop: Shop, member: str) -> str | None:
    """Why a member gets no cone; None: it gets one."""
    asked = shop.wants(member, "cone")
    answer = shop.send(as_member(member), "redeemReward", asked).data["redeemReward"]
    codes = [error["code"] for error in answer["userErrors"]]
    assert bool(codes) != bool(answer["voucher"])
    return codes[0] if codes else None


def test_there_is_one_birthday_reward_a_year(shop: Shop) -> None:
    """Born on 24 November: from the 21st to the 27th a cone is had, once; next year another."""
    member = born(shop, "1990-11-24")
    on(shop, "2026-11-20")
    assert cone(shop, member) == "NOT_ELIGIBLE"
    on(shop, "2026-11-21")
    assert [cone(shop, member), cone(shop, member)] == [None, "LIMIT_EXCEEDED"]
    on(shop, "2026-11-24")
    # A sundae is another reward of the same birthday.
    assert sundae(shop, member) == "LIMIT_EXCEEDED"
    on(shop, "2027-11-28")
    assert cone(shop, member) == "NOT_ELIGIBLE"
    on(shop, "2027-11-27")
    assert cone(shop, member) is None
    verified(shop.store)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2027-02-27", "NOT_ELIGIBLE"),
        ("2027-02-28", None),
        ("2027-03-01", "NOT_ELIGIBLE"),
        ("2028-02-28", "NOT_ELIGIBLE"),
        ("2028-02-29", None),
        ("2028-03-01", "NOT_ELIGIBLE"),
    ],
)
def test_born_on_29_february(shop: Shop, day: str, code: str | None) -> None:
    """The birthday is 28 February in common years, and 29 February in leap years."""
    member = born(shop, "2000-02-29")
    on(shop, day)
    assert sundae(shop, member) == code


def test_a_birthday_near_new_year_is_of_its_own_year(shop: Shop) -> None:
    """Born on 1 January: taken on 30 December, it is not to be had on 2 January again."""
    member = born(shop, "1990-01-01")
    on(shop, "2026-12-30")
    assert cone(shop, member) is None
    on(shop, "2027-01-02")
    assert cone(shop, member) == "LIMIT_EXCEEDED"
    on(shop, "2027-12-29")
    assert cone(shop, member) is None


def test_who_was_enrolled_twice_has_one_birthday_reward(shop: Shop) -> None:
    """What either had before they were merged counts, and next year there is another."""
    shop.keyed(OPERATOR)
    one, other = born(shop, "1990-11-21"), born(shop, "1990-11-21")
    assert cone(shop, one) is None
    asked = shop.input(fromMemberId=one, intoMemberId=other, reason="enrolled twice")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", asked))
    assert (cone(shop, other), sundae(shop, other)) == ("LIMIT_EXCEEDED", "LIMIT_EXCEEDED")
    on(shop, "2027-11-21")
    assert (cone(shop, other), cone(shop, other)) == (None, "LIMIT_EXCEEDED")


def test_another_birth_date_is_no_second_reward(shop: Shop) -> None:
    """Neither a later one of the same year, nor an earlier one; the next year has its own."""
    member = born(shop, "1990-11-21")
    assert sundae(shop, member) is None
    for day in ("1990-12-24", "1990-11-22"):
        changed = shop.input(memberId=member, born=day)
        shop.done(OPERATOR, "setProfile", changed)
        on(shop, day.replace("1990", "2026"))
        assert (sundae(shop, member), cone(shop, member)) == ("LIMIT_EXCEEDED", "LIMIT_EXCEEDED")
    on(shop, "2027-11-22")
    assert sundae(shop, member) is None


def test_who_does_not_say_when_has_no_birthday(shop: Shop) -> None:
    """The visit is taken, and the rule says why it gives nothing."""
    member = shop.enrolled()
    assert sundae(shop, member) == "NOT_ELIGIBLE"
    asked = shop.wants(member, "cone")
    refusal = shop.refused(as_member(member), "redeemReward", asked)
    assert refusal.message == "the member's date of birth is not known"


def test_the_day_of_birth_is_no_birthday(shop: Shop) -> None:
    """A birthday comes a year later."""
    assert sundae(shop, born(shop, "2026-11-21")) == "NOT_ELIGIBLE"


def test_a_visit_that_is_told_late_is_of_its_own_day(shop: Shop) -> None:
    """The till was not connected on the birthday."""
    member = born(shop, "1990-11-21")
    on(shop, "2026-11-26")
    assert sundae(shop, member, occurredAt="2026-11-21T23:59:59.999Z") is None
    assert sundae(shop, member, occurredAt="2026-11-21T12:00:00.000Z") == "LIMIT_EXCEEDED"


def test_a_birthday_reward_is_not_held(shop: Shop) -> None:
    """It is free: there are no points to set aside."""
    asked = {**shop.wants(born(shop, "1990-11-21"), "cone"), "orderReference": "order 1"}
    refusal = shop.refused(as_member(asked["memberId"]), "holdReward", asked)
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["rewardId"])


def test_sixteen_requests_at_once_have_one_reward(shop: Shop) -> None:
    """Eight at the till and eight in the app, of whatever order: one gets it."""
    member = born(shop, "1990-11-21")
    lock, random = Lock(), Random(9)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    shop.coalition = replace(shop.coalition, sleep=sleep, random_bytes=bits)
    ways = [lambda: sundae(shop, member), lambda: cone(shop, member)] * 8
    with ThreadPoolExecutor(16) as pool:
        found = Counter(pool.map(lambda way: way(), ways))
    assert found == {None: 1, "LIMIT_EXCEEDED": 15}
    verified(shop.store)


@pytest.fixture
def giver(shop: Shop) -> str:
    """Who has 320 points."""
    member = shop.enrolled()
    shop.buys(member, 3_200, "parlour")
    return member


def gift(shop: Shop, points: int, cause: str = "reefs") -> dict[str, Any]:
    programme = gid("Programme", "scoops")
    return shop.input(programmeId=programme, causeId=cause, points=points)


def test_a_hundred_points_are_a_dollar_for_the_charity(shop: Shop, giver: str) -> None:
    """The member has 100 less, the charity burned them and is owed $1.00."""
    sent = gift(shop, 100)
    first = shop.done(as_member(giver), "donatePoints", sent)
    assert first["owed"] == {"minor": 100, "currency": "USD"}
    assert shop.has(giver) == 220
    totals = verified(shop.store).totals
    assert totals["partner:reef-fund:burned", "SCOOPS"] == 100
    assert shop.done(as_member(giver), "donatePoints", sent) == first
    assert shop.has(giver) == 220


def test_what_is_owed_is_rounded_once_as_the_price_says(shop: Shop, giver: str) -> None:
    """At 0.9 cents a point for 50 points: 45 cents; at 0.333 cents: 16.65, to the nearest 17.

    An older gift stays at its own price.
    """
    member = as_member(giver)
    old = gift(shop, 50)
    shop.done(member, "donatePoints", old)
    prices = [(9, 10, "floor", 45), (333, 1_000, "half_up", 17), (333, 1_000, "floor", 16)]
    for number, (minor, per_points, rounding, cents) in enumerate(prices):
        price = {"money": "USD", "minor": minor, "per_points": per_points, "rounding": rounding}
        document = {**shop.document, "version": number + 2, "price": price}
        shop.publishes(document, "parlour", "reef-fund")
        owed = shop.done(member, "donatePoints", gift(shop, 50))["owed"]
        assert owed == {"minor": cents, "currency": "USD"}
    assert shop.done(member, "donatePoints", old)["owed"]["minor"] == 50
    verified(shop.store)


@pytest.mark.parametrize(
    ("points", "cause", "code", "field"),
    [
        (51, "reefs", "INVALID_INPUT", "points"),
        (0, "reefs", "INVALID_INPUT", "points"),
        (-50, "reefs", "INVALID_INPUT", "points"),
        (50, "bees", "INVALID_INPUT", "points"),
        (200, "bees", "LIMIT_EXCEEDED", "points"),
        (350, "reefs", "INSUFFICIENT_POINTS", "points"),
        (50, "whales", "NOT_FOUND", "causeId"),
    ],
)
def test_what_cannot_be_given_is_refused(
    shop: Shop, giver: str, points: int, cause: str, code: str, field: str
) -> None:
    """No fraction of a step, no more than at most, nor than there is, nor to nobody."""
    refusal = shop.refused(as_member(giver), "donatePoints", gift(shop, points, cause))
    assert (refusal.code, refusal.field) == (code, [field])
    assert shop.has(giver) == 320


def test_members_alone_give_their_points(shop: Shop, giver: str) -> None:
    """No partner does, nor the charity, nor an operator; who has none cannot."""
    for actor in (PARLOUR, FUND, OPERATOR):
        assert shop.refused(actor, "donatePoints", gift(shop, 50)).code == "NOT_PERMITTED"
    poor = as_member(shop.enrolled())
    assert shop.refused(poor, "donatePoints", gift(shop, 50)).code == "INSUFFICIENT_POINTS"
    assert shop.has(giver) == 320


def test_a_charity_that_left_is_given_nothing(shop: Shop, giver: str) -> None:
    """The points stay with the member."""
    shop.later(minutes=1)
    shop.leave("reef-fund")
    shop.later(minutes=1)
    refusal = shop.refused(as_member(giver), "donatePoints", gift(shop, 50))
    assert refusal.code == "NOT_ELIGIBLE"


def test_a_charity_signs_the_programme(shop: Shop) -> None:
    """Nobody's account burns points of a programme that it did not sign."""
    asked = shop.programme({**shop.document, "version": 2}, "parlour")
    refusal = shop.refused(OPERATOR, "publishProgramme", asked)
    assert refusal.code == "SIGNATURE_REQUIRED"
    assert "reef-fund" in refusal.message


CAUSE = {"id": "reefs", "name": "Coral reefs", "partner": "reef-fund", "step": 50}


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"price": None}, ["price"]),
        ({"causes": [CAUSE, CAUSE]}, ["causes", "1", "id"]),
        ({"causes": [{**CAUSE, "at_most": 120}]}, ["causes", "0", "at_most"]),
        ({"causes": [{**CAUSE, "step": 0}]}, ["causes", "0", "step"]),
        ({"causes": [{**CAUSE, "name": "Re\u200befs"}]}, ["causes", "0", "name"]),
        ({"price": {"money": "USD", "minor": 1, "per_points": 1}}, ["price"]),
    ],
)
def test_a_cause_that_could_not_be_meant_is_refused(
    shop: Shop, members: dict[str, Any], path: list[str]
) -> None:
    """At publication, with the path."""
    changed = {**shop.document, "version": 2, **members}
    document = {name: value for name, value in changed.items() if value is not None}
    refusal = shop.refused(
        OPERATOR, "publishProgramme", shop.programme(document, "parlour", "reef-fund")
    )
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["document", *path])
