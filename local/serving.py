"""The API on this machine: uvicorn in a thread of its own, on 127.0.0.1."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from local.problems import Problem

HOST = "127.0.0.1"
_START_S = 15.0
_STOP_S = 5


@contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[str]:
    """Serves until the context ends. Yields the URL of the server, once it answers.

    port: 0 for a free one. Raises Problem if it cannot be had.
    """
    listener = _listener(port)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        # No proxy stands before it: who asks is who connects, whatever a header says.
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_S,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listener],), name="api", daemon=True)
    with listener:
        thread.start()
        try:
            _wait_for(server, thread)
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_STOP_S + 1)


def _listener(port: int) -> socket.socket:
    """Bound here, not by uvicorn, which would end the process where a port is taken."""
    # Without the protocol named, asyncio leaves Nagle's algorithm on: 40 ms more for each answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise Problem(
            f"port {port} of {HOST} cannot be had ({error.strerror}): "
            "choose another with --port, or --port 0 for any free one"
        ) from None
    return listener


def _wait_for(server: uvicorn.Server, thread: Thread) -> None:
    deadline = time.monotonic() + _START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise Problem("the server did not start: see what it wrote above")
        time.sleep(0.01)
