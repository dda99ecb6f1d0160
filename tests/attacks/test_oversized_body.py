"""Attack: bodies that are larger, longer, deeper or other than they say."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from functions.api import application
from schema.http import BODY_LIMIT_BYTES
from schema.measure import Limits
from schema.product import BODY_OF_NOBODY_BYTES
from tests.attacks.api import Api, codes
from tests.attacks.tokens import ISSUER, partner_token
from tests.coalition import GROCER, NOON, House, as_member, contents, verified

JSON = {"content-type": "application/json"}
GIFT = """mutation ($to: ID!) { transferPoints(input: {idempotencyKey: "k", toMemberId: $to,
    currency: "STARS", points: 10}) { transaction { id } } }"""


def gift(to: str, size: int = 0) -> bytes:
    """A body that would move points, with that many bytes of padding before and after."""
    body = orjson.dumps({"query": GIFT, "variables": {"to": to}})
    return b" " * (size // 2) + body + b" " * (size - size // 2)


async def chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [BODY_LIMIT_BYTES, 8 * BODY_LIMIT_BYTES])
def test_body_past_the_limit_moves_nothing(house: House, size: int, chunked: bool) -> None:
    """With a length or in chunks; the padding is legal JSON."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    before = contents(house.store)
    body = gift(grace, size)
    content: Any = chunks(body) if chunked else body
    answer = Api(house).send(as_member(ada), content=content, headers=JSON)
    assert answer.status_code == 413
    assert codes(answer) == ["BAD_REQUEST"]
    assert contents(house.store) == before
    verified(house.store)


@pytest.mark.parametrize(
    "length", ["1", "0", "-1", "+5", "1e3", "0x10", "²", "", "9" * 400, "5, 5"]
)
def test_length_that_lies_changes_nothing(house: House, length: str) -> None:
    """What is read is what came, up to the limit; a length is only ever a reason to refuse."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)

    async def chunk() -> AsyncIterator[bytes]:
        yield gift(grace, 2 * BODY_LIMIT_BYTES)

    headers = {b"content-type": b"application/json", b"content-length": length.encode()}
    sending: Any = {"content": chunk(), "headers": headers}
    answer: httpx.Response = Api(house).send(as_member(ada), **sending)
    assert answer.status_code == 413
    assert house.wallet(ada)["available"] == 100
    verified(house.store)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 500_000,
        b'{"query":' * 100_000,
        b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
        b'{"query": "{ __typename }", "extensions": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"query": "' + b"{" * 1_000_000 + b'"}',
        b'{"query": "' + b"# " * 500_000 + b'"}',
        b'{"query": "{ __typename(a: ' + b"[" * 300_000 + b'"}',
        b'{"query": "{ a' + b" a" * 500_000 + b' }"}',
        b'{"query": "{ __typename }", "variables": {"a": 1' + b"0" * 1_000_000 + b"}}",
    ],
    ids=["arrays", "objects", "variables", "extensions", "braces", "comments", "lists", "fields",
         "digits"],
)  # fmt: skip
def test_deep_or_long_texts_are_refused(house: House, body: bytes) -> None:
    """Within the limit of bytes, and past every other."""
    assert len(body) <= BODY_LIMIT_BYTES + 60
    ada = as_member(house.enrolled())
    before = contents(house.store)
    answer = Api(house).send(ada, content=body[:BODY_LIMIT_BYTES], headers=JSON)
    assert set(codes(answer)) <= {
        "BAD_REQUEST",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
    }
    assert "Traceback" not in answer.text
    assert len(answer.content) < 20_000
    assert contents(house.store) == before


WIDE = {"lists": b"[]", "objects": b"{}", "numbers": b"1", "lists in lists": b"[" * 60 + b"]" * 60}


@pytest.mark.parametrize("place", ["variables", "extensions", "more"])
@pytest.mark.parametrize("unit", WIDE.values(), ids=WIDE.keys())
def test_half_a_million_of_values_are_not_made(house: House, unit: bytes, place: str) -> None:
    """They are counted before anything is read of them, wherever they stand."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    wide = b'"%s": {"a": [%s1]}, ' % (place.encode(), (unit + b",") * (900_000 // (len(unit) + 1)))
    body = gift(grace).replace(b'{"query"', b"{" + wide + b'"query"', 1)
    assert len(body) < BODY_LIMIT_BYTES
    before = contents(house.store)
    answer = Api(house).send(as_member(ada), content=body, headers=JSON)
    assert (answer.status_code, codes(answer)) == (413, ["BAD_REQUEST"])
    assert contents(house.store) == before


def test_as_many_values_as_may_be_given_are_read(house: House) -> None:
    """Brackets and commas stand in no request's way before its values do."""
    orders = [{"lines": [[]] * 999}] * (Limits().values // 1_001)
    query = "query ($a: [Int]) { coalition { partners(first: 1) { nodes(a: $a) { id } } } }"
    body = orjson.dumps({"query": query, "variables": {"a": orders}})
    answer = Api(house).send(as_member(house.enrolled()), content=body, headers=JSON)
    assert codes(answer) == ["GRAPHQL_VALIDATION_FAILED"]


def test_nobody_sends_more_than_nobody_needs(house: House) -> None:
    """A partner's till sends receipts; without a token there is nothing to send."""
    body = b" " * BODY_OF_NOBODY_BYTES + b'{"query": "{ __typename }"}'
    answer = Api(house).send(None, content=body, headers=JSON)
    assert (answer.status_code, codes(answer)) == (413, ["BAD_REQUEST"])
    assert "without a token" in answer.json()["errors"][0]["message"]
    longest = body[-BODY_OF_NOBODY_BYTES:]
    assert Api(house).send(None, content=longest, headers=JSON).status_code == 200
    assert Api(house).send(GROCER, content=body, headers=JSON).status_code == 200


def test_nothing_is_read_for_a_token_that_is_none(house: House) -> None:
    """Who asks is known first: what a forger sends beside the token costs nothing."""
    read = 0

    async def chunk() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield b"["

    async def ask() -> httpx.Response:
        app = application(house.coalition, ISSUER, token_clock=lambda: NOON)
        headers = {**JSON, "authorization": f"Bearer {partner_token(signer='fuel')}"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test"
        ) as client:
            return await client.post("/graphql", content=chunk(), headers=headers)

    assert asyncio.run(ask()).status_code == 401
    assert read == 0


def test_compressed_body_is_not_unpacked(house: House) -> None:
    """A bomb of gzip is not JSON: nothing here unpacks it."""
    answer = Api(house).send(
        None,
        content=b"\x1f\x8b\x08\x00" + b"\x00" * 100,
        headers={**JSON, "content-encoding": "gzip"},
    )
    assert answer.status_code == 400
    assert codes(answer) == ["BAD_REQUEST"]


def test_body_that_never_ends_is_left(house: House) -> None:
    """After a mebibyte it is not read any further."""
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1 << 16
            yield b" " * (1 << 16)
            await asyncio.sleep(0)

    sent: list[Any] = []

    async def ask() -> None:
        source = endless()

        async def receive() -> Any:
            return {"type": "http.request", "body": await anext(source), "more_body": True}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
        }
        api = Api(house)
        api._actor = GROCER
        await api._app(scope, receive, send)

    asyncio.run(ask())
    assert sent[0]["status"] == 413
    assert read <= BODY_LIMIT_BYTES + (1 << 16)
