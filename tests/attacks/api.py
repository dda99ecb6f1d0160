"""The API over HTTP in process, as a deployment has it, for attacks on what it reads.

Whoever asks is given with the request: tokens are attacked elsewhere.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.requests import Request

from loyalty.actors import Actor
from schema.context import Context
from schema.http import PRODUCTION, Exposure, graphql_app
from schema.limits import Schema
from schema.product import product_schema
from tests.coalition import House

JSON = "application/json"


class Api:
    """One application over a house."""

    def __init__(
        self, house: House, schema: Schema | None = None, exposure: Exposure = PRODUCTION
    ) -> None:
        self.house = house
        self._actor: Actor | None = None
        schema = schema or product_schema(introspection=exposure.introspection)
        self._app = graphql_app(schema, self._context, exposure)

    async def _context(self, _request: Request) -> Context:
        return Context(self.house.coalition, self._actor, self.house.prover)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """For requests at the same time."""
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client

    def send(self, actor: Actor | None, method: str = "POST", **request: Any) -> httpx.Response:
        """Any request to `/graphql`."""

        async def sending() -> httpx.Response:
            async with self.client() as client:
                return await client.request(method, "/graphql", **request)

        self._actor = actor
        return asyncio.run(sending())

    def post(self, actor: Actor | None, **parameters: Any) -> httpx.Response:
        """A GraphQL request."""
        return self.send(actor, json=parameters)

    def at_once(self, actor: Actor, bodies: list[Any]) -> list[httpx.Response]:
        """All of them at the same time."""

        async def sending() -> list[httpx.Response]:
            async with self.client() as client:
                posts = (client.post("/graphql", json=body) for body in bodies)
                return list(await asyncio.gather(*posts))

        self._actor = actor
        return asyncio.run(sending())


def codes(response: httpx.Response) -> list[str]:
    """Of the errors of an answer that has no data."""
    answer = response.json()
    assert not answer.get("data"), answer
    return [error["extensions"]["code"] for error in answer["errors"]]
