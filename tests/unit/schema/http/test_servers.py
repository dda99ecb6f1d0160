"""The HTTP face under a server and under Lambda."""

import asyncio
from typing import Any

import pytest
from mangum import Mangum

from schema.http import graphql_app
from tests.unit.schema.http.asking import GRAPHQL_RESPONSE, JSON, SCHEMA, caller


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
