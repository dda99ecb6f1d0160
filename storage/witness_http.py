"""Posts to witnesses over HTTP: to whatever a policy names, so nothing of theirs is relied on."""

import time
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from loyalty.ports import StoreUnavailable
from sealing.ports import Answer

MAX_ANSWER_BYTES = 65_536
# Posts out of time that one host may keep from ending.
_LEFT_BEHIND = 2
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
        self._total_s = total_s
        self._timeout = urllib3.Timeout(connect=connect_s, read=read_s)
        self._pool = urllib3.PoolManager(retries=False)
        self._lock = Lock()
        self._left: dict[str, list[Thread]] = {}

    def __call__(self, url: str, body: bytes) -> Answer:
        host = self._host(url)
        came: SimpleQueue[Answer | StoreUnavailable] = SimpleQueue()
        deadline = time.monotonic() + self._total_s

        def post() -> None:
            try:
                came.put(self._post(url, body, deadline))
            # Of a URL, or a header, that no library of theirs took into account, too.
            except Exception as error:
                came.put(StoreUnavailable(f"{url}: {error}"))

        # Name servers and headers that come byte by byte know no time-out: such a thread is left.
        thread = Thread(target=post, name="witness", daemon=True)
        thread.start()
        try:
            answer = came.get(timeout=self._total_s)
        except Empty:
            with self._lock:
                self._left.setdefault(host, []).append(thread)
            raise StoreUnavailable(f"{url}: no answer within {self._total_s} s") from None
        if isinstance(answer, StoreUnavailable):
            raise answer
        return answer

    def _host(self, url: str) -> str:
        """Whom a URL names. Raises StoreUnavailable for one that keeps too many threads."""
        try:
            host = urlsplit(url).netloc.lower()
        except ValueError as error:
            raise StoreUnavailable(f"{url}: {error}") from None
        with self._lock:
            alive = [thread for thread in self._left.pop(host, ()) if thread.is_alive()]
            if alive:
                self._left[host] = alive
        if len(alive) >= _LEFT_BEHIND:
            raise StoreUnavailable(f"{url}: {len(alive)} earlier posts have not ended")
        return host

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
            data = _read(answer, deadline)
        except BaseException:
            answer.close()
            raise
        answer.release_conn()
        return Answer(answer.status, answer.headers.get("Content-Type", ""), data)


def _read(answer: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    data = bytearray()
    while part := answer.read1(MAX_ANSWER_BYTES + 1 - len(data), decode_content=False):
        data += part
        if len(data) > MAX_ANSWER_BYTES:
            raise HTTPError(f"an answer of more than {MAX_ANSWER_BYTES} bytes")
        if time.monotonic() > deadline:
            raise HTTPError("an answer that does not end")
    return bytes(data)
