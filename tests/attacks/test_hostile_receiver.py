"""Attack: an endpoint of events that is not what it says, to reach what only we can reach.

A partner registers a URL of its own. It may name what is private, lead elsewhere a moment later,
redirect, or keep us waiting. What is private is refused before anything is connected to; the rest
costs a bounded attempt, and never a point.
"""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from storage.webhook_http import NO_ANSWER, PRIVATE, WebhookPost
from tests.coalition import GROCER, House, contents, verified
from tests.webhooks import URL, Outbox

METADATA = "169.254.169.254"
PRIVATE_URLS = [
    f"https://{METADATA}/latest/meta-data/iam/security-credentials/",
    f"http://{METADATA}/",
    "https://[fd00:ec2::254]/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://10.0.0.5/",
    "https://192.168.1.1/",
    "https://172.16.0.1/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://2852039166/",
    "https://0xa9fea9fe/",
    "https://user:pass@crm.example/",
    "https://localhost/",
    "gopher://crm.example/",
    "file:///etc/passwd",
]


class NoSockets:
    """Connects to nothing, and counts who wanted to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wanted = 0
        monkeypatch.setattr(socket.socket, "connect", self._connect)

    def _connect(self, *_: object) -> None:
        self.wanted += 1
        raise OSError("nothing is connected to here")


@contextmanager
def behaving(behave: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server on 127.0.0.1 that reads a request and then does what it does. Its URL, requests."""
    requests: list[bytes] = []
    accepted: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, suppress(OSError):
                    accepted.append(connection)
                    connection.settimeout(3)
                    requests.append(connection.recv(65_536))
                    behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hooks", requests
        # What goes on for ever ends with the test.
        for each in (listening, *accepted):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    assert not thread.is_alive()


def trickle(connection: socket.socket) -> None:
    """A header that never ends, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def redirect(connection: socket.socket) -> None:
    location = f"Location: http://{METADATA}/latest/meta-data/\r\n".encode()
    connection.sendall(b"HTTP/1.1 307 Elsewhere\r\n" + location + b"Content-Length: 0\r\n\r\n")


def loopback(house: House, post: WebhookPost) -> Outbox:
    """An outbox that may send to this machine, as in development."""
    webhooks = house.coalition.webhooks
    assert webhooks is not None
    object.__setattr__(house.coalition, "webhooks", webhooks._replace(loopback=True))
    return Outbox(house, post)


def reasons(outbox: Outbox) -> set[str]:
    """Why attempts failed."""
    return {each.reason for each in outbox.queue._deliveries.values()}


@pytest.mark.parametrize("url", PRIVATE_URLS)
def test_what_is_private_cannot_be_registered(url: str, house: House) -> None:
    """Nothing is written, and nothing connected to."""
    asked = house.input(url=url)
    assert house.refused(GROCER, "registerEndpoint", asked).code == "INVALID_INPUT"
    verified(house.store)


@pytest.mark.parametrize(
    "addresses", [[METADATA], ["10.0.0.5"], ["93.184.215.14", METADATA], ["fd00:ec2::254"]]
)
def test_a_name_that_leads_to_what_is_private_is_not_connected_to(
    addresses: Sequence[str], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it led when it was registered."""
    sockets = NoSockets(monkeypatch)
    outbox = Outbox(house, WebhookPost(resolve=lambda *_: addresses))
    outbox.registers(GROCER, URL)
    house.earned(house.enrolled(), 5)
    before = contents(house.store)
    assert outbox.told() == {"batchItemFailures": []}
    assert reasons(outbox) == {PRIVATE.reason}
    assert sockets.wanted == 0
    assert contents(house.store) == before
    verified(house.store)


def test_a_redirect_is_not_followed(house: House) -> None:
    """Its sender is told later again, at its own address and no other."""
    with behaving(redirect) as (url, requests):
        outbox = loopback(house, WebhookPost(loopback=True, total_s=5.0))
        outbox.registers(GROCER, url)
        house.earned(house.enrolled(), 5)
        outbox.told()
    assert len(requests) > 0
    assert all(each.startswith(b"POST /hooks ") for each in requests)
    assert reasons(outbox) == {"status 307"}
    verified(house.store)


def test_an_answer_that_never_ends_is_left(house: House) -> None:
    """After the time of one attempt, however many bytes come in it, and for all of its round."""
    with behaving(trickle) as (url, requests):
        outbox = loopback(house, WebhookPost(loopback=True, total_s=0.5))
        outbox.registers(GROCER, url)
        for _ in range(3):
            house.earned(house.enrolled(), 5)
        outbox.told()
    assert reasons(outbox) == {NO_ANSWER.reason}
    assert len(requests) == 1
    verified(house.store)
