"""What a post to an endpoint comes to, whatever is at the other end, and where none ever goes."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from loyalty.webhooks.ports import Reply
from storage import webhook_http
from storage.webhook_http import (
    BAD_URL,
    NO_ADDRESS,
    NO_ANSWER,
    NO_TLS,
    NOT_REACHED,
    PRIVATE,
    WebhookPost,
)
from tests.unit.storage.answering import certified

HEADERS = {"webhook-id": "evt_1", "Content-Type": "application/json"}


class Peer:
    """Whoever listens on 127.0.0.1. requests: the first bytes of each connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requests: list[bytes] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?a=1"


@contextmanager
def peer(
    behave: Callable[[socket.socket], None], context: ssl.SSLContext | None = None
) -> Iterator[Peer]:
    """One that reads a request and then behaves so."""

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                found.connections += 1
                with connection, suppress(OSError):
                    connection.settimeout(3)
                    if context is None:
                        serve(connection)
                    else:
                        with context.wrap_socket(connection, server_side=True) as secured:
                            serve(secured)

    def serve(connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n{}" not in data and len(data) < 10_000:
            part = connection.recv(65_536)
            if not part:
                return
            data += part
        found.requests.append(data)
        behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Peer(listening.getsockname()[1])
        Thread(target=accept, daemon=True).start()
        yield found
        listening.shutdown(socket.SHUT_RDWR)


def says(text: str) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(text.encode())


def drip(head: bytes, each: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(each)

    return behave


def local(total_s: float = 2.0, read_s: float = 1.0) -> WebhookPost:
    return WebhookPost(total_s=total_s, connect_s=0.5, read_s=read_s, loopback=True)


@pytest.mark.parametrize("status", [200, 202, 204, 301, 307, 400, 401, 404, 410, 429, 500, 503])
def test_a_status_is_handed_on(status: int) -> None:
    """With the headers and the body as they were given; what it means is for others to say."""
    with peer(says(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n")) as found:
        assert local()(found.url, HEADERS, b"{}") == Reply(status)
    (request,) = found.requests
    assert request.startswith(b"POST /hooks?a=1 HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\n{}")
    assert f"host: 127.0.0.1:{found.port}".encode() in request.lower()
    assert b"webhook-id: evt_1\r\n" in request


def test_no_redirect_is_followed() -> None:
    """An endpoint cannot make the coalition's machines ask whom it likes."""
    with peer(says("HTTP/1.1 200 OK\r\n\r\n")) as other:
        moved = f"HTTP/1.1 307 X\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n"
        with peer(says(moved)) as found:
            assert local()(found.url, HEADERS, b"{}") == Reply(307)
        assert other.connections == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120), ("0", 0), ("-5", 0), ("x", 0), ("9999999", 0), ("²", 0), ("", 0)],
)
def test_retry_after_is_read_in_seconds(text: str, seconds: int) -> None:
    """A date is not; nor is what is no number."""
    answer = f"HTTP/1.1 503 X\r\nRetry-After: {text}\r\nContent-Length: 0\r\n\r\n"
    with peer(lambda connection: connection.sendall(answer.encode("latin-1", "replace"))) as found:
        assert local()(found.url, HEADERS, b"{}") == Reply(503, "", seconds)


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets the environment of a process does not read what it sends."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    with peer(says("HTTP/1.1 200 X\r\n\r\n")) as proxy, peer(says("HTTP/1.1 204 X\r\n\r\n")) as to:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert local()(to.url, HEADERS, b"{}") == Reply(204)
        assert proxy.connections == 0


PEERS: dict[str, tuple[Callable[[socket.socket], None], list[Reply]]] = {
    "hangs up": (lambda connection: None, [NOT_REACHED]),
    "is silent": (lambda connection: time.sleep(2), [NO_ANSWER]),
    "speaks another protocol": (says("SSH-2.0-OpenSSH_9.7\r\n"), [NOT_REACHED]),
    "never ends its headers": (drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"), [NO_ANSWER]),
    "goes on with 100": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), [NO_ANSWER, NOT_REACHED]),
}


@pytest.mark.parametrize(("behave", "replies"), PEERS.values(), ids=PEERS.keys())
def test_whoever_does_not_answer_in_time_is_told_of_so(
    behave: Callable[[socket.socket], None], replies: list[Reply]
) -> None:
    """Within the time that a post has; the reason tells nothing of our network."""
    with peer(behave) as found:
        started = time.monotonic()
        assert local(total_s=0.6, read_s=0.3)(found.url, HEADERS, b"{}") in replies
        assert time.monotonic() - started < 2


def test_one_who_is_silent_is_not_waited_for_all_the_time_that_a_post_has() -> None:
    """So that its call ends, and is none that keeps its host from the next."""
    with peer(lambda connection: time.sleep(2)) as found:
        assert local(total_s=60, read_s=0.2)(found.url, HEADERS, b"{}") == NO_ANSWER


def test_an_answers_body_is_not_read() -> None:
    """However long it is, and whether or not it ends."""
    with peer(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", b"x")) as found:
        started = time.monotonic()
        assert local()(found.url, HEADERS, b"{}") == Reply(200)
        assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("behave", "reply"),
    [(lambda _: None, NOT_REACHED), (lambda connection: connection.recv(1), NO_ANSWER)],
    ids=["hangs up", "is silent"],
)
def test_a_message_that_may_have_come_is_not_posted_to_another_address(
    behave: Callable[[socket.socket], None], reply: Reply
) -> None:
    """Whoever took it gets it once an attempt, however many addresses its host has."""
    with peer(behave) as found:
        post = WebhookPost(read_s=0.2, loopback=True, resolve=lambda *_: ["127.0.0.1"] * 2)
        assert post(found.url, HEADERS, b"{}") == reply
    assert len(found.requests) == 1


def test_a_host_that_keeps_calls_from_ending_gets_no_more_of_them() -> None:
    """Whatever path or capitals its other URLs have; another host is still posted to."""
    asked: list[str] = []

    def resolve(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    drips = drip(b"HTTP/1.1 200 OK\r\nX: ", b"x")
    with peer(drips) as slow, peer(says("HTTP/1.1 204 X\r\n\r\n")) as other:
        post = WebhookPost(total_s=0.4, loopback=True, resolve=resolve)
        for host in ("localhost", "LOCALHOST", "Localhost"):
            assert post(f"http://{host}:{slow.port}/{host}", HEADERS, b"{}") == NO_ANSWER
        assert post(other.url, HEADERS, b"{}") == Reply(204)
    assert asked == ["localhost", "localhost", "127.0.0.1"]


def test_a_refused_connection_is_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert local()(f"http://127.0.0.1:{port}/", HEADERS, b"{}") == NOT_REACHED


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "https://169.254.169.254/", "file:///x", ""]
)
def test_a_url_that_should_never_have_been_registered_is_not_sent_to(url: str) -> None:
    """Whatever stands in the table."""
    assert WebhookPost()(url, HEADERS, b"{}") == BAD_URL


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["10.0.0.5"],
        ["::ffff:127.0.0.1"],
        ["fd00:ec2::254"],
        ["93.184.215.14", "127.0.0.1"],
        ["127.0.0.1", "93.184.215.14"],
        ["not an address"],
    ],
)
def test_a_name_that_leads_to_a_private_address_is_not_sent_to(
    addresses: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where only one of its addresses is such: nothing is connected to."""
    post = WebhookPost(resolve=lambda host, port: addresses)
    monkeypatch.setattr(post, "_sent", lambda *_: pytest.fail("it connected"))
    assert post("https://crm.example/", HEADERS, b"{}") == PRIVATE


def test_a_name_that_changes_its_address_is_looked_up_once() -> None:
    """The address that was looked at is the one that is connected to (DNS rebinding)."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with peer(says("HTTP/1.1 204 X\r\n\r\n")) as found:
        post = WebhookPost(loopback=True, resolve=rebinding)
        assert post(f"http://127.0.0.9:{found.port}/", HEADERS, b"{}") == Reply(204)
    assert asked == ["127.0.0.9"]
    assert f"host: 127.0.0.9:{found.port}".encode() in found.requests[0].lower()


@pytest.mark.parametrize("error", [OSError("secret-host"), UnicodeError("x")])
def test_a_name_that_leads_nowhere_says_so(error: Exception) -> None:
    def fails(host: str, port: int) -> Sequence[str]:
        raise error

    post = WebhookPost(resolve=fails)
    assert post("https://crm.example/", HEADERS, b"{}") == NO_ADDRESS
    assert WebhookPost(resolve=lambda *_: [])("https://crm.example/", {}, b"{}") == NO_ADDRESS


def test_the_second_address_is_tried_where_the_first_does_not_listen() -> None:
    """IPv6 of one who listens on IPv4 alone."""
    with peer(says("HTTP/1.1 204 X\r\n\r\n")) as found:
        post = WebhookPost(loopback=True, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
        assert post(f"http://localhost:{found.port}/", HEADERS, b"{}") == Reply(204)


def test_no_more_than_two_addresses_are_tried() -> None:
    """A name with many that do not listen takes no longer than others."""
    with peer(says("HTTP/1.1 204 X\r\n\r\n")) as found:
        resolved = ["127.0.0.2", "127.0.0.3", "127.0.0.1"]
        post = WebhookPost(loopback=True, resolve=lambda *_: resolved)
        assert post(f"http://localhost:{found.port}/", HEADERS, b"{}") == NOT_REACHED


def test_an_ipv6_address_stands_in_brackets_in_the_host_header() -> None:
    """RFC 3986 section 3.2.2."""
    with peer(says("HTTP/1.1 204 X\r\n\r\n")) as found:
        post = WebhookPost(loopback=True, resolve=lambda *_: ["127.0.0.1"])
        assert post(f"http://[::1]:{found.port}/", HEADERS, b"{}") == Reply(204)
    assert f"host: [::1]:{found.port}\r\n".encode() in found.requests[0].lower()


@pytest.mark.parametrize(
    ("name", "trusted", "reply"),
    [
        ("crm.example", True, Reply(204)),
        ("other.example", True, NO_TLS),
        ("127.0.0.1", True, NO_TLS),
        ("crm.example", False, NO_TLS),
    ],
)
def test_tls_is_for_the_name_though_the_connection_goes_to_an_address(
    tmp_path: Path, name: str, trusted: bool, reply: Reply
) -> None:
    """Of a certificate that somebody trusted signed, for that very host, which is asked for by its
    name (SNI), without the dot that a name in a URL may end in."""
    context, signer = certified(tmp_path, name)
    wanted: list[str | None] = []
    context.sni_callback = lambda _, server_name, __: wanted.append(server_name)
    with peer(says("HTTP/1.1 204 X\r\n\r\n"), context) as found:
        post = WebhookPost(
            loopback=True,
            resolve=lambda *_: ["127.0.0.1"],
            ca_file=signer if trusted else None,
        )
        for host in ("crm.example", "crm.example."):
            assert post(f"https://{host}:{found.port}/", HEADERS, b"{}") == reply
    assert wanted == ["crm.example"] * 2
    if reply.status:
        assert f"host: crm.example:{found.port}".encode() in found.requests[0].lower()


def test_the_machines_resolver_is_asked() -> None:
    """Each address once."""
    assert webhook_http.addresses_of("127.0.0.1", 80) == ["127.0.0.1"]
