"""What an operation may read, on a schema of a few lists."""

import asyncio
import time
from typing import Any

import pytest
import strawberry

from schema.costs import Given, Weight
from schema.direct import DirectSchema
from schema.measure import Limits

PAGE = Given(("first",), 100)


@strawberry.input
class Order:
    """An item of an input's list."""

    id: int


@strawberry.input
class Batch:
    """An input with a list."""

    orders: list[Order]


@strawberry.type
class Query:
    """A field that costs, a page, and a batch."""

    @strawberry.field
    def node(self) -> "Query":
        """Cost two rows."""
        return Query()

    @strawberry.field
    def page(self, first: int = 20) -> list["Query"]:
        """Cost a row, and another for each item."""
        return []

    @strawberry.field
    def batch(self, input: Batch) -> int:  # noqa: A002
        """Cost three rows for each order."""
        return 0

    @strawberry.field
    def free(self) -> list[int]:
        """Cost nothing."""
        return []


WEIGHTS = {
    "Query": {
        "node": Weight(2),
        "page": Weight(1, 1, PAGE),
        "batch": Weight(each=3, items=Given(("input", "orders"), 50)),
    }
}


def schema_of(rows: int = 1_000) -> DirectSchema:
    """Make a schema in which a request may read that many rows."""
    schema = DirectSchema(Query)
    schema.limits = Limits(rows=rows)
    schema.weights = WEIGHTS
    return schema


SCHEMA = schema_of()


def cost(query: str, operation: str | None = None, **variables: object) -> int:
    """Say what a document costs."""
    return SCHEMA.documents.admit(query).cost.rows(operation, variables)


def run(query: str, schema: DirectSchema = SCHEMA, **given: Any) -> Any:
    """Execute a document."""
    return asyncio.run(schema.execute(query, **given))


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("{ free __typename }", 0),
        ("{ node { free } }", 2),
        ("{ a: node { free } b: node { node { free } } }", 6),
        ("{ page { free } }", 21),
        ("{ page(first: 100) { node { free } } }", 1 + 100 * 3),
        ("{ page(first: 100) { page(first: 100) { free } } }", 1 + 100 * (1 + 1 + 100)),
        ("{ page(first: 0) { free } }", 1),
        ("{ page(first: -5) { free } }", 1),
        ("{ page(first: 2000000000) { free } }", 101),
        ("{ batch(input: {orders: [{id: 1}, {id: 2}]}) }", 6),
        ("{ batch(input: {orders: {id: 1}}) }", 3),
        ("{ batch(input: {orders: []}) }", 0),
        ("{ ...F ...F } fragment F on Query { node { free } }", 4),
        ("{ page(first: 3) { ... { node { free } ... on Query { node { free } } } } }", 1 + 3 * 5),
        ("{ page(first: 3) { page(first: 4) @skip(if: true) { free } } }", 1 + 3 * (1 + 5)),
    ],
)
def test_lists_multiply_what_is_selected_of_their_items(query: str, rows: int) -> None:
    """Fields add up, lists multiply, fragments count as if they were spread out."""
    assert cost(query) == rows


@pytest.mark.parametrize(
    ("query", "variables", "rows"),
    [
        ("query ($n: Int!) { page(first: $n) { free } }", {"n": 7}, 8),
        ("query ($n: Int = 5) { page(first: $n) { free } }", {}, 6),
        ("query ($n: Int = 5) { page(first: $n) { free } }", {"n": 7}, 8),
        ("query ($n: Int!) { page(first: $n) { free } }", {}, 101),
        ("query ($n: Int!) { page(first: $n) { free } }", {"n": "9"}, 101),
        ("query ($n: Int!) { page(first: $n) { ...F } } fragment F on Query { page(first: $n) "
         "{ free } }", {"n": 10}, 1 + 10 * (1 + 11)),
        ("query ($n: Int!) { page(first: 10) { page(first: $n) { free } } }", {"n": 2}, 1 + 10 * 4),
        ("query ($b: Batch!) { batch(input: $b) }", {"b": {"orders": [{"id": 1}] * 4}}, 12),
        ("query ($o: [Order!]!) { batch(input: {orders: $o}) }", {"o": [{"id": 1}] * 4}, 12),
        ("query ($b: Batch!) { batch(input: $b) }", {"b": None}, 150),
        ("query ($b: Batch!) { batch(input: $b) }", {"b": {"orders": [{}] * 500}}, 1_500),
    ],
)  # fmt: skip
def test_variables_say_how_long_a_list_is(query: str, variables: Any, rows: int) -> None:
    """A variable counts as it is sent, else by its default; what is no number, by the bound."""
    assert cost(query, **variables) == rows


def test_the_operation_that_is_to_run_is_counted() -> None:
    """Others of the same document cost nothing."""
    query = "query A { node { free } } query B { page { free } }"
    assert (cost(query, "A"), cost(query, "B"), cost(query, "C"), cost(query)) == (2, 21, 0, 0)


def test_what_costs_too_much_does_not_run() -> None:
    """The answer says what it would cost, what it may, and what to do."""
    query = "{ page(first: 100) { page(first: 100) { free } } }"
    result = run(query)
    (error,) = result.errors
    assert result.data is None
    assert error.extensions == {"code": "COST_EXCEEDED", "cost": 10_201, "limit": 1_000}
    for way in ("less of each item", "shorter pages", "several requests"):
        assert way in error.message
    assert run(query, schema_of(10_201)).errors is None
    assert run(query, schema_of(10_200)).errors is not None


def test_limit_holds_whatever_was_asked_before() -> None:
    """A kept document is counted anew with each request's variables."""
    query = "query ($n: Int!) { page(first: $n) { page(first: $n) { free } } }"
    assert run(query, variable_values={"n": 5}).errors is None
    assert run(query, variable_values={"n": 100}).errors[0].extensions["code"] == "COST_EXCEEDED"
    assert run(query, variable_values={"n": 5}).errors is None


def test_cost_is_told_to_who_asks() -> None:
    """`extensions.cost` is there where the request's extensions ask for it."""
    told = run("{ node { free } }", operation_extensions={"cost": True})
    assert told.extensions == {"cost": {"rows": 2, "limit": 1_000}}
    for other in (None, {}, {"cost": 1}, {"cost": "true"}, {"cost": False}):
        assert not run("{ node { free } }", operation_extensions=other).extensions


def test_fragments_are_planned_once() -> None:
    """Planning takes time linear in the document, however often its fragments are spread."""
    # 2^8 spreads of one field are within the bounds of a document; they are 9 plans.
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(8))
    query = f"{{ ...F0 }} {chain} fragment F8 on Query {{ node {{ free }} }}"
    schema = schema_of()
    schema.limits = Limits(fields=2**40, rows=2**40)
    assert schema.documents.admit(query).cost.rows(None, {}) == 2 * 2**8
    deep = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
    long = f"{{ ...F0 }} {deep} fragment F30 on Query {{ node {{ free }} }}"
    started = time.process_time()
    assert schema.documents.admit(long).cost.rows(None, {}) == 2 * 2**30
    assert time.process_time() - started < 5  # a thousand million steps take minutes
