"""Calls to other people's servers end in time, whatever is at the other end.

Name servers and headers that come byte by byte know no time-out. So a call runs in a thread, which
is left behind when its time is over; a host that keeps threads gets no more calls until they end.
"""

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import TypeVar

import urllib3
from urllib3.exceptions import HTTPError

from loyalty.ports import StoreUnavailable

# Calls out of time that one host may keep from ending.
_LEFT_BEHIND = 2
T = TypeVar("T")


class Bounded:
    """Runs calls for at most total_s. Safe to share between threads."""

    def __init__(self, total_s: float, name: str) -> None:
        """name: of the threads."""
        self._total_s = total_s
        self._name = name
        self._lock = Lock()
        self._left: dict[str, list[Thread]] = {}

    def __call__(self, host: str, url: str, act: Callable[[float], T]) -> T:
        """What `act` returns, which is given its deadline in monotonic seconds.

        Raises StoreUnavailable for whatever it raises, and where it does not end.
        """
        self._check(host, url)
        came: SimpleQueue[tuple[T] | StoreUnavailable] = SimpleQueue()
        deadline = time.monotonic() + self._total_s

        def run() -> None:
            try:
                came.put((act(deadline),))
            # Of a URL, or a header, that no library of theirs took into account, too.
            except Exception as error:
                came.put(StoreUnavailable(f"{url}: {error}"))

        thread = Thread(target=run, name=self._name, daemon=True)
        thread.start()
        try:
            found = came.get(timeout=self._total_s)
        except Empty:
            with self._lock:
                self._left.setdefault(host, []).append(thread)
            raise StoreUnavailable(f"{url}: no answer within {self._total_s} s") from None
        if isinstance(found, StoreUnavailable):
            raise found
        return found[0]

    def _check(self, host: str, url: str) -> None:
        """Raises StoreUnavailable for a host that keeps too many threads."""
        with self._lock:
            alive = [thread for thread in self._left.pop(host, ()) if thread.is_alive()]
            if alive:
                self._left[host] = alive
        if len(alive) >= _LEFT_BEHIND:
            raise StoreUnavailable(f"{url}: {len(alive)} earlier posts have not ended")


def body_of(answer: urllib3.BaseHTTPResponse, max_bytes: int, deadline: float) -> bytes:
    """An answer's body as it came, compressed or not. Raises HTTPError for one that is too long,
    or still comes after its deadline.
    """
    data = bytearray()
    while part := answer.read1(max_bytes + 1 - len(data), decode_content=False):
        data += part
        if len(data) > max_bytes:
            raise HTTPError(f"an answer of more than {max_bytes} bytes")
        if time.monotonic() > deadline:
            raise HTTPError("an answer that does not end")
    return bytes(data)
