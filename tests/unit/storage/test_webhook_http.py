"""What a post to an endpoint comes to, whatever is at the other end."""

import socket
import time
from collections.abc import Callable, Sequence

import pytest

from loyalty.webhooks.ports import Reply
from storage.webhook_http import (
    NO_ANSWER,
    NOT_REACHED,
    WebhookPost,
)
from tests.unit.storage.peers import HEADERS, drip, local, peer, says


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
