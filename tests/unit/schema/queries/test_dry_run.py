"""`dryRun`: what an unpublished programme would have given; for who writes programmes."""

from typing import Any

import pytest

from ledger.canonical import MAX_INTEGER
from loyalty.actors import Actor
from tests.coalition import GROCER, OPERATOR, STARS, House, as_member, contents

QUERY = """query ($input: DryRunInput!) { dryRun(input: $input) { orders earning points
    tiers { tierId members }
    rules { ruleId orders points misses { code orders } } userErrors { code field message } } }"""
ORDER = {
    "partner": "grocer",
    "amount": {"minor": 1_250, "currency": "USD"},
    "purchasedAt": "2025-11-21T12:00:00.000Z",
}


def tried(house: House, actor: Actor, orders: Any, document: Any = STARS) -> Any:
    """The payload; trying changes nothing."""
    before = contents(house.store)
    found = house.ask(actor, QUERY, input={"document": document, "orders": orders})["dryRun"]
    assert contents(house.store) == before
    return found


@pytest.mark.parametrize("actor", [OPERATOR, GROCER])
def test_orders_of_any_age_are_decided_rule_by_rule(house: House, actor: Actor) -> None:
    """Last year's $12.50 would have given 12; a florist's nothing."""
    found = tried(house, actor, [ORDER, {**ORDER, "partner": "florist"}])
    assert (found["orders"], found["earning"], found["points"]) == (2, 1, 12)
    misses = [{"code": "PARTNER_NOT_ELIGIBLE", "orders": 1}]
    assert found["rules"] == [{"ruleId": "base", "orders": 1, "points": 12, "misses": misses}]


def test_members_write_no_programmes(house: House) -> None:
    """They preview a purchase instead."""
    (error,) = tried(house, as_member(house.enrolled()), [ORDER])["userErrors"]
    assert error["code"] == "NOT_PERMITTED"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"partner": "The Grocer"}, ["partner"]),
        ({"amount": {"minor": -5, "currency": "USD"}}, ["amount", "minor"]),
        ({"purchasedAt": "yesterday"}, ["purchasedAt"]),
        ({"channel": "a b"}, ["channel"]),
        ({"member": "a b"}, ["member"]),
        ({"lines": [{"sku": "a", "category": "b", "minor": 2_000}]}, ["lines", "0", "minor"]),
    ],
)
def test_an_order_that_cannot_be_is_named(house: House, change: Any, field: list[str]) -> None:
    """By its number."""
    (error,) = tried(house, OPERATOR, [ORDER, {**ORDER, **change}])["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["orders", "1", *field])


def test_a_fault_of_the_document_has_its_place(house: House) -> None:
    """As if it were published."""
    (error,) = tried(house, OPERATOR, [], {**STARS, "tiers": []})["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["document", "tiers"])


def test_bounds_hold(house: House) -> None:
    """A thousand orders, and sums within 2^53 - 1."""
    assert tried(house, OPERATOR, [ORDER] * 1_000)["points"] == 12_000
    most = {**ORDER, "amount": {"minor": MAX_INTEGER, "currency": "USD"}}
    for orders in ([ORDER] * 1_001, [most] * 101):
        (error,) = tried(house, OPERATOR, orders)["userErrors"]
        assert (error["code"], error["field"]) == ("LIMIT_EXCEEDED", ["orders"])


def test_orders_of_a_member_are_remembered(house: House) -> None:
    """Two of 60 cents make a point and a tier, if one person bought both."""
    (base,) = STARS["earn"]
    visits = {"id": "visits", "count": "visits", "over": {"over": "ever"}}
    document = {
        **STARS,
        "measures": [visits],
        "tiers": {"measure": "visits", "levels": [{"id": "silver", "name": "Silver", "at": 2}]},
        "earn": [{**base, "rounding": "carry"}],
    }
    small = {**ORDER, "amount": {"minor": 60, "currency": "USD"}}
    for members, points, tiers in (
        (("ada", "ada"), 1, [{"tierId": "silver", "members": 1}]),
        (("ada", "ben"), 0, []),
        ((None, None), 0, []),
    ):
        orders = [{**small, "member": member} for member in members]
        found = tried(house, OPERATOR, orders, document)
        assert (found["points"], found["tiers"]) == (points, tiers)


def test_one_request_tries_one_programme(house: House) -> None:
    """Thirty aliases of one variable would take thirty times as long as a thousand orders may."""
    first, second = "first: dryRun(input: $input)", "second: dryRun(input: $input)"
    fields = "{ orders userErrors { code } }"
    input_ = {"document": STARS, "orders": [ORDER]}
    twice = f"query ($input: DryRunInput!) {{ {first} {fields} {second} {fields} }}"
    refused = house.execute(twice, GROCER, input=input_)
    assert (refused.data, refused.codes) == (None, ["COST_EXCEEDED"])
    once = f"query ($input: DryRunInput!) {{ {first} {fields} }}"
    assert house.ask(GROCER, once, input=input_)["first"] == {"orders": 1, "userErrors": []}
