"""What a post to a witness comes to, whatever is at the other end."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from loyalty.ports import StoreUnavailable
from sealing.ports import Answer
from storage.witness_http import MAX_ANSWER_BYTES, HttpPost

SHORT = HttpPost(total_s=0.6, connect_s=0.3, read_s=0.3)


class Asked:
    """The last request that a witness got."""

    path = ""
    body = b""
    headers: Any = None
    count = 0


@contextmanager
def witness(status: int = 200, body: bytes = b"", **headers: str) -> Iterator[tuple[str, Asked]]:
    """A witness that answers every post alike."""
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.path, asked.headers = self.path, self.headers
            asked.body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.count += 1
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", asked
        listening.shutdown()
        thread.join()


@contextmanager
def peer(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """Whoever accepts connections and then behaves so."""

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, suppress(OSError):
                    behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/add-checkpoint"
        listening.shutdown(socket.SHUT_RDWR)


def drip(head: bytes, each: bytes) -> Callable[[socket.socket], None]:
    """Sends something, and then a little again and again."""

    def behave(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(head)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(each)

    return behave


@pytest.mark.parametrize("status", [200, 204, 400, 403, 404, 409, 422, 500, 503])
def test_a_witness_s_answer_is_handed_on(status: int) -> None:
    """Status, type and body as they came: what they mean is for the protocol to say."""
    body = b"" if status == 204 else b"17\n\xff"
    with witness(status, body, Content_Type="text/x.tlog.size") as (url, asked):
        answer = HttpPost()(f"{url}/w1/add-checkpoint", b"old 3\n\nnote")
    assert answer == Answer(status, "text/x.tlog.size", body)
    assert (asked.path, asked.body) == ("/w1/add-checkpoint", b"old 3\n\nnote")


def test_no_redirect_is_followed() -> None:
    """A witness cannot make the operator's server ask whom it likes."""
    with witness() as (other, asked), witness(307, b"", Location=f"{other}/x") as (url, _):
        assert HttpPost()(url, b"body").status == 307
    assert asked.count == 0


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets the environment of a process does not read its posts."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    with witness() as (proxy, asked), witness(200, b"own") as (url, _):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        assert HttpPost()(url, b"body").body == b"own"
    assert asked.count == 0


@pytest.mark.parametrize("excess", [0, 1, 10_000_000])
def test_an_answer_is_of_64_kb_at_most(excess: int) -> None:
    """What is longer is no cosignature, and is not read to its end."""
    with witness(200, b"x" * (MAX_ANSWER_BYTES + excess)) as (url, _):
        if excess:
            with pytest.raises(StoreUnavailable, match="more than"):
                HttpPost()(url, b"body")
        else:
            assert len(HttpPost()(url, b"body").body) == MAX_ANSWER_BYTES


def test_a_compressed_answer_is_not_unpacked() -> None:
    """Nobody asked for one, and a small one may be a large one."""
    with witness(200, b"\x1f\x8b not gzip", Content_Encoding="gzip") as (url, asked):
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


PEERS: dict[str, Callable[[socket.socket], None]] = {
    "hangs up": lambda connection: None,
    "is silent": lambda connection: time.sleep(2),
    "speaks another protocol": drip(b"SSH-2.0-OpenSSH_9.7\r\n", b""),
    "never ends its headers": drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "never ends its body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"x"),
    "breaks off": lambda connection: connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx"
    ),
    "claims a negative length": drip(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"x"),
    "sends broken chunks": drip(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"x"
    ),
}


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
        with witness(200, b"own") as (other, _):
            assert post(other, b"body").body == b"own"
