"""One line for each request of the API: who, what, how long, and nothing that a person said."""

import asyncio
import logging
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from functions.observing import Observed
from functions.telemetry import Telemetry
from ledger.names import at_text, transaction_id
from loyalty.refusals import Code
from schema.context import Context
from tests.coalition import GROCER, SCHEMA, House


class Watched:
    """The API of a house, as its function watches it. told: the metrics."""

    def __init__(self) -> None:
        self.house = House()
        self.told: list[tuple[str, int]] = []
        self.app = self._app()

    def asks(self, method: str, path: str, sent: object = None) -> None:
        async def ask() -> None:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
                await client.request(method, path, json=sent)

        asyncio.run(ask())

    def _app(self) -> Observed:
        async def graphql(request: Request) -> Response:
            request.state.context = context = Context(self.house.coalition, GROCER)
            sent = await request.json()
            if sent == "fail":
                raise RuntimeError
            context.refusals += [Code(code) for code in sent]
            return Response(status_code=207)

        ticks = count(step=0.25)
        told = Telemetry("api")
        told.count = lambda name, number=1: self.told.append((name, number))  # type: ignore[method-assign]
        app = Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])
        return Observed(app, told, lambda: next(ticks))


@pytest.fixture
def watched(caplog: pytest.LogCaptureFixture) -> Iterator[Watched]:
    with caplog.at_level(logging.INFO, "functions.observing"):
        yield Watched()


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (record,) = (each for each in caplog.records if each.name == "functions.observing")
    names = ("method", "route", "status", "duration_ms", "actor", "transactions", "refusals")
    return {name: getattr(record, name) for name in names if hasattr(record, name)}


def test_a_request_is_one_line(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    watched.asks("POST", "/graphql?token=secret", ["NOT_FOUND"])
    assert line(caplog) == {
        "method": "POST",
        "route": "/graphql",
        "status": 207,
        "duration_ms": 250,
        "actor": "partner:grocer",
        "transactions": [],
        "refusals": ["NOT_FOUND"],
    }
    assert watched.told == []


def test_nothing_that_a_stranger_writes_is_in_it(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a method of its own nor a path, whose ends may be anybody's data."""
    watched.asks("ANN", "/members/ann@example.org")
    assert line(caplog) == {
        "method": "another",
        "route": "another",
        "status": 404,
        "duration_ms": 250,
    }


def test_what_fails_is_a_line_too(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    watched.asks("POST", "/graphql", "fail")
    assert line(caplog)["status"] == 500


def test_bad_signatures_and_conflicts_are_counted(watched: Watched) -> None:
    """For their alarms."""
    watched.asks("POST", "/graphql", ["SIGNATURE_INVALID", "CONTENDED", "CONTENDED"])
    assert sorted(watched.told) == [
        ("Conflicts", 1),
        ("Conflicts", 1),
        ("RefusedSignatures", 1),
    ]


MUTATION = """mutation ($input: RecordPurchaseInput!) { recordPurchase(input: $input) {
    transactions { id } } }"""


def test_a_mutation_says_what_it_is_known_by_and_why_it_was_refused() -> None:
    """In its context, by id and code, whether or not the client asked for either."""
    house = House()
    member = house.enrolled()
    good, bad = house.purchase(member, 500), house.purchase(member, 500)
    bad["signature"] = good["signature"]
    contexts = []
    for asked in (good, bad):
        contexts.append(Context(house.coalition, GROCER))
        variables = {"input": asked}
        asyncio.run(SCHEMA.execute(MUTATION, variable_values=variables, context_value=contexts[-1]))
    assert [each.refusals for each in contexts] == [[], [Code.SIGNATURE_INVALID]]
    expected = [transaction_id(GROCER.party, each["idempotencyKey"]) for each in (good, bad)]
    assert [each.requests for each in contexts] == [[id_] for id_ in expected]


BATCH = """mutation ($input: RecordPurchasesInput!) { recordPurchases(input: $input) {
    userErrors { code } } }"""


def test_an_order_of_a_batch_is_told_of_as_if_it_came_by_itself() -> None:
    """Or signatures could be tried a hundred at a time, unseen."""
    house = House()
    member, when = house.enrolled(), at_text(house.clock)
    house.later(days=1)
    orders = [
        house.signed(
            GROCER,
            "earn",
            {
                "idempotencyKey": f"receipt-{number}",
                "reference": str(number),
                "memberId": member,
                "amount": {"minor": 500, "currency": "USD"},
                "purchasedAt": when,
            },
        )
        for number in range(3)
    ]
    orders[1]["signature"] = orders[0]["signature"]
    context, asked = Context(house.coalition, GROCER), house.input(orders=orders)
    variables = {"input": asked}
    asyncio.run(SCHEMA.execute(BATCH, variable_values=variables, context_value=context))
    assert context.refusals == [Code.SIGNATURE_INVALID]
    keys = [asked["idempotencyKey"], "receipt-0", "receipt-2"]
    assert context.requests == [transaction_id(GROCER.party, each) for each in keys]
