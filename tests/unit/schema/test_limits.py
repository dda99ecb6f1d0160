"""The limits, the caches and the errors of `schema.limits`, on a schema of a few fields."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any, NewType

import pytest
import strawberry
from graphql import GraphQLError, get_introspection_query
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig

from schema import limits
from schema.direct import DirectSchema
from schema.measure import Limits

Points = NewType("Points", int)
Member = NewType("Member", str)


class MalformedMemberError(ValueError):
    """An exception of the business's own, which knows nothing of GraphQL."""

    extensions = {"code": "MALFORMED_MEMBER"}  # noqa: RUF012


def parse_points(value: object) -> int:
    """Three ways for a scalar to refuse a value."""
    if value == "coded":
        raise GraphQLError("no such points", extensions={"code": "POINTS_MALFORMED"})
    if value == "uncoded":
        raise GraphQLError("no such points")
    return int(str(value))


def parse_member(value: object) -> str:
    """Refuse every member."""
    raise MalformedMemberError(f"member {value}")


@strawberry.input(one_of=True)
class Basis:
    """Either of two."""

    flat: strawberry.Maybe[int]
    rate: strawberry.Maybe[int]


@strawberry.type
class Query:
    """Fields that succeed and fail in each way that counts."""

    @strawberry.field
    def one(self) -> int:
        """Succeed."""
        return 1

    @strawberry.field
    def again(self) -> "Query":
        """Nest."""
        return Query()

    @strawberry.field
    def double(self, n: int = 3) -> int:
        """Take an argument."""
        return 2 * n

    @strawberry.field
    def worth(self, points: Points) -> int:
        """Take a scalar."""
        return int(points)

    @strawberry.field
    def member(self, id: Member) -> str:  # noqa: A002
        """Take a scalar that always refuses."""
        return str(id)

    @strawberry.field
    def earned(self, basis: Basis) -> int:
        """Take a one-of."""
        return 1 if basis else 0

    @strawberry.field
    def refused(self) -> int:
        """Fail as planned."""
        raise GraphQLError("too few points", extensions={"code": "INSUFFICIENT", "left": 3})

    @strawberry.field
    def broken(self) -> int | None:
        """Fail as nobody planned."""
        raise KeyError("the table is wallets-prod")

    @strawberry.field
    def huge(self) -> int:
        """Return what its type cannot hold."""
        return 2**40

    @strawberry.field
    async def echo(self, text: str) -> str:
        """Let others run first."""
        await asyncio.sleep(0)
        return text


CONFIG = StrawberryConfig(
    scalar_map={
        Points: strawberry.scalar(name="Points", parse_value=parse_points),
        Member: strawberry.scalar(name="Member", parse_value=parse_member),
    }
)


def make_schema(**bounds: Any) -> DirectSchema:
    """Make a schema of its own for each test, since the caches are the schema's."""
    schema = DirectSchema(Query, config=CONFIG)
    schema.limits = Limits(**bounds)
    schema.introspection = True
    return schema


def run(query: str, variables: dict[str, Any] | None = None, schema: Any = None) -> Any:
    """Execute on both paths of Strawberry and on ours, which must agree, and give a result."""
    schema = schema or make_schema()
    result = schema.execute_sync(query, variables)
    for execute in (type(schema).execute, limits.Schema.execute):
        other = asyncio.run(execute(schema, query, variables))
        assert (other.data, codes(other)) == (result.data, codes(result))
    return result


def codes(result: Any) -> list[str]:
    """List the code of each error."""
    return [error.formatted["extensions"]["code"] for error in result.errors or []]


def nested(depth: int) -> str:
    """Make a query of so many nested fields."""
    return "{" + "again {" * (depth - 1) + "one" + "}" * depth


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


@pytest.fixture
def validations(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note each validation."""
    seen: list[object] = []
    validate = limits.validate_document

    def counted(schema: Any, document: Any, rules: Any) -> Any:
        seen.append(rules)
        return validate(schema, document, rules)

    monkeypatch.setattr(limits, "validate_document", counted)
    return seen


@pytest.mark.parametrize("query", ["{ one }", "{ nosuch }"])
def test_document_is_validated_once(query: str, validations: list[object]) -> None:
    """The second request with the same text, valid or not, validates nothing."""
    schema = make_schema()
    first = schema.execute_sync(query)
    second = schema.execute_sync(query)
    assert (first.data, codes(first)) == (second.data, codes(second))
    assert len(validations) == 1
    schema.execute_sync(query + " ")
    assert len(validations) == 2
    assert validations[0] is validations[1]


def test_cache_is_bounded(validations: list[object]) -> None:
    """The least recently used text goes when there are too many, and a long one never stays."""
    schema = make_schema(cached_documents=2, cached_chars=50)
    for query in ["{ a: one }", "{ b: one }", "{ c: one }", "{ a: one }"]:
        schema.execute_sync(query)
    assert len(validations) == 4
    schema.execute_sync("{ c: one }")
    assert len(validations) == 4
    long = "{ one }" + " " * 50
    schema.execute_sync(long)
    schema.execute_sync(long)
    assert len(validations) == 6


def test_caches_are_the_schemas_own(validations: list[object]) -> None:
    """A document that one schema accepts is validated again by another."""
    run("{ one }", schema=make_schema())
    run("{ one }", schema=make_schema())
    assert len(validations) == 2


def test_requests_at_the_same_time_keep_apart() -> None:
    """Each of many requests in flight gets the answer to its own document."""
    schema = make_schema()

    async def ask(n: int) -> bool:
        result = await schema.execute(f'{{ r{n}: echo(text: "{n}") }}')
        return result.data == {f"r{n}": str(n)}

    async def ask_all() -> list[bool]:
        return await asyncio.gather(*map(ask, range(50)))

    assert all(asyncio.run(ask_all()))


@pytest.mark.parametrize(
    ("fits", "exceeds"),
    [
        (nested(12), nested(13)),
        (
            "{ ...A } fragment A on Query { again " + nested(11) + "}",
            "{ ...A } fragment A on Query { again " + nested(12) + "}",
        ),
        ("{ ... on Query { again " + nested(11) + "} }", "{ ... { again " + nested(12) + "} }"),
        (
            "{" + " ".join(f"a{n}: one" for n in range(30)) + "}",
            "{" + " ".join(f"a{n}: one" for n in range(31)) + "}",
        ),
        (
            "{ again { ...A } ...A } fragment A on Query { a: one b: one " + "one " * 145 + "}",
            "{ again { ...A } ...A } fragment A on Query { a: one b: one " + "one " * 148 + "}",
        ),
        (
            "{ one } query B { ...A }"
            " fragment A on Query {" + " ".join(f"a{n}: one" for n in range(30)) + "}",
            "{ one } query B { ...A }"
            " fragment A on Query {" + " ".join(f"a{n}: one" for n in range(31)) + "}",
        ),
        (
            "{ ...P0 }"
            + " ".join(f"fragment P{n} on Query {{ ...P{n + 1} }}" for n in range(49))
            + " fragment P49 on Query { one }",
            "{ ...P0 }"
            + " ".join(f"fragment P{n} on Query {{ ...P{n + 1} }}" for n in range(50))
            + " fragment P50 on Query { one }",
        ),
    ],
    ids=[
        "depth",
        "depth in a fragment",
        "depth inline",
        "aliases",
        "fields",
        "aliases spread",
        "fragments",
    ],
)
def test_document_within_the_limits_is_not_refused(fits: str, exceeds: str) -> None:
    """At the limit a document passes, and one more is refused."""

    def over(query: str) -> bool:
        return any("More than" in error.message for error in run(query).errors or [])

    assert not over(fits)
    assert over(exceeds)
    assert set(codes(run(exceeds))) == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize("query", ["{" + "one " * 1_999 + "}", "{ one }" + "#\n" * 2_001])
def test_tokens_and_comments_are_limited(query: str) -> None:
    """A text of too many tokens, or comments, is refused by the parser."""
    (error,) = run(query).errors
    assert error.extensions == {"code": "GRAPHQL_PARSE_FAILED"}
    assert "2000" in error.message


def test_doubling_fragments_are_refused_at_once() -> None:
    """A chain of fragments that each spread the next one twice takes no 2^100 steps."""
    chain = (f" fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(100))
    result = run("{ ...f0 }" + "".join(chain) + " fragment f100 on Query { one }")
    assert set(codes(result)) == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    "query",
    [
        "{ ...A } fragment A on Query { again { ...A } }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ ...f0 }"
        + "".join(f" fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(240))
        + " fragment f240 on Query { one }",
    ],
    ids=["own cycle", "cycle of two", "long chain"],
)
def test_endless_fragments_are_refused(query: str) -> None:
    """Fragments that never end, or end too far away, are a validation failure."""
    assert set(codes(run(query))) == {"GRAPHQL_VALIDATION_FAILED"}


def test_chain_longer_than_the_stack_is_refused() -> None:
    """Even where far more tokens are allowed, fragments cannot exhaust the stack."""
    chain = (f" fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(2_000))
    query = "{ ...f0 }" + "".join(chain) + " fragment f2000 on Query { one }"
    (error,) = run(query, schema=make_schema(tokens=50_000, fragments=3_000)).errors
    assert error.message == "The document is nested too deeply."


@pytest.mark.parametrize(
    "options",
    [{}, {"input_value_deprecation": True, "directive_is_repeatable": True}],
)
def test_introspection_passes(options: dict[str, bool]) -> None:
    """The introspection query of GraphiQL and of code generators fits the limits."""
    result = run(get_introspection_query(**options))
    assert result.errors is None
    assert result.data["__schema"]["queryType"]["name"] == "Query"


def test_one_of_several_operations_must_be_named() -> None:
    """Nothing runs if it is not clear which operation is meant."""
    schema = make_schema()
    query = "query A { one } query B { double }"
    assert codes(run(query, schema=schema)) == ["GRAPHQL_VALIDATION_FAILED"]
    assert schema.execute_sync(query, operation_name="B").data == {"double": 6}
    assert codes(run(query, schema=schema)) == ["GRAPHQL_VALIDATION_FAILED"]


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
