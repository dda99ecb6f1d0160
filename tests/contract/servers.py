"""A DynamoDB or an S3 that answers as it is told, and one whose answers get lost."""

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from storage.dynamodb import DynamoStore, Table

REGION = "eu-central-1"

TIMEOUT_S = 0.2
MAX_REQUESTS = 40
SILENCE_MAX_S = 5.0

Reply = tuple[int, bytes]


def answer(body: object) -> Reply:
    """What DynamoDB says of what was done; bytes are base64."""
    return 200, json.dumps(body, default=_base64).encode()


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def failure(code: str, status: int = 400, **members: object) -> Reply:
    """An error as DynamoDB words it."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **members}
    return status, json.dumps(body).encode()


def cancelled(*codes: str) -> Reply:
    """A transaction that was cancelled, with a reason for each of its items."""
    reasons = [{"Code": code} for code in codes]
    return failure("TransactionCanceledException", CancellationReasons=reasons)


THROTTLED = failure("ThrottlingException")
OVER_QUOTA = failure("RequestLimitExceeded")
BROKEN = failure("InternalServerError", 500)
EMPTY_500 = (500, b"")
GATEWAY_503 = (503, b"<html>try later</html>")
IN_PROGRESS = failure("TransactionInProgressException")
NO_SUCH_TABLE = failure("ResourceNotFoundException")
NOT_VALID = failure("ValidationException")
SILENCE: Reply = (0, b"")
HANGS_UP: Reply = (-1, b"")


class Server:
    """What answers as it is told; the last reply is for all that still come.

    promised_bytes: how many an answer has, as it says itself; None: as many as it has.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.replies: list[Reply] = [EMPTY_500]
        self.requests = 0
        self.promised_bytes: int | None = None
        self.closing = Event()

    def reply(self) -> Reply:
        self.requests += 1
        assert self.requests <= MAX_REQUESTS
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def telling_server() -> Iterator[Server]:
    """A server on 127.0.0.1 that ends with the context."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            # As S3 does: whoever sends an object waits a second for this before the body.
            if self.headers.get("Expect") == "100-continue":
                self.handle_expect_100()
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = told.reply()
            if status == 0:
                told.closing.wait(SILENCE_MAX_S)
            if status <= 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            promised = len(body) if told.promised_bytes is None else told.promised_bytes
            self.send_header("Content-Length", str(promised))
            self.send_header("ETag", '"tag"')
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.do_POST()

        def do_PUT(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        told = Server(f"http://127.0.0.1:{listening.server_port}")
        thread = Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        # Or a test that fails would never end.
        try:
            yield told
        finally:
            told.closing.set()
            listening.shutdown()
            thread.join()


@contextmanager
def refused_port() -> Iterator[str]:
    """An address where nobody listens, kept so for as long as it is used."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def store_at(endpoint: str, retries: int = 0) -> DynamoStore:
    return DynamoStore(Table("contract", REGION, endpoint, TIMEOUT_S, TIMEOUT_S, retries))


@contextmanager
def losing_answers(
    client: Any, operation: str, count: int, executed: bool = True
) -> Iterator[list[str]]:
    """Loses the first answers to an operation, or the requests themselves."""
    endpoint = client._endpoint
    answered = endpoint._do_get_response
    lost: list[str] = []

    def lose(request: Any, model: Any, context: Any) -> Any:
        if model.name != operation or len(lost) == count:
            return answered(request, model, context)
        lost.append(request.url)
        if executed:
            answered(request, model, context)
            return None, ReadTimeoutError(endpoint_url=request.url)
        return None, EndpointConnectionError(endpoint_url=request.url)

    endpoint._do_get_response = lose
    try:
        yield lost
    finally:
        endpoint._do_get_response = answered
