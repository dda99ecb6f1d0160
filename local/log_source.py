"""A published log to read: a directory, or a URL that serves one.

Whoever serves it is not trusted: what it sends is bounded in size and time, and it sends nobody
elsewhere. Nor is whoever made a directory: what is not a file within it is not read. What is not
there (404) is None; anything else that goes wrong is a Problem.
"""

import os
from pathlib import Path
from queue import Empty, SimpleQueue
from stat import S_ISDIR, S_ISREG
from threading import Thread
from time import monotonic, sleep
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from ledger.checkpoints import CHECKPOINT
from ledger.tiles import ENTRY_MAX_BYTES, TILE_WIDTH
from local.problems import Problem

CHECKPOINT_MAX_BYTES = 65_536
TILE_MAX_BYTES = TILE_WIDTH * (2 + ENTRY_MAX_BYTES)
_TIMEOUT_S = 10.0
# For one file, however slowly it or its headers come.
_DEADLINE_S = 60.0
# Requests past it that a server may keep from ending.
_LEFT_BEHIND = 2
_TRIES = 3
_RETRY_AFTER_S = 0.5
# No proxy is asked for these.
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class LogSource(Protocol):
    """A `ledger.audit_files.Source` that is closed at the end."""

    def read(self, path: str) -> bytes | None: ...

    def __enter__(self) -> "LogSource": ...

    def __exit__(self, *_: object) -> None: ...


def log_source(target: str) -> LogSource:
    """The log at a directory or an http(s) URL. Raises Problem."""
    if target.startswith(("http://", "https://")):
        return served_log(target)
    if Path(target).is_dir():
        return _Folder(Path(target))
    raise Problem(f"{target} is neither a directory nor an http(s) URL")


def served_log(url: str, http: httpx.Client | None = None) -> LogSource:
    """The log at a URL. http: a client to share, which is left open. Raises Problem."""
    return _Served(url, http)


def checkpoint_there(source: LogSource, target: str) -> None:
    """Raises Problem where there is no log at all."""
    if source.read(CHECKPOINT) is None:
        raise Problem(f"there is no published log at {target}: it has no checkpoint")


def max_bytes(path: str) -> int:
    """What a file of a log can have at most."""
    return CHECKPOINT_MAX_BYTES if path == CHECKPOINT else TILE_MAX_BYTES


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def read(self, path: str) -> bytes | None:
        file = self._folder / path
        try:
            there = file.resolve(strict=True)
            if not there.is_relative_to(self._folder):
                raise Problem(f"{file} leads out of the folder")
            data = _read_file(there, max_bytes(path))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except RuntimeError:
            raise Problem(f"{file} leads to itself") from None
        except OSError as error:
            raise Problem(f"cannot read {file}: {error.strerror}") from None
        if data is not None and len(data) > max_bytes(path):
            raise Problem(f"{file} is larger than {max_bytes(path):,} bytes")
        return data

    def __enter__(self) -> "_Folder":
        return self

    def __exit__(self, *_: object) -> None:
        return None


def _read_file(file: Path, limit: int) -> bytes | None:
    """A byte more than the limit at most; None for a directory. Waits for nobody."""
    opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        mode = os.fstat(opened).st_mode
        if S_ISDIR(mode):
            return None
        if not S_ISREG(mode):
            raise Problem(f"{file} is not a regular file")
        with open(opened, "rb", closefd=False) as stream:
            return stream.read(limit + 1)
    finally:
        os.close(opened)


class _Served:
    def __init__(self, url: str, http: httpx.Client | None) -> None:
        host = _host(url)
        self._url = url.rstrip("/")
        self._own = http is None
        self._client = http or httpx.Client(timeout=_TIMEOUT_S, trust_env=host not in _LOOPBACK)
        self._left: list[Thread] = []

    def read(self, path: str) -> bytes | None:
        url = f"{self._url}/{path}"
        for attempt in range(1, _TRIES + 1):
            try:
                return self._in_time(url, max_bytes(path))
            except httpx.InvalidURL as error:
                raise Problem(f"{url} is not a URL: {error}") from None
            except (httpx.HTTPError, _Busy) as error:
                if attempt == _TRIES:
                    raise Problem(f"cannot read {url}: {error or type(error).__name__}") from None
                sleep(_RETRY_AFTER_S * attempt)
        raise AssertionError("the last try returns or raises")

    def _in_time(self, url: str, limit: int) -> bytes | None:
        """What `_read` comes to, unless it takes too long: no time-out ends what only drips."""
        self._left = [thread for thread in self._left if thread.is_alive()]
        if len(self._left) >= _LEFT_BEHIND:
            raise Problem(f"{self._url} does not end earlier answers")
        came: SimpleQueue[bytes | Exception | None] = SimpleQueue()
        ends = monotonic() + _DEADLINE_S

        def read() -> None:
            try:
                came.put(self._read(url, limit, ends))
            except Exception as error:
                came.put(error)

        thread = Thread(target=read, name="log", daemon=True)
        thread.start()
        try:
            found = came.get(timeout=max(_DEADLINE_S, 0.0))
        except Empty:
            self._left.append(thread)
            raise _too_long(url) from None
        if isinstance(found, Exception):
            raise found
        return found

    def _read(self, url: str, limit: int, ends: float) -> bytes | None:
        # A few bytes of something compressed can be as many as one likes: nothing is unpacked.
        with self._client.stream(
            "GET", url, headers={"accept-encoding": "identity"}, follow_redirects=False
        ) as answer:
            if answer.status_code == 404:
                return None
            if answer.status_code == 429 or answer.status_code >= 500:
                raise _Busy(f"status {answer.status_code}")
            if answer.status_code != 200:
                hint = ", and redirects are not followed" if answer.is_redirect else ""
                raise Problem(f"{url} answers with status {answer.status_code}{hint}")
            data = bytearray()
            for part in answer.iter_raw():
                data += part
                if len(data) > limit:
                    raise Problem(f"{url} is larger than {limit:,} bytes")
                if monotonic() > ends:
                    raise _too_long(url)
            return bytes(data)

    def __enter__(self) -> "_Served":
        return self

    def __exit__(self, *_: object) -> None:
        if self._own:
            self._client.close()


def _too_long(url: str) -> Problem:
    return Problem(f"{url} takes longer than {_DEADLINE_S:.0f} s")


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    if not host:
        raise Problem(f"{url} is not a URL with a host")
    return host


class _Busy(Exception):
    """A status that another try may change."""
