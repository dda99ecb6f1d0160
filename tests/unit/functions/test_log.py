"""The published log over HTTP, by the paths of c2sp.org/tlog-tiles."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.routing import Router

from functions.api import application
from functions.log import _file
from ledger.audit import audit
from ledger.tiles import tiles_of, unpack_entries
from local.keys import TokenIssuer
from loyalty.ports import StoreUnavailable
from sealing.proving import Prover
from storage.memory_log import MemoryObjects
from tests.sealing import LOG_KEY, SealedHouse
from tests.signing import ORIGIN

ISSUER = TokenIssuer.new(ORIGIN).public


@pytest.fixture(scope="module")
def house() -> SealedHouse:
    """A log with more than one full tile."""
    house = SealedHouse()
    member = house.enrolled()
    for _ in range(260):
        house.earned(member, 1)
    while house.sealed().waiting:
        pass
    return house


class Client:
    """Sends requests to an application in this process."""

    def __init__(self, app: Router) -> None:
        self._transport = httpx.ASGITransport(app)

    def request(self, method: str, path: str, **headers: str) -> httpx.Response:
        async def answer() -> httpx.Response:
            client = httpx.AsyncClient(transport=self._transport, base_url="https://stars.example")
            async with client:
                given = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, path, headers=given)

        return asyncio.run(answer())

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.request("GET", path, **headers)


def client_of(house: SealedHouse, log: Any = None) -> Client:
    prover = Prover(house.store, house.heads, log or house.log, house.own)
    return Client(application(house.coalition, ISSUER, prover))


@pytest.fixture
def client(house: SealedHouse) -> Client:
    return client_of(house)


class Served:
    """The log at /log/, to an auditor."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, path: str) -> bytes | None:
        answer = self._client.get(f"/log/{path}")
        return answer.content if answer.status_code == 200 else None


def test_an_auditor_needs_nothing_else(client: Client, house: SealedHouse) -> None:
    """No token, no other address: the audit of what is served holds."""
    audited = audit(Served(client), [LOG_KEY.verifier], origin=ORIGIN, cores=1)
    assert audited.fault is None
    assert audited.checkpoint == house.published()


def test_the_checkpoint_is_text_that_no_cache_keeps(client: Client, house: SealedHouse) -> None:
    """It changes with every block."""
    answer = client.get("/log/checkpoint")
    assert answer.content == house.log.read("checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_full_tiles_are_kept_for_ever_and_partial_ones_for_a_moment(
    client: Client, house: SealedHouse
) -> None:
    """Each as the tree has it, hashes and entries alike."""
    tiles = list(tiles_of(house.published().size))
    assert {tile.width == 256 for tile in tiles} == {True, False}
    for tile in tiles:
        answer = client.get(f"/log/{tile.path}")
        assert answer.content == house.log.read(tile.path)
        assert answer.headers["content-type"] == "application/octet-stream"
        full = tile.width == 256
        assert ("immutable" in answer.headers["cache-control"]) is full
        assert ("max-age=60" in answer.headers["cache-control"]) is not full


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/001/",
        "tile/0/002",
        "tile/0/0",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/000.p/007",
        "tile/64/000",
        "tile/-1/000",
        "tile/entries/999",
        "tile/entries/000.p/1/x",
        "tile/data/000",
        "Checkpoint",
        "checkpoint/",
        "checkpoint%00",
        "checkpoint%0a",
        "tile/0/%2e%2e/checkpoint",
        "%2e%2e/own/pages/00",
        "//checkpoint",
        "index.html",
        "own/pages/00",
        "staging/1-00",
        "tile/0/x001/x234/067",
        "tile/0/" + "x000/" * 200 + "000",
    ],
)
def test_what_is_not_in_the_log_is_a_404(client: Client, path: str) -> None:
    """Never a 200 with an empty body, or with another page; and it may be there later."""
    answer = client.get(f"/log/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"


def test_before_the_first_block_there_is_no_checkpoint() -> None:
    """Only a log that there is has one."""
    assert client_of(SealedHouse()).get("/log/checkpoint").status_code == 404


def test_head_tells_the_same_without_the_body(client: Client) -> None:
    """For caches and for who only asks whether it is there."""
    for path in ("checkpoint", "tile/0/000", "tile/0/009"):
        got, head = client.get(f"/log/{path}"), client.request("HEAD", f"/log/{path}")
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers == got.headers


def test_nothing_can_be_written(client: Client) -> None:
    """The log is read only."""
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.request(method, "/log/checkpoint").status_code == 405


def test_what_a_cache_has_is_not_sent_again(client: Client) -> None:
    """By its tag, weak or among others; another tag gets the file."""
    tag = client.get("/log/checkpoint").headers["etag"]
    for tags in (tag, f"W/{tag}", f'"x", {tag}'):
        answer = client.get("/log/checkpoint", if_none_match=tags)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
    assert client.get("/log/checkpoint", if_none_match='"x"').status_code == 200


def test_entries_are_compressed_for_who_accepts_it(client: Client, house: SealedHouse) -> None:
    """They are JSON; hashes would only grow. The two have tags of their own."""
    path = "/log/tile/entries/000"
    plain = client.get(path, accept_encoding="identity")
    small = client.get(path, accept_encoding="br, gzip")
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"])
    assert plain.content == small.content
    assert len(unpack_entries(plain.content, 256)) == 256
    assert plain.headers["etag"] != small.headers["etag"]
    assert plain.headers["vary"] == small.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in client.get("/log/tile/0/000").headers


class Down(MemoryObjects):
    """Storage that does not answer."""

    def read(self, path: str) -> bytes | None:
        raise StoreUnavailable("Could not connect to https://s3.example: secret-host")


def test_a_storage_that_does_not_answer_is_a_503(house: SealedHouse) -> None:
    """Not a 404, which would say that the tile is not there; and nothing of ours shows in it."""
    answer = client_of(house, Down()).get("/log/tile/0/000")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "secret" not in answer.text


def test_a_coalition_without_a_log_serves_none(house: SealedHouse) -> None:
    """As before anything is sealed."""
    client = Client(application(house.coalition, ISSUER))
    assert client.get("/log/checkpoint").status_code == 404
    assert client.get("/health").status_code == 200


def test_a_cache_that_has_entries_compressed_is_not_sent_them_again(client: Client) -> None:
    """Each representation by its own tag, and by no other's."""
    path = "/log/tile/entries/000"
    tags = {
        coding: client.get(path, accept_encoding=coding).headers["etag"]
        for coding in ("gzip", "identity")
    }
    for coding in tags:
        for other, tag in tags.items():
            answer = client.get(path, accept_encoding=coding, if_none_match=tag)
            assert answer.status_code == (304 if coding == other else 200)


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [("gzip", True), ("br,GZip", True), ("gzip;q=0", False), ("x-gzip-not", False), ("", False)],
)
def test_nobody_is_sent_what_he_does_not_accept(
    client: Client, accepted: str, compressed: bool
) -> None:
    """Codings have no case (RFC 9110, section 8.4.1); with a weight of 0 one is refused."""
    answer = client.get("/log/tile/entries/000", accept_encoding=accepted)
    assert ("content-encoding" in answer.headers) is compressed


def test_what_has_one_tag_has_the_same_bytes(house: SealedHouse) -> None:
    """A strong tag says so: compressed at another time, entries are no others."""
    tile = Prover(house.store, house.heads, house.log, house.own).read("tile/entries/000")
    assert tile is not None
    scope = {"type": "http", "headers": [(b"accept-encoding", b"gzip")]}
    answer = _file(Request(scope), "tile/entries/000", tile)
    assert bytes(answer.body)[4:8] == bytes(4)
