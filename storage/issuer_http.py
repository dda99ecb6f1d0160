"""What an OIDC issuer publishes, fetched: its configuration and its keys.

Whoever answers in its place makes tokens of anyone, so it is asked over https, with a certificate
for its name; over http on this machine alone, for development. No redirect is followed, no proxy of
the environment used.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

import urllib3

from loyalty.ports import StoreUnavailable
from storage.bounded import Bounded, body_of

MAX_DOCUMENT_BYTES = 65_536
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "tallystick",
}


class IssuerGet:
    """A `schema.issuer_keys.Fetch`. Safe to share between threads.

    total_s: for all of a fetch, since a request waits for it; connect_s, read_s: for one step.
    ca_file: whom to trust in place of the machine's own, for tests.
    """

    def __init__(
        self,
        total_s: float = 3.0,
        connect_s: float = 1.0,
        read_s: float = 2.0,
        ca_file: str | None = None,
    ) -> None:
        self._bounded = Bounded(total_s, "issuer")
        self._pool = urllib3.PoolManager(
            retries=False,
            timeout=urllib3.Timeout(connect=connect_s, read=read_s),
            cert_reqs="CERT_REQUIRED",
            ca_certs=ca_file,
        )

    def __call__(self, url: str) -> bytes:
        """The body of a document. Raises StoreUnavailable where there is none to be had."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise StoreUnavailable(f"{url}: {error}") from None
        if parts.scheme != "https" and not (parts.scheme == "http" and _here(parts.hostname)):
            raise StoreUnavailable(f"{url}: not https")
        return self._bounded(
            parts.netloc.lower(), url, lambda deadline: self._fetched(url, deadline)
        )

    def _fetched(self, url: str, deadline: float) -> bytes:
        answer = self._pool.request(
            "GET", url, headers=_HEADERS, redirect=False, preload_content=False
        )
        try:
            if answer.status != 200:
                raise StoreUnavailable(f"answers {answer.status}")
            data = body_of(answer, MAX_DOCUMENT_BYTES, deadline)
        except BaseException:
            answer.close()
            raise
        answer.release_conn()
        return data


def _here(host: str | None) -> bool:
    """Whether a host is an address of this machine; a name may lead anywhere."""
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
