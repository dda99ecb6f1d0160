"""Where posts to endpoints go, and where none ever goes."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from loyalty.webhooks.ports import Reply
from storage import webhook_http
from storage.webhook_http import (
    BAD_URL,
    NO_ADDRESS,
    NO_TLS,
    NOT_REACHED,
    PRIVATE,
    WebhookPost,
)
from tests.unit.storage.answering import certified
from tests.unit.storage.peers import HEADERS, peer, says


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
