"""Servers on this machine that answer as they are told, or do not answer."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Asked:
    """The last request that came."""

    path = ""
    body = b""
    headers: Any = None
    count = 0


@contextmanager
def answering(
    status: int = 200, body: bytes = b"", *, tls: ssl.SSLContext | None = None, **headers: str
) -> Iterator[tuple[str, Asked]]:
    """A server that answers every request alike. Yields its URL."""
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.body = self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            asked.path, asked.headers = self.path, self.headers
            asked.count += 1
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        if tls is not None:
            listening.socket = tls.wrap_socket(
                listening.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        scheme = "http" if tls is None else "https"
        # Or a test that fails would never end.
        try:
            yield f"{scheme}://127.0.0.1:{listening.server_port}", asked
        finally:
            listening.shutdown()
            thread.join()


@contextmanager
def peer(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """Whoever accepts connections and then behaves so."""

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, suppress(OSError):
                    behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/add-checkpoint"
        listening.shutdown(socket.SHUT_RDWR)


def drip(head: bytes, each: bytes) -> Callable[[socket.socket], None]:
    """Sends something, and then a little again and again."""

    def behave(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(head)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(each)

    return behave


PEERS: dict[str, Callable[[socket.socket], None]] = {
    "hangs up": lambda connection: None,
    "is silent": lambda connection: time.sleep(2),
    "speaks another protocol": drip(b"SSH-2.0-OpenSSH_9.7\r\n", b""),
    "never ends its headers": drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "never ends its body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"x"),
    "breaks off": lambda connection: connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx"
    ),
    "claims a negative length": drip(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"x"),
    "sends broken chunks": drip(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"x"
    ),
}


def certified(directory: Path, name: str) -> tuple[ssl.SSLContext, str]:
    """A server that shows a certificate for a name, and the file of who signed it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    alternative: x509.GeneralName = x509.DNSName(name)
    with suppress(ValueError):
        alternative = x509.IPAddress(ip_address(name))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = directory / "certificate.pem"
    both = directory / "both.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + pem.read_bytes()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, str(pem)
