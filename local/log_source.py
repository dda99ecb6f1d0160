"""A published log to read: a directory, or a URL that serves one.

Whoever serves it is not trusted: what it sends is bounded in size and time, and it sends nobody
elsewhere. What is not there (404) is None; anything else that goes wrong is a Problem.
"""

from pathlib import Path
from time import monotonic, sleep
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from ledger.entries import ENTRY_MAX_BYTES
from ledger.tiles import TILE_WIDTH
from local.problems import Problem

CHECKPOINT = "checkpoint"
CHECKPOINT_MAX_BYTES = 65_536
TILE_MAX_BYTES = TILE_WIDTH * (2 + ENTRY_MAX_BYTES)
_TIMEOUT_S = 10.0
# For one file, however slowly it comes.
_DEADLINE_S = 60.0
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
        return _Served(target)
    if Path(target).is_dir():
        return _Folder(Path(target))
    raise Problem(f"{target} is neither a directory nor an http(s) URL")


def checkpoint_there(source: LogSource, target: str) -> None:
    """Raises Problem where there is no log at all."""
    if source.read(CHECKPOINT) is None:
        raise Problem(f"there is no published log at {target}: it has no checkpoint")


def max_bytes(path: str) -> int:
    """What a file of a log can have at most."""
    return CHECKPOINT_MAX_BYTES if path == CHECKPOINT else TILE_MAX_BYTES


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        file = self._folder / path
        try:
            if file.stat().st_size > max_bytes(path):
                raise Problem(f"{file} is larger than {max_bytes(path):,} bytes")
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise Problem(f"cannot read {file}: {error.strerror}") from None

    def __enter__(self) -> "_Folder":
        return self

    def __exit__(self, *_: object) -> None:
        return None


class _Served:
    def __init__(self, url: str) -> None:
        host = _host(url)
        self._url = url.rstrip("/")
        self._client = httpx.Client(
            timeout=_TIMEOUT_S,
            follow_redirects=False,
            # A few bytes of something compressed can be as many as one likes.
            headers={"accept-encoding": "identity"},
            trust_env=host not in _LOOPBACK,
        )

    def read(self, path: str) -> bytes | None:
        url = f"{self._url}/{path}"
        for attempt in range(1, _TRIES + 1):
            try:
                return self._read(url, max_bytes(path))
            except httpx.InvalidURL as error:
                raise Problem(f"{url} is not a URL: {error}") from None
            except (httpx.HTTPError, _Busy) as error:
                if attempt == _TRIES:
                    raise Problem(f"cannot read {url}: {error or type(error).__name__}") from None
                sleep(_RETRY_AFTER_S * attempt)
        raise AssertionError("the last try returns or raises")

    def _read(self, url: str, limit: int) -> bytes | None:
        ends = monotonic() + _DEADLINE_S
        with self._client.stream("GET", url) as answer:
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
                    raise Problem(f"{url} takes longer than {_DEADLINE_S:.0f} s")
            return bytes(data)

    def __enter__(self) -> "_Served":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()


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
