"""How quickly the API's function wakes, and how quickly it answers when it is awake.

Waking: a new process imports `functions.api` and makes its application, beside one that imports the
third-party modules which that loads, in the same order, and nothing else. Neither makes a client of
AWS, whose models the time of is the same for whoever needs one.

Awake: a `wallet` query as an event of API Gateway through Mangum, its token verified, the wallet
read from the in-memory twin, beside a bare resolver that returns what is there already, run by
Strawberry with the same caches (`schema.limits.Schema`).
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import strawberry
from mangum import Mangum

from bench.figures import Figure, at_most, in_turns
from functions.api import application
from functions.observing import Observed
from functions.telemetry import Telemetry
from local.keys import TokenIssuer
from schema.http import GRAPHQL_RESPONSE, JSON
from schema.limits import Schema
from schema.scalars import CONFIG, Points
from tests.coalition import House, as_member
from tests.signing import ORIGIN

_TURNS = 11
_CALLS = 60
_EVENT = Path(__file__).parent.parent / "tests/events/post_query.json"
_OURS = """
import time
begun = time.perf_counter()
from functions.api import application
application(None, None)
print(time.perf_counter() - begun)
"""
_LOADED = """
import json, site, sys
import functions.api
from functions.api import application
application(None, None)
packages = tuple(site.getsitepackages())
print(json.dumps([name for name, module in sys.modules.items()
    if str(getattr(module, "__file__", None)).startswith(packages) and not name.startswith("_")]))
"""
_BARE = """
import importlib, json, sys, time
names = json.loads(sys.argv[1])
begun = time.perf_counter()
for name in names:
    importlib.import_module(name)
print(time.perf_counter() - begun)
"""
QUERY = """query ($id: ID!) { wallet(id: $id) { id currency available held pending arrears
    lots { expires issuer points lapsed } } }"""


@strawberry.type
class Lot:
    expires: str
    issuer: str
    points: Points
    lapsed: bool


@strawberry.type
class Wallet:
    id: strawberry.ID
    currency: str
    available: Points
    held: Points
    pending: Points
    arrears: Points
    lots: list[Lot]


@strawberry.type
class Query:
    @strawberry.field
    async def wallet(self, id: strawberry.ID) -> Wallet:  # noqa: A002, ARG002
        return _WALLET


_WALLET = Wallet(
    id=strawberry.ID("V2FsbGV0OjA="),
    currency="STARS",
    available=5,
    held=0,
    pending=0,
    arrears=0,
    lots=[Lot(expires="2027-11-30", issuer="grocer", points=5, lapsed=False)],
)


def figures() -> Iterator[Figure]:
    yield _waking()
    yield _awake()


def _waking() -> Figure:
    names = json.dumps(json.loads(_output(_LOADED)))
    _output(_BARE, names)
    rows = [(float(_output(_BARE, names)), float(_output(_OURS))) for _ in range(_TURNS)]
    bare_s, ours_s = (median(column) for column in zip(*rows, strict=True))
    return at_most(
        "waking the API's function",
        median(ours / bare for bare, ours in rows),
        1.2,
        "x its third-party modules",
        f"{1000 * ours_s:.0f} ms beside {1000 * bare_s:.0f} ms",
    )


def _output(code: str, *arguments: str) -> str:
    run = [sys.executable, "-c", code, *arguments]
    # As deployed, what is imported is compiled beforehand: the first run, which no turn counts.
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(
        run, check=True, capture_output=True, text=True, timeout=120, env=env
    ).stdout


def _awake() -> Figure:
    house = House()
    member = house.enrolled()
    house.earned(member, 5)
    wallet = house.wallet(member)["id"]
    issuer = TokenIssuer.new(ORIGIN)
    token = issuer.token(as_member(member))
    app = Observed(application(house.coalition, issuer.public), Telemetry("api"))
    served = Mangum(app, lifespan="off", text_mime_types=[JSON, GRAPHQL_RESPONSE])
    event = _event(token, wallet)
    bare = Schema(query=Query, config=CONFIG)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def answered(event_: dict[str, Any]) -> None:
        body = json.loads(served(event_, None)["body"])  # type: ignore[arg-type]
        if body.get("errors") or body["data"]["wallet"]["available"] != 5:
            raise SystemExit(f"the benchmark's query was refused: {body}")

    def resolved() -> None:
        variables = {"id": wallet}
        answer = loop.run_until_complete(bare.execute(QUERY, variable_values=variables))
        if answer.errors:
            raise SystemExit(f"the bare query was refused: {answer.errors}")

    turns = in_turns(resolved, lambda: answered(event), calls=_CALLS, turns=_TURNS)
    loop.close()
    return at_most(
        "a warm wallet query through Mangum",
        turns.ratio,
        2,
        "x a bare cached Strawberry resolver",
        f"{turns.second_s * 1e6:.0f} µs beside {turns.first_s * 1e6:.0f} µs",
    )


def _event(token: str, wallet: str) -> dict[str, Any]:
    text = _EVENT.read_text(encoding="utf-8").replace("{operator}", token)
    event: dict[str, Any] = json.loads(text)
    return {**event, "body": json.dumps({"query": QUERY, "variables": {"id": wallet}})}
