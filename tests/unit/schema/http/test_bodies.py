"""The HTTP face reads bodies: JSON of a mebibyte at most, strictly."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from schema.http import graphql_app
from tests.unit.schema.http.asking import SCHEMA, assert_refused, caller, raw, variables


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"query": "{ one }"',
        b"5",
        b'"x"',
        b"null",
        b"true",
        b"[]",
        b'[{"query": "{ one }"}]',
        b"NaN",
        b'{"query": "{ one }"} trailing',
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b'\xef\xbb\xbf{"query": "{ one }"}',
    ],
)
def test_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    """A body that is malformed, a scalar, or a batch is a bad request."""
    assert_refused(raw(body))


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"query": None},
        {"query": ""},
        {"query": 5},
        {"query": ["{ one }"]},
        {"query": {"one": 1}},
        {"query": "{ one }", "variables": []},
        {"query": "{ one }", "variables": "{}"},
        {"query": "{ one }", "variables": 0},
        {"query": "{ one }", "variables": False},
        {"query": "{ one }", "extensions": []},
        {"query": "{ one }", "extensions": "x"},
        {"query": "{ one }", "operationName": 5},
        {"query": "{ one }", "operationName": {}},
    ],
)
def test_parameter_of_the_wrong_type_is_refused(parameters: dict[str, Any]) -> None:
    """A parameter that is no string, or no object, where it must be one is a bad request."""
    assert "`" in assert_refused(raw(orjson.dumps(parameters)))


@pytest.mark.parametrize(
    "number", [str(2**64), str(-(2**63) - 1), "1" + "0" * 400, "1e400", "-1e400", "1e20"]
)
def test_number_that_would_lose_digits_is_refused(number: str) -> None:
    """A number beyond 64 bits is a bad request, never a rounded amount."""
    assert_refused(raw(variables(number)))
    assert_refused(raw(variables(f'[{{"deep": {number}}}]')))
    assert_refused(raw(variables(f"[1, [{number}]]")))


@pytest.mark.parametrize("number", [2**64 - 1, -(2**63), 2**53 + 1, 0.1])
def test_number_of_64_bits_arrives_exactly(number: float) -> None:
    """A number within 64 bits goes in and out unchanged."""
    assert raw(variables(str(number))).json() == {"data": {"echo": number}}


@pytest.mark.parametrize("depth", [63, 300, 1_100, 100_000])
@pytest.mark.parametrize("pair", [("[", "]"), ('{"a":', "}")])
def test_deeply_nested_json_is_refused(depth: int, pair: tuple[str, str]) -> None:
    """JSON nested deeper than any input is a bad request, well before any recursion limit."""
    inner = "1" if pair[1] == "}" else ""
    assert_refused(raw(variables(pair[0] * depth + inner + pair[1] * depth)))


def test_nested_json_within_the_limit_passes() -> None:
    """JSON of reasonable depth goes in and out unchanged."""
    assert raw(variables("[" * 62 + "]" * 62)).status_code == 200


@pytest.mark.parametrize("excess", [0, 1])
@pytest.mark.parametrize("chunked", [False, True])
def test_body_is_limited_to_a_mebibyte(excess: int, chunked: bool) -> None:
    """A body of 1 MiB is read and one byte more is 413, with or without a content length."""
    body = orjson.dumps({"query": "{ one }"}).ljust((1 << 20) + excess)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    response = raw(chunks() if chunked else body)  # type: ignore[arg-type]
    assert ("content-length" in response.request.headers) is not chunked
    if excess:
        assert_refused(response, 413)
    else:
        assert response.json() == {"data": {"one": 1}}


def test_too_large_a_body_is_not_read_to_its_end() -> None:
    """An endless body is left after the first mebibyte, and an announced one at once."""
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1 << 16
            yield b" " * (1 << 16)

    async def receive(headers: list[tuple[bytes, bytes]]) -> int:
        source = endless()
        status = 0

        async def next_chunk() -> Any:
            return {"type": "http.request", "body": await anext(source), "more_body": True}

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)

        app = graphql_app(SCHEMA, caller)
        headers = [(b"content-type", b"application/json"), *headers]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers}
        await app({**scope, "query_string": b""}, next_chunk, send)
        return status

    assert asyncio.run(receive([(b"content-length", b"1048577")])) == 413
    assert read == 0
    assert asyncio.run(receive([(b"content-length", b"lies")])) == 413
    assert read == (1 << 20) + (1 << 16)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/plain; application/json",
        "application/json; charset=latin-1",
    ],
)
def test_only_json_is_read(content_type: str) -> None:
    """A body of another type, which a foreign page could send unasked, is 415."""
    assert_refused(raw(b'{"query": "{ one }"}', content_type), 415)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON;charset=UTF-8", 'application/json; charset="utf-8"'],
)
def test_json_may_name_its_encoding(content_type: str) -> None:
    """JSON in UTF-8 is read however its type is written."""
    assert raw(b'{"query": "{ one }"}', content_type).json() == {"data": {"one": 1}}


def test_what_a_message_of_the_body_leaves_out_is_nothing() -> None:
    """A server may end a body with a message that says no more than that it is one (ASGI)."""
    messages: list[Any] = [
        {"type": "http.request", "body": b'{"query": ', "more_body": True},
        {"type": "http.request", "body": b'"{ one }"}', "more_body": True},
        {"type": "http.request"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b""}
    asyncio.run(graphql_app(SCHEMA, caller)({**scope, "headers": headers}, receive, send))
    assert sent[0]["status"] == 200
    assert orjson.loads(sent[1]["body"]) == {"data": {"one": 1}}
