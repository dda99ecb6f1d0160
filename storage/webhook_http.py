"""Posts of events to endpoints: to whatever their owners name, so nothing of theirs is relied on.

The host's addresses are looked up here and looked at, and the connection goes to the one that was
looked at: a name that leads elsewhere a moment later is not asked again. TLS is still for the name.
No redirect is followed, no proxy of the environment used, no answer's body read.
"""

import socket
from collections.abc import Callable, Mapping, Sequence

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from loyalty.ports import StoreUnavailable
from loyalty.webhooks.addresses import BadUrl, Target, allowed, target_of
from loyalty.webhooks.ports import Reply
from storage.bounded import Bounded

Resolve = Callable[[str, int], Sequence[str]]

_ADDRESSES_TRIED = 2
_SECONDS_MAX_CHARS = 6
_NOT_CONNECTED = (NewConnectionError, ConnectTimeoutError)

BAD_URL = Reply(0, "not a URL that is sent to")
NO_ADDRESS = Reply(0, "the host's name leads nowhere")
PRIVATE = Reply(0, "the host has an address that is not everyone's to reach")
NO_TLS = Reply(0, "no TLS with a certificate for the host")
NO_ANSWER = Reply(0, "no answer in time")
NOT_REACHED = Reply(0, "not reached, or broken off")


def addresses_of(host: str, port: int) -> Sequence[str]:
    """Those that the machine's resolver gives. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class WebhookPost:
    """A `loyalty.webhooks.ports.Send`. Safe to share between threads.

    total_s: for all of it, the search for addresses included; the specification recommends 15 to
    30. loopback: http to this machine is allowed, for development; ca_file: whom to trust in place
    of the machine's own, for tests.
    """

    def __init__(
        self,
        *,
        total_s: float = 20.0,
        connect_s: float = 4.0,
        read_s: float = 15.0,
        loopback: bool = False,
        resolve: Resolve = addresses_of,
        ca_file: str | None = None,
    ) -> None:
        self._bounded = Bounded(total_s, "webhook")
        self._timeout = urllib3.Timeout(connect=connect_s, read=read_s)
        self._loopback = loopback
        self._resolve = resolve
        self._ca_file = ca_file

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        try:
            target = target_of(url, loopback=self._loopback)
        except BadUrl:
            return BAD_URL
        try:
            return self._bounded(
                target.host.lower(), url, lambda _: self._post(target, headers, body)
            )
        except StoreUnavailable:
            return NO_ANSWER

    def _post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Reply:
        try:
            addresses = self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            addresses = ()
        # All of them: who mixes others' addresses with its own hopes for a resolver that picks one.
        if not all(allowed(each, loopback=self._loopback) for each in addresses):
            return PRIVATE
        reply = NO_ADDRESS
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                return self._sent(target, address, headers, body)
            except (HTTPError, OSError) as error:
                reply = _failure(error)
                if not isinstance(error, _NOT_CONNECTED):
                    break
        return reply

    def _sent(self, target: Target, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
        with self._pool(target, address) as pool:
            answer = pool.urlopen(
                "POST",
                target.path,
                body=body,
                headers={**headers, "Host": _authority(target), "Accept-Encoding": "identity"},
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                return Reply(answer.status, "", _seconds(answer.headers.get("Retry-After", "")))
            finally:
                answer.close()

    def _pool(self, target: Target, address: str) -> urllib3.HTTPConnectionPool:
        """To an address, as that host. No connection is kept."""
        if target.scheme == "http":
            return urllib3.HTTPConnectionPool(address, target.port, timeout=self._timeout)
        name = target.host.rstrip(".")
        return urllib3.HTTPSConnectionPool(
            address,
            target.port,
            timeout=self._timeout,
            server_hostname=name,
            assert_hostname=name,
            cert_reqs="CERT_REQUIRED",
            ca_certs=self._ca_file,
        )


def _failure(error: Exception) -> Reply:
    if isinstance(error, SSLError):
        return NO_TLS
    return NO_ANSWER if isinstance(error, ReadTimeoutError) else NOT_REACHED


def _authority(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = target.port == (443 if target.scheme == "https" else 80)
    return host if usual else f"{host}:{target.port}"


def _seconds(text: str) -> int:
    """A Retry-After in seconds; 0 for a date, or for anything else."""
    decimal = text.isascii() and text.isdecimal() and len(text) <= _SECONDS_MAX_CHARS
    return int(text) if decimal else 0
