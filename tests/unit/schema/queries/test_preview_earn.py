"""`previewEarn`: what a purchase would give, for whoever may know; nothing is written."""

import json
from typing import Any

import pytest

from ledger.canonical import MAX_INTEGER, canonical
from ledger.names import digest
from loyalty.actors import Actor
from loyalty.ports import WalletRow
from tests.coalition import FLORIST, FUEL, GROCER, OPERATOR, STARS, House, as_member, contents, gid
from tests.results import DECISIONS, EXPLAINED

QUERY = f"""query ($input: PreviewEarnInput!) {{ previewEarn(input: $input) {{
    {DECISIONS.replace("explanation", "decisions")} userErrors {{ code field message }} }} }}"""


def preview(house: House, actor: Actor, minor: int = 1_250, **members: object) -> Any:
    """The payload; asking changes nothing."""
    before = contents(house.store)
    input_ = {
        "partnerId": gid("Partner", "grocer"),
        "amount": {"minor": minor, "currency": "USD"},
        **members,
    }
    found = house.ask(actor, QUERY, input=input_)["previewEarn"]
    assert contents(house.store) == before
    return found


@pytest.mark.parametrize("who", ["partner", "operator", "member"])
def test_a_preview_says_what_a_purchase_then_gives(house: House, who: str) -> None:
    """$12.50 would give 12; then they do, for the same reasons."""
    house.results = EXPLAINED
    member = house.enrolled()
    actor = {"partner": GROCER, "operator": OPERATOR, "member": as_member(member)}[who]
    (decision,) = preview(house, actor)["decisions"]
    assert (decision["points"], decision["currency"]) == (12, "STARS")
    assert decision["expires"] == "2027-11-30"
    assert decision["rules"] == [{"ruleId": "base", "points": 12, "code": None, "message": None}]
    answer = house.done(GROCER, "recordPurchase", house.purchase(member, 1_250))
    assert answer["explanation"] == [decision]


def test_a_rule_that_gives_nothing_says_why(house: House) -> None:
    """99 cents at a point a dollar."""
    (decision,) = preview(house, GROCER, 99)["decisions"]
    assert decision["points"] == 0
    assert decision["rules"][0]["code"] == "ROUNDS_TO_NOTHING"


def test_a_request_that_is_answered_again_is_not_explained_again(house: House) -> None:
    """Its award stands; rules may have changed since."""
    house.results = EXPLAINED
    paid = house.purchase(house.enrolled(), 1_250)
    first = house.done(GROCER, "recordPurchase", paid)
    again = house.done(GROCER, "recordPurchase", paid)
    assert first["explanation"] is not None
    assert again["explanation"] is None
    assert again["points"] == first["points"] == 12


def test_a_partner_asks_for_its_own_till_alone(house: House) -> None:
    """Another's rules are its own business; florist takes part in no programme."""
    (error,) = preview(house, FUEL)["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_PERMITTED", ["partnerId"])
    assert preview(house, FLORIST, partnerId=gid("Partner", "florist"))["decisions"] == []


@pytest.mark.parametrize(
    ("members", "code", "field"),
    [
        ({"partnerId": gid("Partner", "nobody")}, "NOT_FOUND", ["partnerId"]),
        ({"amount": {"minor": 0, "currency": "USD"}}, "INVALID_INPUT", ["amount", "minor"]),
        ({"amount": {"minor": 5, "currency": "usd"}}, "INVALID_INPUT", ["amount", "currency"]),
        ({"channel": "a web shop"}, "INVALID_INPUT", ["channel"]),
        ({"tender": "c" * 65}, "INVALID_INPUT", ["tender"]),
        ({"lines": [{"sku": "", "category": "food", "minor": 1}]}, "INVALID_INPUT", None),
        ({"lines": [{"sku": "a1", "category": "f", "minor": -1}]}, "INVALID_INPUT", None),
        (
            {"lines": [{"sku": "a1", "category": "f", "minor": 1, "quantity": 0}]},
            "INVALID_INPUT",
            None,
        ),
        ({"lines": [{"sku": "a1", "category": "f", "minor": 700}] * 2}, "INVALID_INPUT", ["lines"]),
        ({"lines": [{"sku": "a1", "category": "f", "minor": 0}] * 501}, "LIMIT_EXCEEDED", None),
    ],
)
def test_what_cannot_be_a_purchase_is_refused(
    house: House, members: Any, code: str, field: Any
) -> None:
    """With the place of the input that is wrong."""
    (error,) = preview(house, OPERATOR, **members)["userErrors"]
    assert error["code"] == code
    assert field is None or error["field"] == field


def test_lines_add_up_to_no_more_than_the_whole(house: House) -> None:
    """To the cent: 1,250 of 1,250 are taken."""
    lines = [{"sku": "a1", "category": "food", "minor": 625}] * 2
    assert preview(house, GROCER, lines=lines)["userErrors"] == []


def test_more_points_than_there_can_be_are_refused(house: House) -> None:
    """By a preview as by the purchase; no client gets a number that it cannot read."""
    base = STARS["earn"][0]  # type: ignore[index]
    lavish = {**STARS, "version": 2, "earn": [{**base, "points": MAX_INTEGER, "per_minor": 1}]}
    house.done(OPERATOR, "publishProgramme", house.programme(lavish, "fuel", "grocer"))
    (error,) = preview(house, GROCER, 2)["userErrors"]
    assert (error["code"], error["field"]) == ("LIMIT_EXCEEDED", ["amount"])
    refusal = house.refused(GROCER, "recordPurchase", house.purchase(house.enrolled(), 2))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["amount"])


def test_points_that_would_have_lapsed_are_not_promised(house: House) -> None:
    """Points for the month of the purchase alone, asked for a month later."""
    month = {"after": "month_end", "months": 0}
    short = {**STARS, "version": 2, "expiry": month}
    house.done(OPERATOR, "publishProgramme", house.programme(short, "fuel", "grocer"))
    at = house.later(hours=1)
    house.later(days=20)
    (decision,) = preview(house, GROCER, purchasedAt=at)["decisions"]
    assert decision["points"] == 0
    assert decision["rules"][0]["code"] == "LAPSED_ALREADY"
    house.results = EXPLAINED
    late = house.purchase(house.enrolled(), 1_250, purchasedAt=at)
    answer = house.done(GROCER, "recordPurchase", late)
    assert (answer["points"], answer["explanation"]) == (0, [decision])


def test_the_lines_that_decided_are_committed_to(house: House) -> None:
    """By a digest beside the entry: a dispute over products can be settled."""
    lines = [{"sku": "a1", "category": "food", "minor": 900}]
    paid = house.purchase(house.enrolled(), 1_250, lines=lines)
    house.done(GROCER, "recordPurchase", paid)
    (row,) = [each for each in house.store.ledger_rows() if isinstance(each, WalletRow)]
    detail = json.loads(row.detail[16:])
    assert detail["lines"] == digest(canonical([["a1", "food", 900, 1]]))
