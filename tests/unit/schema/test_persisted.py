"""Documents by their hash: Apollo's protocol, and a safelist."""

import asyncio
from typing import Any

import httpx
import pytest
import strawberry
from starlette.requests import Request

from schema.direct import DirectSchema
from schema.http import PRODUCTION, Exposure, graphql_app
from schema.http.persisted import hash_of
from schema.measure import Limits

ONE = "query One { one }"
EARN = "mutation { earn }"
NOT_FOUND = {
    "message": "PersistedQueryNotFound",
    "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
}


@strawberry.type
class Query:
    """A field, and another."""

    @strawberry.field
    def one(self) -> int:
        """Succeed."""
        return 1

    @strawberry.field
    def two(self) -> int:
        """Succeed as well."""
        return 2


@strawberry.type
class Mutation:
    """One mutation."""

    @strawberry.mutation
    def earn(self) -> int:
        """Succeed."""
        return 5


async def nobody(_request: Request) -> object:
    """Give the resolvers nothing."""
    return None


def extensions(text: str, **other: object) -> dict[str, Any]:
    """Name a document by its hash."""
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text), **other}}


class Client:
    """Asks one application, as it is exposed."""

    def __init__(self, exposure: Exposure = PRODUCTION, **bounds: int) -> None:
        schema = DirectSchema(Query, Mutation)
        schema.limits = Limits(**bounds)
        self._app = graphql_app(schema, nobody, exposure)

    def ask(self, method: str = "POST", **request: Any) -> httpx.Response:
        """Send a request."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, "/graphql", **request)

        return asyncio.run(send())

    def post(self, **parameters: Any) -> Any:
        """Send parameters as JSON, and give back the answer's JSON."""
        return self.ask(json=parameters).json()

    def code(self, **parameters: Any) -> str:
        """The code of the one error that there is."""
        answer = self.post(**parameters)
        (error,) = answer["errors"]
        assert "data" not in answer
        return str(error["extensions"]["code"])


def test_unknown_hash_is_learnt_with_its_document() -> None:
    """The client is told, sends both once, and from then on the hash alone."""
    client = Client()
    assert client.post(extensions=extensions(ONE)) == {"errors": [NOT_FOUND]}
    assert client.post(query=ONE, extensions=extensions(ONE)) == {"data": {"one": 1}}
    assert client.post(extensions=extensions(ONE)) == {"data": {"one": 1}}


def test_hash_does_in_the_url_of_a_query() -> None:
    """A GET with a hash is short enough for caches; a mutation is none, by its hash neither."""
    client = Client()
    for text in (ONE, EARN):
        client.post(query=text, extensions=extensions(text))
    named = '{"persistedQuery":{"version":1,"sha256Hash":"%s"}}'
    got = client.ask("GET", params={"extensions": named % hash_of(ONE)})
    assert got.json() == {"data": {"one": 1}}
    assert client.ask("GET", params={"extensions": named % hash_of(EARN)}).status_code == 405


@pytest.mark.parametrize("named", [ONE, "{ two }", ONE + " ", ""])
def test_hash_of_another_document_is_refused(named: str) -> None:
    """Whoever names one document and sends another is not answered, and nothing is kept."""
    client = Client()
    sent = "{ one two }"
    assert client.code(query=sent, extensions=extensions(named)) == "BAD_REQUEST"
    assert client.code(extensions=extensions(named)) == "PERSISTED_QUERY_NOT_FOUND"
    assert client.code(extensions=extensions(sent)) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "given",
    [
        5,
        "x",
        [],
        {},
        {"version": 1},
        {"version": 2, "sha256Hash": hash_of(ONE)},
        {"version": True, "sha256Hash": hash_of(ONE)},
        {"version": "1", "sha256Hash": hash_of(ONE)},
        {"version": 1, "sha256Hash": hash_of(ONE).upper()},
        {"version": 1, "sha256Hash": hash_of(ONE)[:63]},
        {"version": 1, "sha256Hash": hash_of(ONE) + "\n"},
        {"version": 1, "sha256Hash": None},
        {"version": 1, "sha256Hash": 5},
    ],
)
def test_what_is_not_of_the_protocol_is_refused(given: object) -> None:
    """Another version, and what is no SHA-256 in small digits, is a bad request."""
    client = Client()
    assert client.code(extensions={"persistedQuery": given}) == "BAD_REQUEST"
    assert client.code(query=ONE, extensions={"persistedQuery": given}) == "BAD_REQUEST"


def test_nothing_that_cannot_run_is_kept() -> None:
    """What does not parse or does not fit the schema takes nobody's place."""
    client = Client()
    for text in ("{", "{ nosuch }"):
        client.post(query=text, extensions=extensions(text))
        assert client.code(extensions=extensions(text)) == "PERSISTED_QUERY_NOT_FOUND"


def test_what_was_used_last_stays() -> None:
    """As many are kept as are kept parsed; the one that waited longest goes."""
    client = Client(cached_documents=2)
    texts = ["{ one }", "{ two }", "{ one two }"]
    for text in texts[:2]:
        client.post(query=text, extensions=extensions(text))
    assert client.post(extensions=extensions(texts[0])) == {"data": {"one": 1}}
    client.post(query=texts[2], extensions=extensions(texts[2]))
    assert client.post(extensions=extensions(texts[0])) == {"data": {"one": 1}}
    assert client.code(extensions=extensions(texts[1])) == "PERSISTED_QUERY_NOT_FOUND"


def test_what_is_too_long_to_be_kept_is_answered_all_the_same() -> None:
    """A document past the cache's length is sent whole each time."""
    client = Client(cached_chars=20)
    long = "{ one }" + " " * 20
    assert client.post(query=long, extensions=extensions(long)) == {"data": {"one": 1}}
    assert client.code(extensions=extensions(long)) == "PERSISTED_QUERY_NOT_FOUND"


SAFE = Exposure(safelist={hash_of(text): text for text in (ONE, EARN)})


def test_safelist_is_all_that_is_answered() -> None:
    """By hash or whole; anything else is refused, and learns nothing by asking."""
    client = Client(SAFE)
    assert client.post(extensions=extensions(ONE)) == {"data": {"one": 1}}
    assert client.post(query=EARN) == {"data": {"earn": 5}}
    assert client.post(query=ONE, extensions=extensions(ONE)) == {"data": {"one": 1}}
    for text in ("{ two }", ONE + " ", "{ __typename }", "{", "{ nosuch }"):
        assert client.code(query=text) == "QUERY_NOT_IN_SAFELIST"
        both = {"query": text, "extensions": extensions(text)}
        assert client.code(**both) == "QUERY_NOT_IN_SAFELIST"
        assert client.code(extensions=extensions(text)) == "PERSISTED_QUERY_NOT_IN_LIST"


@pytest.mark.parametrize(
    "safelist",
    [
        {hash_of(ONE): EARN},
        {hash_of(ONE).upper(): ONE},
        {hash_of("{ nosuch }"): "{ nosuch }"},
        {hash_of("{"): "{"},
        {hash_of(ONE): 5},
        [ONE],
    ],
)
def test_safelist_that_cannot_hold_does_not_start(safelist: Any) -> None:
    """A wrong hash, or a document that the schema would refuse, shows at deployment."""
    with pytest.raises(ValueError, match="safelist"):
        Client(Exposure(safelist=safelist))
