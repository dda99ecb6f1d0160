"""What fetching an issuer's documents comes to, whatever is at the other end."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loyalty.ports import StoreUnavailable
from storage.issuer_http import MAX_DOCUMENT_BYTES, IssuerGet
from tests.unit.storage.answering import PEERS, answering, certified, peer

SHORT = IssuerGet(total_s=0.6, connect_s=0.3, read_s=0.3)


def test_a_document_is_handed_on_as_it_came() -> None:
    """What it means is for its reader to say."""
    with answering(200, b'{"keys": []}') as (url, asked):
        assert IssuerGet()(f"{url}/jwks.json") == b'{"keys": []}'
    assert (asked.path, asked.headers["Accept"]) == ("/jwks.json", "application/json")


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 308, 400, 404, 500, 503])
def test_only_200_is_an_answer(status: int) -> None:
    """No redirect is followed: keys come from the address that was named."""
    with (
        answering() as (other, asked),
        answering(status, b"", Location=f"{other}/x") as (url, _),
        pytest.raises(StoreUnavailable, match=f"answers {status}"),
    ):
        SHORT(url)
    assert asked.count == 0


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets the environment of a process does not choose its keys."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    with answering() as (proxy, asked), answering(200, b"own") as (url, _):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        assert SHORT(url) == b"own"
    assert asked.count == 0


@pytest.mark.parametrize("excess", [0, 1, 10_000_000])
def test_a_document_is_of_64_kb_at_most(excess: int) -> None:
    """What is longer is no set of keys, and is not read to its end."""
    with answering(200, b"x" * (MAX_DOCUMENT_BYTES + excess)) as (url, _):
        if excess:
            with pytest.raises(StoreUnavailable, match="more than"):
                IssuerGet()(url)
        else:
            assert len(IssuerGet()(url)) == MAX_DOCUMENT_BYTES


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "//127.0.0.1/x",
        "/jwks.json",
        "",
        "http://",
        "http://[::1",
        "http://localhost/x",
        "http://127.0.0.1.nip.io/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/x",
        "http://0.0.0.0/x",
        "https://127.0.0.1:99999/x",
        "https://no-such-host.invalid/x",
        "https+unix://x",
    ],
)
def test_an_address_that_no_keys_come_from(url: str) -> None:
    """Without TLS whoever is in between could answer: only this machine's own addresses may."""
    with pytest.raises(StoreUnavailable):
        SHORT(url)


def test_a_name_of_this_machine_is_not_asked_without_tls() -> None:
    """A name may lead anywhere tomorrow; only an address is sure to stay here."""
    with answering(200, b"{}") as (url, asked):
        port = url.rpartition(":")[2]
        with pytest.raises(StoreUnavailable, match="not https"):
            SHORT(f"http://localhost:{port}/jwks.json")
        assert asked.count == 0
        assert SHORT(f"http://127.0.0.1:{port}/jwks.json") == b"{}"


@pytest.mark.parametrize(
    ("name", "trusted"), [("127.0.0.1", True), ("127.0.0.1", False), ("x", True)]
)
def test_a_certificate_is_asked_for(tmp_path: Path, name: str, trusted: bool) -> None:
    """Who shows none for its name that this machine trusts is not the issuer."""
    context, signer = certified(tmp_path, name)
    get = IssuerGet(ca_file=signer if trusted else None)
    with answering(200, b"{}", tls=context) as (url, asked):
        if trusted and name == "127.0.0.1":
            assert get(url) == b"{}"
        else:
            with pytest.raises(StoreUnavailable, match="certificate"):
                get(url)
            assert asked.count == 0


@pytest.mark.parametrize("behave", PEERS.values(), ids=PEERS.keys())
def test_whoever_does_not_answer_in_time_is_unavailable(
    behave: Callable[[socket.socket], None],
) -> None:
    """A request waits for its keys no longer than a fetch may take."""
    with peer(behave) as url:
        started = time.monotonic()
        with pytest.raises(StoreUnavailable):
            SHORT(url)
        assert time.monotonic() - started < 2
