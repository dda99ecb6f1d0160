"""Documents may be so large, so deep and so wide, and no more."""

import pytest
from graphql import get_introspection_query

from tests.unit.schema.limits.asking import codes, make_schema, nested, run


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
