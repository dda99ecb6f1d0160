"""`GET /ready`: whether this process can do its work now."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from threading import Event
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

import functions.ready as module
from functions.ready import KEPT_S, Readiness, ready_route
from ledger.checkpoints import CHECKPOINT
from ledger.notes import SeedSigner
from loyalty.ports import GovernanceRow, StoreUnavailable
from sealing.proving import Prover
from storage.memory import MemoryStore
from tests.sealing import SealedHouse
from tests.signing import ORIGIN


class Watched(MemoryStore):
    """A table that counts who reads governance, and fails when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.fails: Exception | None = None
        self.waits: Event | None = None

    def governance(self, after_seq: int) -> Sequence[GovernanceRow]:
        self.reads += 1
        if self.waits is not None:
            self.waits.wait()
        if self.fails is not None:
            raise self.fails
        return super().governance(after_seq)


class ReadyHouse(SealedHouse):
    """One whose readiness is asked for; seconds: on the clock that answers are kept by."""

    def __init__(self) -> None:
        super().__init__(Watched())
        self.table: Watched = self.store  # type: ignore[assignment]
        self.sealed()
        self.prover = Prover(self.store, self.heads, self.log, self.own)
        self.seconds = 0.0
        self.routed()

    def routed(self) -> None:
        """As a process that has just started."""
        route = ready_route(self.coalition, self.prover, lambda: self.seconds)
        self.app = Starlette(routes=[route])

    def get(self, method: str = "GET") -> httpx.Response:
        async def answer() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="https://a.example") as api:
                return await api.request(method, "/ready")

        return asyncio.run(answer())


@pytest.fixture
def house() -> ReadyHouse:
    return ReadyHouse()


def assert_unavailable(answer: httpx.Response) -> None:
    """A 503 that says when to ask again and nothing else."""
    assert (answer.status_code, answer.content) == (503, b'{"status":"unavailable"}')
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["cache-control"] == "no-store"


def test_a_process_whose_table_key_and_log_answer_is_ready(house: ReadyHouse) -> None:
    """Nobody is asked for a token."""
    answer = house.get()
    assert (answer.status_code, answer.content) == (200, b'{"status":"ready"}')
    assert answer.headers["content-type"] == "application/json"
    assert house.get("POST").status_code == 405


def test_before_anything_is_sealed_and_without_a_log_it_is_ready(house: ReadyHouse) -> None:
    """A coalition takes purchases before its first block."""
    house.log._objects.clear()
    house.store.head = None
    assert house.get().status_code == 200
    house.prover = None
    house.routed()
    assert house.get().status_code == 200


@pytest.mark.parametrize("error", [StoreUnavailable("secret-host"), KeyError("secret")])
def test_a_table_that_does_not_answer_is_a_503_that_says_no_more(
    house: ReadyHouse, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Why stands in the log."""
    house.table.fails = error
    assert_unavailable(house.get())
    assert "secret" in caplog.text


def test_a_process_without_an_entry_key_in_force_is_not_ready(house: ReadyHouse) -> None:
    """It could sign nothing that an auditor would take."""
    other = SeedSigner(f"{ORIGIN}/entries", b"o" * 32)
    house.coalition = replace(house.coalition, entry_signer=other)
    house.routed()
    assert_unavailable(house.get())


def test_a_key_whose_signatures_do_not_hold_is_not_ready(house: ReadyHouse) -> None:
    """As one whose private half is another's."""

    class Wrong:
        verifier = house.coalition.entry_signer.verifier

        def sign(self, message: bytes) -> bytes:
            return SeedSigner("x", b"o" * 32).sign(message)

    house.coalition = replace(house.coalition, entry_signer=Wrong())
    house.routed()
    assert_unavailable(house.get())


def test_a_table_that_is_behind_the_published_log_is_not_ready(house: ReadyHouse) -> None:
    """It was restored from a backup: what members do there cannot be sealed."""
    before = house.store.head
    house.earned(house.enrolled(), 5)
    house.sealed()
    now, house.store.head = house.store.head, before
    assert_unavailable(house.get())
    house.store.head = None
    house.seconds += KEPT_S
    assert_unavailable(house.get())
    house.store.head = now
    house.seconds += KEPT_S
    assert house.get().status_code == 200


def test_a_checkpoint_that_is_none_is_not_ready(house: ReadyHouse) -> None:
    """Nor one that cannot be read."""
    house.log._objects[CHECKPOINT] = b"garbage"
    assert_unavailable(house.get())


def test_it_is_looked_up_once_in_some_seconds_however_many_ask(house: ReadyHouse) -> None:
    """Whoever asks often costs nothing."""
    reads = house.table.reads
    for _ in range(50):
        house.get()
    assert house.table.reads == reads + 1
    house.seconds += KEPT_S
    house.table.fails = StoreUnavailable("down")
    for _ in range(50):
        assert_unavailable(house.get())
    assert house.table.reads == reads + 2


def test_while_one_looks_the_others_are_told_what_was_found_last(
    house: ReadyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that does not answer holds one thread, and nobody for longer than the limit."""
    monkeypatch.setattr(module, "LIMIT_S", 0.01)
    readiness: Any = Readiness(house.coalition, house.prover, lambda: house.seconds)
    house.table.waits = Event()
    assert_unavailable_within_limit(house)
    house.table.waits.set()
    assert readiness.looked()
    house.table.waits = None
    house.seconds += KEPT_S
    with readiness._looking:
        reads = house.table.reads
        assert readiness.looked()
        assert house.table.reads == reads


def assert_unavailable_within_limit(house: ReadyHouse) -> None:
    async def answers() -> None:
        transport = httpx.ASGITransport(house.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://a.example") as api:
            for _ in range(3):
                assert_unavailable(await api.request("GET", "/ready"))
        assert house.table.waits is not None
        # The one thread that waits would else keep this loop from ending.
        house.table.waits.set()

    reads = house.table.reads
    asyncio.run(answers())
    assert house.table.reads == reads + 1
