"""The HTTP face, as a client meets it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import orjson
import pytest
import strawberry
from graphql import GraphQLError
from mangum import Mangum
from starlette.requests import Request
from strawberry.types import Info

from schema.direct import DirectSchema
from schema.http import PRODUCTION, Exposure, checked_origins, graphql_app, negotiated

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"


@strawberry.type
class Query:
    """A few fields."""

    @strawberry.field
    def one(self) -> int:
        """Succeed."""
        return 1

    @strawberry.field
    def caller(self, info: Info) -> str:
        """Say who asks."""
        return str(info.context)

    @strawberry.field
    def echo(self, value: strawberry.scalars.JSON) -> strawberry.scalars.JSON:
        """Give back."""
        return value

    @strawberry.field
    def broken(self) -> int:
        """Fail as nobody planned."""
        raise KeyError("the table is wallets-prod")


@strawberry.type
class Mutation:
    """One mutation."""

    @strawberry.mutation
    def earn(self) -> int:
        """Succeed."""
        return 5


SCHEMA = DirectSchema(Query, Mutation)


async def caller(request: Request) -> object:
    """Give the resolvers the name of the caller."""
    return request.headers.get("x-caller", "nobody")


def ask(
    method: str = "POST",
    *,
    context: Callable[[Request], Awaitable[object]] = caller,
    exposure: Exposure = PRODUCTION,
    path: str = "/graphql",
    **request: Any,
) -> httpx.Response:
    """Send one request to a fresh application."""

    async def send() -> httpx.Response:
        app = graphql_app(SCHEMA, context, exposure)
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **request)

    return asyncio.run(send())


def post(query: str, accept: str = JSON, **parameters: Any) -> httpx.Response:
    """Send an operation."""
    return ask(json={"query": query, **parameters}, headers={"accept": accept})


def raw(body: bytes, content_type: str = JSON) -> httpx.Response:
    """Send a body as it is."""
    return ask(content=body, headers={"content-type": content_type})


def assert_refused(response: httpx.Response, status: int = 400) -> str:
    """Check that an answer is a refusal in its one shape, and give back the message."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    (error,) = response.json()["errors"]
    assert response.json() == {"errors": [error]}
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert "Traceback" not in error["message"]
    return str(error["message"])


def variables(text: str) -> bytes:
    """Write a body with these variables."""
    query = '"query ($v: JSON!) { echo(value: $v) }"'
    return f'{{"query": {query}, "variables": {{"v": {text}}}}}'.encode()


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


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(method: str) -> None:
    """Only GET and POST are served."""
    response = ask(method)
    assert_refused(response, 405)
    assert response.headers["allow"] == "GET, POST"


def test_get_answers_a_query() -> None:
    """A query may come as parameters of the URL."""
    params = {
        "query": "query A { one } query B($v: JSON!) { echo(value: $v) }",
        "variables": '{"v": "é"}',
        "operationName": "B",
        "extensions": '{"traced": true}',
    }
    assert ask("GET", params=params).json() == {"data": {"echo": "é"}}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"query": ""},
        {"query": "{ one }", "variables": "{"},
        {"query": "{ one }", "variables": "[]"},
        {"query": "{ one }", "extensions": "5"},
        {"query": "{ one }", "variables": '{"v": 18446744073709551616}'},
    ],
)
def test_bad_parameters_of_a_get_are_refused(params: dict[str, str]) -> None:
    """The parameters of a URL are checked as those of a body are."""
    assert_refused(ask("GET", params=params))


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
def test_mutation_by_get_is_refused(accept: str) -> None:
    """A link cannot spend points."""
    response = ask("GET", params={"query": "mutation { earn }"}, headers={"accept": accept})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json()["errors"][0]["message"] == "Mutations are not allowed when using GET."
    assert post("mutation { earn }").json() == {"data": {"earn": 5}}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, {JSON};q=0.9", GRAPHQL_RESPONSE),
        (f"{JSON};q=0.9, {GRAPHQL_RESPONSE}; charset=utf-8", GRAPHQL_RESPONSE),
        (f"{JSON}, {GRAPHQL_RESPONSE}", JSON),
        (f"{GRAPHQL_RESPONSE};q=0, */*;q=0.1", JSON),
        (f"{GRAPHQL_RESPONSE};q=x, {JSON};q=0.1", JSON),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", JSON),
    ],
)
def test_answer_is_of_the_type_that_is_accepted(accept: str | None, media_type: str) -> None:
    """The type is negotiated by quality, then by order; application/json is the default."""
    assert negotiated(accept) == media_type
    headers = {"accept": accept} if accept else {}
    response = ask(json={"query": "{ one }"}, headers=headers)
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


def test_answer_in_no_accepted_type_is_refused() -> None:
    """A client that takes neither type gets 406."""
    assert_refused(post("{ one }", accept="text/csv"), 406)
    assert_refused(post("{ one }", accept=f"{JSON};q=0"), 406)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nosuch }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($v: JSON!) { echo(value: $v) }", "BAD_USER_INPUT"),
        ("query A { one } query B { one }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_request_that_never_ran_has_no_data(query: str, code: str) -> None:
    """It is 400 in the new type and 200 in the old one, without `data` in both."""
    for accept, status in ((GRAPHQL_RESPONSE, 400), (JSON, 200)):
        response = post(query, accept)
        assert response.status_code == status
        assert "data" not in response.json()
        assert {e["extensions"]["code"] for e in response.json()["errors"]} == {code}


def test_unknown_operation_name_never_ran() -> None:
    """An operation that the document does not have is a request error."""
    response = post("query A { one }", GRAPHQL_RESPONSE, operationName="B")
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"] == 'Unknown operation named "B".'


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
def test_unexpected_exception_does_not_leave(accept: str, caplog: pytest.LogCaptureFixture) -> None:
    """A failing field gives 200, an id and null; the traceback stays in the log."""
    with caplog.at_level(logging.ERROR):
        response = post("{ broken }", accept)
    (error,) = response.json()["errors"]
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"] in caplog.text
    assert "wallets-prod" in caplog.text
    assert "wallets-prod" not in response.text
    assert "Traceback" not in response.text


def test_context_reaches_the_resolver() -> None:
    """What the context callable returns is the resolver's context."""
    headers = {"x-caller": "ann"}
    assert ask(json={"query": "{ caller }"}, headers=headers).json() == {"data": {"caller": "ann"}}


@pytest.mark.parametrize(
    ("code", "status"), [("UNAUTHENTICATED", 401), ("FORBIDDEN", 403), ("OTHER", 400)]
)
def test_context_may_refuse(code: str, status: int) -> None:
    """A caller who is not let in gets a status that says so."""

    async def refuse(_request: Request) -> object:
        raise GraphQLError("the token has expired", extensions={"code": code})

    response = ask(json={"query": "{ one }"}, context=refuse)
    assert response.status_code == status
    assert response.json() == {
        "errors": [{"message": "the token has expired", "extensions": {"code": code}}]
    }
    assert response.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)


def test_failing_context_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    """A context that breaks is 500 with an id, and its traceback stays in the log."""

    async def fail(_request: Request) -> object:
        raise RuntimeError("wallets-prod")

    with caplog.at_level(logging.ERROR):
        response = ask(json={"query": "{ one }"}, context=fail)
    (error,) = response.json()["errors"]
    assert response.status_code == 500
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"] in caplog.text
    assert "RuntimeError: wallets-prod" in caplog.text
    assert "wallets-prod" not in response.text


def test_page_is_served_where_it_is_switched_on() -> None:
    """A browser gets GraphiQL if it is on; a query gets its answer all the same."""
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page_on = Exposure(graphiql=True)
    page = ask("GET", exposure=page_on, headers=browser)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "GraphiQL" in page.text
    assert_refused(ask("GET", headers=browser))
    assert_refused(ask("GET", exposure=page_on))
    params = {"query": "{ one }"}
    answer = ask("GET", exposure=page_on, headers=browser, params=params)
    assert answer.json() == {"data": {"one": 1}}


def test_health() -> None:
    """A load balancer can ask whether we are up."""
    response = ask("GET", path="/health")
    assert (response.status_code, response.text) == (200, '{"status":"ok"}')


def test_websockets_are_refused() -> None:
    """There are no subscriptions: the handshake is closed."""
    sent: list[Any] = []

    async def connect() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "websocket", "path": "/graphql", "query_string": b"", "headers": []}
    asyncio.run(graphql_app(SCHEMA, caller)(scope, connect, send))
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_client_that_goes_away_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """A client that leaves in the middle of its body is neither answered nor logged."""
    sent: list[object] = []

    async def leave() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    asyncio.run(graphql_app(SCHEMA, caller)(scope, leave, send))  # type: ignore[arg-type]
    assert sent == []
    assert caplog.records == []


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


def test_lambda_adapter_needs_no_lifespan() -> None:
    """The application answers an event of an HTTP API without having been started."""
    handler = Mangum(
        graphql_app(SCHEMA, caller),
        lifespan="off",
        text_mime_types=["application/json", GRAPHQL_RESPONSE],
    )
    event: Any = {
        "version": "2.0",
        "rawPath": "/graphql",
        "rawQueryString": "",
        "headers": {"content-type": JSON, "accept": GRAPHQL_RESPONSE, "host": "test"},
        "requestContext": {
            "http": {"method": "POST", "path": "/graphql", "sourceIp": "192.0.2.1"},
        },
        "body": '{"query": "{ one }"}',
        "isBase64Encoded": False,
    }
    answer = handler(event, None)  # type: ignore[arg-type]
    assert answer["statusCode"] == 200
    assert answer["body"] == '{"data":{"one":1}}'
    assert answer["isBase64Encoded"] is False


PAGE = "https://app.example"
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,idempotency-key",
}


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ((PAGE,), PAGE, PAGE),
        ((PAGE, "http://localhost:3000"), "http://localhost:3000", "http://localhost:3000"),
        ((PAGE,), "https://app.example.evil.example", None),
        ((PAGE,), "http://app.example", None),
        ((PAGE,), "null", None),
        (("*",), "https://any.example", "*"),
        ((), PAGE, None),
    ],
)
def test_web_pages_of_allowed_origins_read_answers(
    origins: tuple[str, ...], origin: str, allowed: str | None
) -> None:
    """A preflight and an answer say so for origins that are set, and none is; never for cookies."""
    exposure = Exposure(origins=origins)
    answer = ask(json={"query": "{ one }"}, headers={"origin": origin}, exposure=exposure)
    preflight = ask("OPTIONS", headers={"origin": origin, **PREFLIGHT}, exposure=exposure)
    assert answer.json() == {"data": {"one": 1}}
    assert preflight.status_code == (200 if allowed else 400 if origins else 405)
    for response in (answer, preflight):
        assert response.headers.get("access-control-allow-origin") == allowed
        assert "access-control-allow-credentials" not in response.headers
    if allowed:
        assert preflight.headers["access-control-allow-methods"] == "GET, POST"
        assert "idempotency-key" in preflight.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize(
    "text",
    ["app.example", "https://app.example/", "https://a.example b", "https://*.example", "null"],
)
def test_origin_that_no_browser_sends_is_refused(text: str) -> None:
    """A setting that would never match is a mistake."""
    with pytest.raises(ValueError, match="origin"):
        checked_origins(f"{PAGE},{text}")
    assert checked_origins(f" {PAGE} ,*,http://[::1]:80,") == (PAGE, "*", "http://[::1]:80")
