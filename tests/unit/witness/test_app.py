"""A witness over HTTP."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from ledger.notes import VerifierKey
from local.serving import serving
from tests.unit.witness.logs import LOG, NOW, ORIGIN, WITNESS, Log
from witness import app as app_module
from witness.app import witness_app
from witness.protocol import MAX_BODY_BYTES
from witness.service import Witness
from witness.state import DATABASE, State

TRUTH = Log()


Served = Callable[..., httpx.Client]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serves a witness of these log keys, and gives a client of it."""
    with ExitStack() as stack:

        def serve(*keys: VerifierKey, prefix: str = "") -> httpx.Client:
            state = State(tmp_path, str(WITNESS.verifier), make=True)
            witness = Witness(WITNESS, keys or [LOG.verifier], state, lambda: NOW)
            url = stack.enter_context(serving(witness_app(witness, prefix), 0))
            return stack.enter_context(httpx.Client(base_url=url, timeout=10))

        yield serve


@pytest.fixture
def client(served: Served) -> httpx.Client:
    return served()


def test_a_checkpoint_is_cosigned(client: httpx.Client):
    """The answer's body is signature lines and nothing else."""
    answer = client.post("/add-checkpoint", content=TRUTH.request(0, 5))
    assert answer.status_code == 200
    assert answer.text.startswith(f"— {WITNESS.verifier.name} ")
    assert answer.text.count("\n") == 1


def test_the_size_has_its_own_content_type(client: httpx.Client):
    """Exactly `text/x.tlog.size`, without a charset."""
    client.post("/add-checkpoint", content=TRUTH.request(0, 5))
    answer = client.post("/add-checkpoint", content=TRUTH.request(0, 9))
    assert (answer.status_code, answer.content) == (409, b"5\n")
    assert answer.headers["content-type"] == "text/x.tlog.size"


def test_it_answers_under_its_prefix_as_well(served: Served):
    """A submission prefix may have a path, which a proxy may pass on or strip."""
    client = served(prefix="/w1")
    assert client.post("/w1/add-checkpoint", content=TRUTH.request(0, 5)).status_code == 200
    assert client.post("/add-checkpoint", content=TRUTH.request(5, 6)).status_code == 200
    assert client.get("/w1/status").json() == client.get("/status").json()
    assert client.get("/w2/status").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_checkpoint_is_posted(client: httpx.Client, method: str):
    """Nothing else is answered at that path."""
    assert client.request(method, "/add-checkpoint").status_code == 405


@pytest.mark.parametrize("path", ["/", "/status"])
def test_what_is_shown_cannot_be_posted_to(client: httpx.Client, path: str):
    """Pages are for reading."""
    assert client.post(path, content=b"x").status_code == 405


def test_a_body_too_long_is_not_read_to_its_end(client: httpx.Client):
    """Neither where its length is said, nor where it comes in pieces."""
    piece = b"old 0\n" * 1000
    pieces = MAX_BODY_BYTES // len(piece) + 1
    for body in (piece * pieces, iter([piece] * pieces)):
        answer = client.post("/add-checkpoint", content=body)
        assert answer.status_code == 413
        assert answer.headers["connection"] == "close"


def test_a_body_that_does_not_end_is_given_up(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    """408: a connection is not held for ever."""
    monkeypatch.setattr(app_module, "_BODY_S", 0.05)
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), 10) as slow:
        slow.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 99\r\n\r\nold")
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")


def test_a_request_that_ends_early_does_no_harm(client: httpx.Client):
    """The next one is answered."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), 10) as gone:
        gone.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 99\r\n\r\nold")
    assert client.post("/add-checkpoint", content=TRUTH.request(0, 5)).status_code == 200


def test_a_connection_is_kept_for_the_next_request(client: httpx.Client):
    """As c2sp.org/tlog-witness wishes: a log asks again seconds later."""
    assert "close" not in client.post("/add-checkpoint", content=b"").headers.get("connection", "")


def test_status_says_what_was_cosigned(client: httpx.Client):
    """Name, key, and of each log the newest checkpoint, and forks that were seen."""
    assert client.get("/status").json() == {
        "name": WITNESS.verifier.name,
        "vkey": str(WITNESS.verifier),
        "logs": [{"origin": ORIGIN, "size": 0, "forks": []}],
    }
    client.post("/add-checkpoint", content=TRUTH.request(0, 5))
    lie = TRUTH.forked(at=2)
    client.post("/add-checkpoint", content=lie.request(5, 5))
    (log,) = client.get("/status").json()["logs"]
    checkpoint = TRUTH.note(5).decode()
    assert log == {
        "origin": ORIGIN,
        "size": 5,
        "root": checkpoint.split("\n")[2],
        "at": NOW,
        "checkpoint": checkpoint,
        "forks": [{"cosigned": checkpoint, "other": lie.note(5).decode()}],
    }


def test_the_page_says_it_to_people(served: Served):
    """And holds nothing that a name could smuggle into it."""
    key = VerifierKey.of("<script>alert(1)</script>", LOG.verifier.public)
    client = served(LOG.verifier, key)
    client.post("/add-checkpoint", content=TRUTH.request(0, 5))
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for shown in (WITNESS.verifier.name, str(WITNESS.verifier), ORIGIN, "<td>5<td>"):
        assert shown in page.text
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize("path", ["/", "/status"])
def test_a_witness_without_its_database_says_so(served: Served, tmp_path: Path, path: str):
    """503, not an error's trace."""
    client = served()
    (tmp_path / DATABASE).unlink()
    assert client.get(path).status_code == 503
