"""Attack: learn the schema, whole or name by name, from an API that does not tell it."""

from typing import Any

import pytest
from graphql import get_introspection_query

from tests.attacks.api import Api, codes
from tests.coalition import OPERATOR, House

pytestmark = pytest.mark.usefixtures("untouched")

QUESTIONS = {
    "whole": get_introspection_query(),
    "type": '{ __type(name: "Member") { fields { name } } }',
    "alias": "{ s: __schema { types { name } } }",
    "fragment": "{ ...F } fragment F on Query { __schema { queryType { name } } }",
    "beside a field": "{ coalition { origin } __schema { queryType { name } } }",
    "skipped": "{ __schema @skip(if: true) { queryType { name } } }",
    "commas": "{,,__schema,,{,,queryType,,{,,name,,},,},,}",
    "in a mutation": "mutation { __schema { queryType { name } } }",
}


@pytest.mark.parametrize("who", [None, OPERATOR])
@pytest.mark.parametrize("name", QUESTIONS)
def test_schema_is_not_told(house: House, name: str, who: Any) -> None:
    """Neither to nobody nor to an operator; nothing else of the document is answered."""
    answer = Api(house).post(who, query=QUESTIONS[name])
    assert set(codes(answer)) == {"GRAPHQL_VALIDATION_FAILED"}
    assert "stars.example" not in answer.text


def test_name_of_a_type_is_told(house: House) -> None:
    """`__typename` stays: clients keep their caches by it."""
    answer = Api(house).post(OPERATOR, query="{ __typename coalition { __typename } }").json()
    assert answer == {"data": {"__typename": "Query", "coalition": {"__typename": "Coalition"}}}


@pytest.mark.parametrize(
    ("query", "variables", "kept"),
    [
        ("{ membr(id: 5) { id } }", {}, "member"),
        ("{ member(idd: 5) { id } }", {}, '"id"'),
        ("{ coalition { orign } }", {}, "origin"),
        ("query ($v: TransferPointsInpu!) { __typename }", {}, "TransferPointsInput"),
        ("{ ...F } fragment F on Walet { id }", {}, "Wallet"),
        ("{ node(id: 5) { available } }", {}, "inline fragment"),
        (
            "mutation ($v: TransferPointsInput!) { transferPoints(input: $v) { __typename } }",
            {"v": {"idempotencyKey": "k", "toMemberI": "x", "currency": "STARS", "points": 1}},
            "Did you mean",
        ),
        (
            'mutation { transferPoints(input: {idempotencyKeyy: "k"}) { userErrors { code } } }',
            {},
            "Did you mean",
        ),
    ],
)
def test_names_are_not_told_one_by_one(
    house: House, query: str, variables: dict[str, Any], kept: str
) -> None:
    """An error does not say what is nearly what was asked for."""
    answer = Api(house).post(OPERATOR, query=query, variables=variables)
    assert codes(answer)
    assert "Did you mean" not in answer.text
    messages = " ".join(error["message"] for error in answer.json()["errors"])
    assert kept not in messages.replace("'TransferPointsInput'", "").replace("'Query'", "")
