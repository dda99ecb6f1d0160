"""The API as it wakes from a snapshot, hours after that was taken, beside others of the same."""

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from functions import api, wiring
from tests.signing import ORIGIN

ENDED = datetime.now(UTC) - timedelta(hours=1)


class Role(BaseHTTPRequestHandler):
    """Lambda's credentials of a role, which are others each time, and a table that is empty."""

    given: ClassVar[list[datetime]]
    signed_by: ClassVar[list[str]]

    def do_GET(self) -> None:
        assert self.headers["Authorization"] == "a token"
        expires = ENDED if not self.given else datetime.now(UTC) + timedelta(hours=6)
        self.given.append(expires)
        keys = {"AccessKeyId": f"KEY{len(self.given)}", "SecretAccessKey": "s", "Token": "t"}
        self._say({**keys, "Expiration": expires.isoformat()})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.signed_by.append(self.headers["Authorization"].partition("Credential=")[2][:4])
        self._say({})

    def _say(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def served() -> Iterator[tuple[str, type[Role]]]:
    """Its address, and what came there."""
    role = type("AnyRole", (Role,), {"given": [], "signed_by": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), role)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", role
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_credentials_of_the_snapshot_are_not_used_once_they_have_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The table's client is in the snapshot with those that it had then, and asks for others."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with served() as (url, role):
        for name, value in {
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a token",
        }.items():
            monkeypatch.setenv(name, value)
        store = wiring.store_of(
            {
                "TALLYSTICK_TABLE": "tallystick",
                "AWS_REGION": "eu-west-1",
                "TALLYSTICK_DYNAMODB_ENDPOINT": url,
            }
        )
        assert role.given == [ENDED]
        assert store.sealed_at() is None
        assert role.signed_by == ["KEY2"]


def test_those_that_wake_together_pause_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has the randomness of the snapshot, and begins with another at its first event."""

    def no_keys(*_: object) -> object:
        raise ConnectionError("far enough")

    monkeypatch.setattr(api, "_aws", lambda: (None, None))
    monkeypatch.setattr(api, "coalition_of", no_keys)
    monkeypatch.setenv("TALLYSTICK_ORIGIN", ORIGIN)
    snapshot, pauses = random.getstate(), []
    for _ in range(2):
        random.setstate(snapshot)
        api._api.cache_clear()
        with pytest.raises(ConnectionError):
            api._api()
        pauses.append(random.random())
    assert pauses[0] != pauses[1]
