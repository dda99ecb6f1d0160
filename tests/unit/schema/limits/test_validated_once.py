"""A document is validated once, and what is kept of it is bounded."""

import asyncio
from typing import Any

import pytest

from schema import limits
from tests.unit.schema.limits.asking import codes, make_schema, run


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
