"""A published log to read, from whoever wants its reader to hang or to look elsewhere."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import httpx
import pytest

import local.log_source as module
from local.log_source import CHECKPOINT_MAX_BYTES, log_source, served_log
from local.problems import Problem

CHECKPOINT = "checkpoint"


@contextmanager
def peer(head: bytes, each: bytes) -> Iterator[str]:
    """Sends something to whoever asks, and then a little again and again."""

    def behave(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(head)
            for _ in range(60):
                time.sleep(0.05)
                connection.sendall(each)

    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=behave, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("head", "each"),
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"x"),
    ],
)
def test_an_answer_that_does_not_end_is_waited_for_no_longer_than_said(
    head: bytes, each: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its headers count as much as its body."""
    monkeypatch.setattr(module, "_DEADLINE_S", 0.3)
    with peer(head, each) as url, log_source(url) as source:
        started = time.monotonic()
        with pytest.raises(Problem, match="takes longer"):
            source.read(CHECKPOINT)
        assert time.monotonic() - started < 2


def test_who_does_not_end_answers_is_not_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them keeps a thread."""
    monkeypatch.setattr(module, "_DEADLINE_S", 0.1)
    with peer(b"HTTP/1.1 200 OK\r\nX: ", b"x") as url, log_source(url) as source:
        said = []
        for _ in range(3):
            with pytest.raises(Problem) as raised:
                source.read(CHECKPOINT)
            said.append(str(raised.value))
    assert "takes longer" in said[1]
    assert "does not end earlier answers" in said[2]


def test_a_client_that_is_shared_is_left_open_and_unpacks_nothing() -> None:
    """Whatever it was set to."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "identity"
        packed = iter([b"\x1f\x8b not gzip"])
        return httpx.Response(200, headers={"content-encoding": "gzip"}, content=packed)

    http = httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True)
    with served_log("http://x/log", http) as source:
        assert source.read(CHECKPOINT) == b"\x1f\x8b not gzip"
    assert not http.is_closed


# A folder


def _outside(file: Path) -> None:
    (file.parent.parent / "secret").write_text("secret")
    file.symlink_to("../secret")


def _too_large(file: Path) -> None:
    file.write_bytes(bytes(CHECKPOINT_MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda file: file.symlink_to("/dev/zero"), "leads out of"),
        (_outside, "leads out of"),
        (lambda file: file.symlink_to(file.name), "itself|cannot read"),
        (os.mkfifo, "not a regular file"),
        (_too_large, "larger than"),
    ],
)
def test_what_is_no_file_of_the_folder_is_not_read(
    make: Callable[[Path], object], said: str, tmp_path: Path
) -> None:
    """Nor waited for."""
    folder = tmp_path / "log"
    folder.mkdir()
    make(folder / CHECKPOINT)
    with log_source(str(folder)) as source, pytest.raises(Problem, match=said):
        source.read(CHECKPOINT)


def test_a_folder_is_read_through_its_own_links(tmp_path: Path) -> None:
    """A directory in a file's place, and nothing at all, are no file."""
    (tmp_path / "log" / "tile").mkdir(parents=True)
    (tmp_path / "link").symlink_to("log")
    (tmp_path / "log" / "note").write_bytes(bytes(CHECKPOINT_MAX_BYTES))
    (tmp_path / "log" / CHECKPOINT).symlink_to("note")
    with log_source(str(tmp_path / "link")) as source:
        assert source.read(CHECKPOINT) == bytes(CHECKPOINT_MAX_BYTES)
        assert source.read("tile") is None
        assert source.read("tile/0/000") is None
        assert source.read("note/0") is None
