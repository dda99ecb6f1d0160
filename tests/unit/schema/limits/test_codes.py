"""Each mistake leaves with its code, and a defect of ours without its cause."""

import asyncio
import logging
from collections.abc import Iterator

import pytest
import strawberry
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension

from schema import limits
from schema.direct import DirectSchema
from tests.unit.schema.limits.asking import CONFIG, Query, codes, make_schema, run


@pytest.mark.parametrize("text", ["{", "  ", "# nothing", "{ one(", '{ echo(text: "\ud83d) }'])
def test_text_that_does_not_parse_is_a_parse_failure(text: str) -> None:
    """A text that is no document leaves with GRAPHQL_PARSE_FAILED."""
    assert codes(run(text)) == ["GRAPHQL_PARSE_FAILED"]


@pytest.mark.parametrize(
    "query",
    ["{ nosuch }", "{ one { two } }", "{ worth }", "{ ...Nosuch }", "mutation { one }"],
)
def test_document_that_does_not_fit_is_a_validation_failure(query: str) -> None:
    """A document that does not fit the schema leaves with GRAPHQL_VALIDATION_FAILED."""
    assert set(codes(run(query))) == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    "query",
    [
        '{ double(n: "x") }',
        "{ double(n: 3000000000) }",
        "{ double(n: null) }",
        '{ worth(points: "uncoded") }',
        '{ worth(points: "x") }',
        "{ earned(basis: {flat: 1, rate: 2}) }",
        "{ earned(basis: {nosuch: 1}) }",
        "query ($n: Int = true) { double(n: $n) }",
    ],
)
def test_literal_of_the_wrong_type_is_bad_input(query: str) -> None:
    """A literal that does not fit its type leaves with BAD_USER_INPUT and its place."""
    result = run(query)
    assert set(codes(result)) == {"BAD_USER_INPUT"}
    assert all(error.locations for error in result.errors)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("query ($v: Int!) { double(n: $v) }", "x"),
        ("query ($v: Int!) { double(n: $v) }", 2**63),
        ("query ($v: Int!) { double(n: $v) }", None),
        ("query ($v: Int = 3) { double(n: $v) }", None),
        ("query ($v: Points!) { worth(points: $v) }", "x"),
        ("query ($v: Points!) { worth(points: $v) }", "uncoded"),
        ("query ($v: Basis!) { earned(basis: $v) }", {"flat": 1, "rate": 2}),
        ("query ($v: Basis!) { earned(basis: $v) }", {"flat": None}),
        ("query ($v: Basis!) { earned(basis: $v) }", []),
    ],
)
def test_variable_of_the_wrong_type_is_bad_input(query: str, value: object) -> None:
    """A variable that does not fit its type leaves with BAD_USER_INPUT."""
    assert set(codes(run(query, {"v": value}))) == {"BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("literal", "query", "value", "code"),
    [
        (
            '{ worth(points: "coded") }',
            "query ($v: Points!) { worth(points: $v) }",
            "coded",
            "POINTS_MALFORMED",
        ),
        (
            '{ member(id: "m") }',
            "query ($v: Member!) { member(id: $v) }",
            "m",
            "MALFORMED_MEMBER",
        ),
    ],
)
def test_scalar_keeps_its_own_code(literal: str, query: str, value: str, code: str) -> None:
    """A code given by a scalar's parser survives, from a literal and from a variable alike."""
    assert codes(run(literal)) == [code]
    assert run(literal).errors[0].locations
    assert codes(run(query, {"v": value})) == [code]


def test_resolver_keeps_its_own_code() -> None:
    """A resolver's error leaves as it was raised, with all its extensions."""
    (error,) = run("{ refused }").errors
    assert error.message == "too few points"
    assert error.extensions == {"code": "INSUFFICIENT", "left": 3}


def test_unexpected_exception_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    """The client gets an id, and the log the traceback with the same id."""
    with caplog.at_level(logging.ERROR):
        result = make_schema().execute_sync("query Wallet { one broken }")
    (error,) = result.errors or []
    error_id = error.extensions["id"]
    assert result.data == {"one": 1, "broken": None}
    assert error.message == f"Internal error {error_id}"
    assert error.formatted == {
        "message": error.message,
        "locations": [{"line": 1, "column": 20}],
        "path": ["broken"],
        "extensions": {"code": "INTERNAL", "id": error_id},
    }
    assert error.original_error is None
    (record,) = caplog.records
    assert record.name == "tallystick.schema"
    assert error_id in record.getMessage()
    assert "Wallet" in record.getMessage()
    assert "KeyError: 'the table is wallets-prod'" in caplog.text


def test_ids_differ() -> None:
    """Two failures have two ids."""
    result = run("{ a: broken b: broken }")
    assert len({error.extensions["id"] for error in result.errors}) == 2


def test_result_of_the_wrong_type_is_our_defect() -> None:
    """A result that its type cannot hold is internal, although graphql-core raises its own."""
    result = run("{ huge }")
    assert codes(result) == ["INTERNAL"]
    assert str(2**40) not in result.errors[0].message


def test_failing_extension_is_masked() -> None:
    """A failure outside every field is masked too."""

    class Failing(SchemaExtension):
        def on_execute(self) -> Iterator[None]:
            raise RuntimeError("wallets-prod")
            yield

    result = run("{ one }", schema=limits.Schema(Query, config=CONFIG, extensions=[Failing]))
    assert codes(result) == ["INTERNAL"]
    assert "wallets-prod" not in str(result.errors)


def test_failure_before_anything_runs_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    """As where the counts of requests cannot be read: the client gets an id, the log the cause."""

    class Counting(DirectSchema):
        def refusals(self, _context: object, _rows: int) -> list[GraphQLError]:
            raise RuntimeError("wallets-prod")

    with caplog.at_level(logging.ERROR):
        result = run("{ one }", schema=Counting(Query, config=CONFIG))
    assert codes(result) == ["INTERNAL"]
    assert "wallets-prod" not in str(result.errors)
    assert "RuntimeError: wallets-prod" in caplog.text


def test_resolvers_are_told_what_strawberry_tells_them() -> None:
    """The root, the request's extensions and its variables, also where there are none."""

    @strawberry.type
    class Told:
        @strawberry.field
        def told(self, info: strawberry.Info, of: str = "") -> str:
            return repr((of, info.root_value, info.input_extensions, info.variable_values))

    document = "query ($of: String) { told(of: $of) }"
    for variables in (None, {}, {"of": "x"}):
        told = []
        for execute in (DirectSchema.execute, limits.Schema.execute):
            given = {"root_value": "root", "operation_extensions": {"cost": False}}
            running = execute(DirectSchema(Told), document, variables, **given)  # type: ignore[arg-type]
            told.append(asyncio.run(running).data)
        assert told[0] == told[1]
        assert "'root', {'cost': False}" in str(told[0])


@pytest.mark.parametrize("query", ["", None])
def test_no_document_is_a_mistake_of_who_calls(query: str | None) -> None:
    """And not the client's: over HTTP it is refused before."""
    for execute in (DirectSchema.execute, limits.Schema.execute):
        with pytest.raises(MissingQueryError):
            asyncio.run(execute(make_schema(), query))


def test_an_extension_that_would_not_run_is_refused() -> None:
    """Whoever adds one has to take Strawberry's own way."""
    schema = DirectSchema(Query, config=CONFIG, extensions=[SchemaExtension])
    with pytest.raises(TypeError, match="extensions"):
        asyncio.run(schema.execute("{ one }"))
