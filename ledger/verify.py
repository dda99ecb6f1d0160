"""Verifying a ledger: every entry, every signature, on all cores.

`verify` takes entries in ledger order (genesis first, each chain's seq in order) and names the
first fault: the lowest index that is wrong. Rules are checked in order, in this process;
signatures, which are most of the work, by others beside it and in what time is left here.
"""

import gc
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from os import cpu_count
from signal import SIG_IGN, SIGINT, signal
from threading import active_count
from typing import NamedTuple, Protocol, TypeAlias

from ledger.errors import Fault, RuleBroken, fault_of
from ledger.governance import Check
from ledger.history import History
from ledger.quick_signatures import quickest

# So that a few fit into a pipe.
_CHUNK_CHECKS = 128
# How many chunks wait for each other process, so that it never waits for one.
_CHUNKS_AHEAD = 4
# Below this other processes cost more than they save.
_POOL_FROM_ENTRIES = 2_000


class Labelled(NamedTuple):
    """An entry's bytes with the name that its reader knows it by."""

    label: str
    data: bytes


class Verified(NamedTuple):
    """A ledger's state, and its first fault, if it has one: then the state is of no worth."""

    history: History
    fault: Fault | None
    signatures: int


def verify(
    entries: Sequence[Labelled],
    *,
    origin: str | None = None,
    cores: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Verified:
    """Verifies a ledger from genesis.

    origin: the one that the genesis entry must state; progress: told how many entries are done.
    """
    with signatures_of(len(entries), cores) as signatures:
        return _run(History(), entries, origin, signatures, progress)


@contextmanager
def signatures_of(entries: int, cores: int | None) -> Iterator["Signatures"]:
    """What verifies the signatures of so many entries, on all cores or on so many."""
    cores = cores or cpu_count() or 1
    if cores == 1 or entries < _POOL_FROM_ENTRIES:
        yield _Inline()
        return
    # Before the others begin, so that what it loads is theirs too.
    quickest()
    # Forking is quick, but not safe beside other threads.
    context = get_context("fork" if active_count() == 1 else "spawn")
    workers: list[_Worker] = []
    try:
        workers += (_Worker(context) for _ in range(cores - 1))
        with _no_collection():
            yield _Shared(workers)
    finally:
        for worker in workers:
            worker.end()


def first_bad_signature(checks: Sequence[Check]) -> int | None:
    """The position of the first signature that does not hold."""
    for position, check in enumerate(checks):
        if not check.holds():
            return position
    return None


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without Python's search for cycles: there are none, and it would look through all that is
    kept of a ledger again and again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _run(
    history: History,
    entries: Sequence[Labelled],
    origin: str | None,
    signatures: "Signatures",
    progress: Callable[[int], object] | None,
) -> Verified:
    count = 0
    broken: Fault | None = None
    for index, (label, data) in enumerate(entries):
        try:
            checks = history.take(data)
            if index == 0 and origin not in (None, history.governance.origin):
                raise RuleBroken("genesis.origin", origin, history.governance.origin)
        except RuleBroken as error:
            broken = fault_of(index, label, error)
            break
        count += len(checks)
        signatures.add(index, checks)
        if signatures.bad is not None:
            break
        if progress and index % 256 == 0:
            progress(index)
    bad = signatures.finish()
    if bad is not None:
        index, check = bad
        broken = fault_of(index, entries[index].label, check.broken())
    if progress:
        progress(history.entries)
    if broken is None and not entries:
        broken = Fault(0, "-", "governance.genesis", "a genesis entry", "no entry")
    return Verified(history, broken, count)


_Bad = tuple[int, Check]


class Signatures(Protocol):
    """bad: the entry of lowest index whose signature does not hold, of those looked at."""

    bad: _Bad | None

    def add(self, index: int, checks: Sequence[Check]) -> None:
        """Verifies an entry's signatures, now or later."""

    def finish(self) -> _Bad | None:
        """Waits for all that were added; more may be added after that."""


class _Inline:
    """Verifies signatures as they come."""

    def __init__(self) -> None:
        self.bad: _Bad | None = None

    def add(self, index: int, checks: Sequence[Check]) -> None:
        position = first_bad_signature(checks)
        if position is not None and self.bad is None:
            self.bad = (index, checks[position])

    def finish(self) -> _Bad | None:
        return self.bad


class _Shared:
    """Verifies signatures in chunks: in other processes and, while those have enough, here."""

    def __init__(self, workers: Sequence["_Worker"]) -> None:
        self.bad: _Bad | None = None
        self._workers = workers
        self._checks: list[Check] = []
        self._indexes: list[int] = []
        self._chunks: deque[_Chunk] = deque()

    def add(self, index: int, checks: Sequence[Check]) -> None:
        self._checks += checks
        self._indexes += [index] * len(checks)
        if len(self._checks) >= _CHUNK_CHECKS:
            self._verify_chunk()
            # The oldest first: the fault that is named is the one of lowest index.
            while self._chunks and self.bad is None and self._chunks[0].done():
                self._take_oldest()

    def finish(self) -> _Bad | None:
        self._verify_chunk()
        while self._chunks and self.bad is None:
            self._take_oldest()
        return self.bad

    def _verify_chunk(self) -> None:
        # Plain tuples are four times as quick to send as records.
        rows = [check[:2] for check in self._checks]
        worker = min(self._workers, key=_Worker.waiting)
        if worker.waiting() < _CHUNKS_AHEAD:
            worker.send(rows)
            chunk = _Chunk(self._indexes, self._checks, worker, None)
        else:
            chunk = _Chunk(self._indexes, self._checks, None, _first_bad(rows))
        self._chunks.append(chunk)
        self._checks, self._indexes = [], []

    def _take_oldest(self) -> None:
        indexes, checks, worker, position = self._chunks.popleft()
        if worker is not None:
            position = worker.take()
        if position is not None:
            self.bad = (indexes[position], checks[position])


_Row = tuple[bytes, bytes]
"""A public key; signature and message."""


class _Worker:
    """Another process, which answers chunk by chunk, in order, through a pipe that holds a few.

    A pool of concurrent.futures sends through threads of this process, which wait for the
    interpreter's lock: that and its larger chunks take 3 to 4 % of an audit.
    """

    def __init__(self, context: BaseContext) -> None:
        self._unanswered = 0
        self._answers: deque[int | None] = deque()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._pipe), daemon=True)  # type: ignore[attr-defined]
        self._process.start()
        theirs.close()

    def send(self, rows: Sequence[_Row]) -> None:
        """Waits while the pipe is full."""
        with _lost_process():
            self._pipe.send(rows)
        self._unanswered += 1

    def waiting(self) -> int:
        """How many chunks it has yet to answer."""
        with _lost_process():
            while self._unanswered and self._pipe.poll():
                self._receive()
        return self._unanswered

    def answered(self) -> bool:
        """Whether the oldest chunk that was not taken has its answer."""
        self.waiting()
        return bool(self._answers)

    def take(self) -> int | None:
        """The position of the first that does not hold, of that chunk."""
        with _lost_process():
            if not self._answers:
                self._receive()
        return self._answers.popleft()

    def _receive(self) -> None:
        self._answers.append(self._pipe.recv())
        self._unanswered -= 1

    def end(self) -> None:
        # Not a signal that a handler of whoever audits might take.
        self._process.kill()
        self._process.join()
        self._pipe.close()


class _Chunk(NamedTuple):
    """worker: who verifies it; None if it was done here, with this position."""

    indexes: list[int]
    checks: list[Check]
    worker: _Worker | None
    position: int | None

    def done(self) -> bool:
        return self.worker is None or self.worker.answered()


@contextmanager
def _lost_process() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError):
        raise ChildProcessError(
            "a process that verified signatures has ended: begin again, or with one core; a script "
            "with threads of its own needs `if __name__ == '__main__':` around its audit"
        ) from None


_Pipe: TypeAlias = "Connection[int | None, Sequence[_Row]]"


def _serve(pipe: _Pipe, other_end: Connection) -> None:
    """What another process does, until it is ended, or nobody has the pipe's other end any more."""
    # Who stops the audit with Ctrl-C ends this process as well.
    signal(SIGINT, SIG_IGN)
    # Of the copy that this process was started with: else it would outlive one that is killed.
    other_end.close()
    with suppress(EOFError, OSError):
        while True:
            pipe.send(_first_bad(pipe.recv()))


def _first_bad(rows: Sequence[_Row]) -> int | None:
    """The position of the first that does not hold."""
    holds = quickest()
    for position, (public, signed) in enumerate(rows):
        if not holds(public, signed):
            return position
    return None
