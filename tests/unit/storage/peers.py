"""Whoever is at the other end of a post, behind a socket of this machine."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from storage.webhook_http import WebhookPost

HEADERS = {"webhook-id": "evt_1", "Content-Type": "application/json"}


class Peer:
    """Whoever listens on 127.0.0.1. requests: the first bytes of each connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requests: list[bytes] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?a=1"


@contextmanager
def peer(
    behave: Callable[[socket.socket], None], context: ssl.SSLContext | None = None
) -> Iterator[Peer]:
    """One that reads a request and then behaves so."""

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                found.connections += 1
                with connection, suppress(OSError):
                    connection.settimeout(3)
                    if context is None:
                        serve(connection)
                    else:
                        with context.wrap_socket(connection, server_side=True) as secured:
                            serve(secured)

    def serve(connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n{}" not in data and len(data) < 10_000:
            part = connection.recv(65_536)
            if not part:
                return
            data += part
        found.requests.append(data)
        behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Peer(listening.getsockname()[1])
        Thread(target=accept, daemon=True).start()
        yield found
        listening.shutdown(socket.SHUT_RDWR)


def says(text: str) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(text.encode())


def drip(head: bytes, each: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(each)

    return behave


def local(total_s: float = 2.0, read_s: float = 1.0) -> WebhookPost:
    return WebhookPost(total_s=total_s, connect_s=0.5, read_s=read_s, loopback=True)
