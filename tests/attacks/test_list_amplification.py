"""Attack: a small document whose lists multiply."""

from typing import Any

import pytest

from tests.attacks.api import Api, codes
from tests.coalition import GROCER, OPERATOR, House, gid

pytestmark = pytest.mark.usefixtures("untouched")

PAGES = """query ($first: Int!) { adjustmentsWaiting(first: $first) { edges { node { member {
    wallets { transactions(first: $first) { edges { node { of { of { id } } } } } } } } } } }"""
NESTED = """query ($first: Int!) { adjustmentsWaiting(first: $first) { edges { node { member {
    wallets { transactions(first: 1) { edges { node { id } } } } } } } } }"""


@pytest.mark.parametrize("first", [15, 100, 2**31 - 1])
def test_page_of_pages_is_refused_before_it_runs(house: House, first: int) -> None:
    """However long it says that its pages are, it says so before a row is read."""
    answer = Api(house).post(OPERATOR, query=PAGES, variables={"first": first})
    assert codes(answer) == ["COST_EXCEEDED"]
    extensions = answer.json()["errors"][0]["extensions"]
    assert extensions["cost"] > extensions["limit"] == 2_000


@pytest.mark.parametrize("first", [None, "100", 1.5, True, [], {"first": 1}])
def test_length_that_is_no_number_is_no_way_around(house: House, first: object) -> None:
    """It counts as the longest, or is refused as what it is."""
    answer = Api(house).post(OPERATOR, query=PAGES, variables={"first": first})
    assert set(codes(answer)) <= {"COST_EXCEEDED", "BAD_USER_INPUT"}


def test_default_and_directive_are_no_way_around(house: House) -> None:
    """What a client leaves out or makes conditional counts as if it were there."""
    by_default = PAGES.replace("$first: Int!", "$first: Int! = 100")
    skipped = PAGES.replace("edges {", "edges @skip(if: false) {")
    for query, variables in ((by_default, {}), (skipped, {"first": 100})):
        assert codes(Api(house).post(OPERATOR, query=query, variables=variables)) == [
            "COST_EXCEEDED"
        ]


def test_short_pages_are_answered(house: House) -> None:
    """What an operator's desk shows is well within it."""
    answer = Api(house).post(OPERATOR, query=NESTED, variables={"first": 25})
    assert answer.json() == {"data": {"adjustmentsWaiting": {"edges": []}}}


def batch(orders: int) -> dict[str, Any]:
    """An input with so many orders, each as it should be."""
    member, amount = gid("Member", "x"), {"minor": 100, "currency": "USD"}
    return {
        "idempotencyKey": "k",
        "orders": [
            {
                "idempotencyKey": f"k{n}",
                "reference": f"o{n}",
                "memberId": member,
                "amount": amount,
                "purchasedAt": "2026-11-21T12:00:00.000Z",
            }
            for n in range(orders)
        ],
    }


BATCH = "recordPurchases(input: $input) { results { reference } userErrors { code field } }"


def test_more_orders_than_a_batch_has_are_refused(house: House) -> None:
    """Before one of them is decided."""
    query = f"mutation ($input: RecordPurchasesInput!) {{ {BATCH} }}"
    answer = Api(house).post(GROCER, query=query, variables={"input": batch(101)}).json()
    error = {"code": "LIMIT_EXCEEDED", "field": ["orders"]}
    assert answer["data"]["recordPurchases"] == {"results": [], "userErrors": [error]}


def test_batches_of_orders_in_one_document_are_refused(house: House) -> None:
    """Two that are as long as they may be read more rows than one request may."""
    query = f"mutation ($input: RecordPurchasesInput!) {{ a: {BATCH} b: {BATCH} }}"
    answer = Api(house).post(GROCER, query=query, variables={"input": batch(100)})
    assert codes(answer) == ["COST_EXCEEDED"]
