"""Requests to the HTTP face of a small schema."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import strawberry
from starlette.requests import Request
from strawberry.types import Info

from schema.direct import DirectSchema
from schema.http import PRODUCTION, Exposure, graphql_app

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
