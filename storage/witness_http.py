"""Posts to witnesses over HTTP: to whatever a policy names, so nothing of theirs is relied on."""

from urllib.parse import urlsplit

import urllib3

from loyalty.ports import StoreUnavailable
from sealing.ports import Answer
from storage.bounded import Bounded, body_of

MAX_ANSWER_BYTES = 65_536
_HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Accept-Encoding": "identity",
    "User-Agent": "tallystick",
}


class HttpPost:
    """A `sealing.ports.Post`. Safe to share between threads.

    No redirect is followed, and no proxy of the environment used. A post takes at most total_s, its
    search for the host's address included; connect_s, read_s: for one step of it. A host that does
    not let posts end after that gets no more until it does.
    """

    def __init__(self, total_s: float = 10.0, connect_s: float = 2.0, read_s: float = 5.0) -> None:
        self._bounded = Bounded(total_s, "witness")
        self._timeout = urllib3.Timeout(connect=connect_s, read=read_s)
        self._pool = urllib3.PoolManager(retries=False)

    def __call__(self, url: str, body: bytes) -> Answer:
        try:
            host = urlsplit(url).netloc.lower()
        except ValueError as error:
            raise StoreUnavailable(f"{url}: {error}") from None
        return self._bounded(host, url, lambda deadline: self._post(url, body, deadline))

    def _post(self, url: str, body: bytes, deadline: float) -> Answer:
        if urlsplit(url).scheme not in ("http", "https"):
            raise StoreUnavailable(f"{url}: neither http nor https")
        answer = self._pool.request(
            "POST",
            url,
            body=body,
            headers=_HEADERS,
            timeout=self._timeout,
            redirect=False,
            preload_content=False,
        )
        try:
            data = body_of(answer, MAX_ANSWER_BYTES, deadline)
        except BaseException:
            answer.close()
            raise
        answer.release_conn()
        return Answer(answer.status, answer.headers.get("Content-Type", ""), data)
