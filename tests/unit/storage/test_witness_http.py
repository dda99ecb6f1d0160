"""What a post to a witness comes to, whatever is at the other end."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

import pytest

from loyalty.ports import StoreUnavailable
from sealing.ports import Answer
from storage.witness_http import MAX_ANSWER_BYTES, HttpPost
from tests.unit.storage.answering import PEERS, answering, drip, peer

SHORT = HttpPost(total_s=0.6, connect_s=0.3, read_s=0.3)


@pytest.mark.parametrize("status", [200, 204, 400, 403, 404, 409, 422, 500, 503])
def test_a_witness_s_answer_is_handed_on(status: int) -> None:
    """Status, type and body as they came: what they mean is for the protocol to say."""
    body = b"" if status == 204 else b"17\n\xff"
    with answering(status, body, Content_Type="text/x.tlog.size") as (url, asked):
        answer = HttpPost()(f"{url}/w1/add-checkpoint", b"old 3\n\nnote")
    assert answer == Answer(status, "text/x.tlog.size", body)
    assert (asked.path, asked.body) == ("/w1/add-checkpoint", b"old 3\n\nnote")


def test_no_redirect_is_followed() -> None:
    """A witness cannot make the operator's server ask whom it likes."""
    with answering() as (other, asked), answering(307, b"", Location=f"{other}/x") as (url, _):
        assert HttpPost()(url, b"body").status == 307
    assert asked.count == 0


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets the environment of a process does not read its posts."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    with answering() as (proxy, asked), answering(200, b"own") as (url, _):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        assert HttpPost()(url, b"body").body == b"own"
    assert asked.count == 0


@pytest.mark.parametrize("excess", [0, 1, 10_000_000])
def test_an_answer_is_of_64_kb_at_most(excess: int) -> None:
    """What is longer is no cosignature, and is not read to its end."""
    with answering(200, b"x" * (MAX_ANSWER_BYTES + excess)) as (url, _):
        if excess:
            with pytest.raises(StoreUnavailable, match="more than"):
                HttpPost()(url, b"body")
        else:
            assert len(HttpPost()(url, b"body").body) == MAX_ANSWER_BYTES


def test_a_compressed_answer_is_not_unpacked() -> None:
    """Nobody asked for one, and a small one may be a large one."""
    with answering(200, b"\x1f\x8b not gzip", Content_Encoding="gzip") as (url, asked):
        assert HttpPost()(url, b"body").body == b"\x1f\x8b not gzip"
    assert asked.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "//127.0.0.1/x",
        "/add-checkpoint",
        "",
        "http://",
        "http://[::1",
        "http://127.0.0.1:99999/x",
        "http://127.0.0.1:x/",
        "http://a b/",
        "http://no-such-host.invalid/x",
        "https+unix://x",
    ],
)
def test_a_url_that_is_none_of_a_witness_is_unavailable(url: str) -> None:
    """A policy may name anything; it delays nothing and raises nothing else."""
    with pytest.raises(StoreUnavailable):
        SHORT(url, b"body")


@pytest.mark.parametrize("behave", PEERS.values(), ids=PEERS.keys())
def test_whoever_does_not_answer_in_time_is_unavailable(
    behave: Callable[[socket.socket], None],
) -> None:
    """Within the time that a post has, however the other end spends it."""
    with peer(behave) as url:
        started = time.monotonic()
        with pytest.raises(StoreUnavailable):
            SHORT(url, b"body")
        assert time.monotonic() - started < 2


def test_a_refused_connection_is_unavailable() -> None:
    """Nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(StoreUnavailable):
        SHORT(f"http://127.0.0.1:{port}/", b"body")


def test_a_host_that_does_not_let_posts_end_gets_no_more() -> None:
    """Each keeps a thread. Others are posted to all the same."""
    post = HttpPost(total_s=0.2, connect_s=0.2, read_s=0.2)

    def continues(connection: socket.socket) -> None:
        connection = connection.dup()
        Thread(target=suppressed, args=(connection,), daemon=True).start()

    def suppressed(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n")(connection)

    with peer(continues) as url:
        said = []
        for _ in range(4):
            with pytest.raises(StoreUnavailable) as raised:
                post(url, b"body")
            said.append(str(raised.value))
        assert ["no answer within" in text for text in said] == [True, True, False, False]
        assert "2 earlier posts have not ended" in said[3]
        with answering(200, b"own") as (other, _):
            assert post(other, b"body").body == b"own"
