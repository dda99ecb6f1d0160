"""The API's application: how it knows who asks, and tells whoever watches."""

import asyncio
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest
from mangum import Mangum

from functions.api import application
from functions.observing import Observed
from functions.telemetry import Telemetry
from local.keys import TokenIssuer
from loyalty.throttling import A_MINUTE_OF_NOBODY
from schema.http import Exposure
from sealing.proving import Prover
from tests.coalition import NOON, OPERATOR, House
from tests.sealing import SealedHouse
from tests.signing import ORIGIN

EVENTS = Path(__file__).parents[2] / "events"
QUERY = {"query": "{ coalition { origin } }"}


def asked(addresses: Iterable[str | None], token: str = "") -> list[int]:
    """The statuses of requests from these addresses; None: of a socket that has none."""
    tokens = TokenIssuer.new(ORIGIN)
    watched = application(House().coalition, tokens.public, token_clock=lambda: NOON)
    app = Observed(watched, Telemetry("api"))
    given = f"Bearer {token or tokens.token(OPERATOR, NOON)}"

    async def ask(address: str | None) -> int:
        client = None if address is None else (address, 443)
        transport = httpx.ASGITransport(app, client=client)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
            sent = await http.post("/graphql", json=QUERY, headers={"authorization": given})
            return sent.status_code

    async def all_of_them() -> list[int]:
        return [await ask(address) for address in addresses]

    return asyncio.run(all_of_them())


def test_who_asks_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """By id, as the token names it."""
    with caplog.at_level(logging.INFO, "functions.observing"):
        assert asked(["192.0.2.1"]) == [200]
    (record,) = (each for each in caplog.records if each.name == "functions.observing")
    assert record.__dict__["actor"] == "operator:ann"


def test_strangers_are_counted_by_where_they_come_from() -> None:
    """One who asks too often keeps nobody else out; all without an address are one."""
    addresses = ["192.0.2.1", None]
    many = [each for each in addresses for _ in range(A_MINUTE_OF_NOBODY + 1)]
    statuses = asked([*many, "2001:db8::1"], token="none")
    assert statuses == 2 * [*(A_MINUTE_OF_NOBODY * [401]), 429] + [401]


class Broken:
    """A log with a mistake of ours in it."""

    def read(self, path: str) -> bytes:
        raise KeyError(f"wallets-prod has no {path}")


def test_what_fails_outside_of_graphql_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The adapter answers for the log's routes, in its own words, and writes the cause down."""
    log: Any = Broken()
    app = application(House().coalition, TokenIssuer.new(ORIGIN).public, log)
    event = json.loads((EVENTS / "get_log.json").read_text().replace("{path}", "checkpoint"))
    adapter = Mangum(Observed(app, Telemetry("api")), lifespan="off")
    answer = adapter(event, None)  # type: ignore[arg-type]
    assert (answer["statusCode"], answer["body"]) == (500, "Internal Server Error")
    assert "wallets-prod" in caplog.text


def answered(house: House, query: str, **more: Any) -> Any:
    """What the application says to an operator."""
    tokens = TokenIssuer.new(ORIGIN)
    app = application(house.coalition, tokens.public, token_clock=lambda: NOON, **more)

    async def ask() -> Any:
        transport = httpx.ASGITransport(app)
        given = {"authorization": f"Bearer {tokens.token(OPERATOR, NOON)}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
            return (await http.post("/graphql", json={"query": query}, headers=given)).json()

    return asyncio.run(ask())


def test_a_schema_is_told_where_the_exposure_says_so_alone() -> None:
    """Unless somebody said otherwise, it is not."""
    asked = "{ __schema { queryType { name } } }"
    told = answered(House(), asked, exposure=Exposure(introspection=True))
    assert told == {"data": {"__schema": {"queryType": {"name": "Query"}}}}
    errors = answered(House(), asked)["errors"]
    assert {each["extensions"]["code"] for each in errors} == {"GRAPHQL_VALIDATION_FAILED"}


def test_what_is_sealed_is_shown_by_the_log_beside_it() -> None:
    """Without one, nothing is sealed."""
    house = SealedHouse()
    house.sealed()
    blocks = "{ blocks(first: 1) { edges { cursor } } }"
    log = Prover(house.store, house.heads, house.log, house.own)
    assert len(answered(house, blocks, log=log)["data"]["blocks"]["edges"]) == 1
    assert answered(house, blocks)["data"]["blocks"]["edges"] == []


def test_an_application_whose_log_does_not_answer_is_not_ready() -> None:
    """It waits for the one that it serves."""
    log: Any = Broken()

    async def ask(app: Any) -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
            return (await http.get("/ready")).status_code

    coalition, issuer = House().coalition, TokenIssuer.new(ORIGIN).public
    assert asyncio.run(ask(application(coalition, issuer))) == 200
    assert asyncio.run(ask(application(coalition, issuer, log))) == 503
