"""Introspection can be off, and suggestions with it."""

from typing import Any

import pytest

from schema import limits
from schema.direct import DirectSchema
from tests.unit.schema.limits.asking import CONFIG, Query, make_schema, run


@pytest.mark.parametrize(
    "query", ["{ __schema { types { name } } }", '{ __type(name: "Q") { name } }']
)
def test_introspection_can_be_off(query: str) -> None:
    """Then `__schema` and `__type` are refused, and `__typename` is answered."""
    schema = make_schema()
    assert run(query, schema=schema).errors is None
    closed = DirectSchema(Query, config=CONFIG)
    refused = run(query, schema=closed)
    assert refused.data is None
    assert {each.extensions["code"] for each in refused.errors} == {"GRAPHQL_VALIDATION_FAILED"}
    assert run("{ __typename again { __typename } }", schema=closed).data == {
        "__typename": "Query",
        "again": {"__typename": "Query"},
    }


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ doubel }", None),
        ("{ double(m: 5) }", None),
        ("query ($v: Basiss) { one }", None),
        ("{ ...F } fragment F on Querry { one }", None),
        ("{ earned(basis: {flatt: 1}) }", None),
        ("query ($v: Basis!) { earned(basis: $v) }", {"v": {"flatt": 1}}),
        ("query ($v: Basis!) { earned(basis: $v) }", {"v": {"flat": 1, "ratee": 1}}),
    ],
)
def test_suggestions_are_made_where_introspection_is_on(query: str, variables: Any) -> None:
    """Elsewhere an error names what was asked for, and nothing else."""

    def messages(schema: limits.Schema) -> str:
        return " ".join(error.message for error in run(query, variables, schema).errors)

    assert "Did you mean" in messages(make_schema())
    plain = messages(DirectSchema(Query, config=CONFIG))
    assert "Did you mean" not in plain
    assert plain
