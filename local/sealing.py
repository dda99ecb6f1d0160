"""The sealer of a coalition on this machine, awake by itself.

As it is deployed: the records of the table's stream go through `functions.sealer.seal`, and what it
does not bring to an end is delivered again. Here a thread reads the stream every second, and asks
the witness when something was sealed.
"""

import logging
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Condition, Event, Thread
from typing import Any, NamedTuple

import functions.sealer
from ledger.notes import Signer, VerifierKey
from local.aws import local_objects
from local.serving import serving
from local.stream import Doorbell
from loyalty.coalition import Coalition
from sealing.proving import Prover
from sealing.sealer import Keys, Sealer
from sealing.stopped import SealingStopped
from sealing.witnesses import Outcome, WitnessTarget
from sealing.witnessing import Witnessing
from storage.dynamodb import DynamoStore
from storage.log_dynamodb import DynamoHeads
from storage.witness_http import HttpPost
from witness.app import witness_app
from witness.run import open_witness

POLL_S = 1.0
"""Half of what is promised. More often a replay would take a sixth longer."""
CATCH_UP_S = 60.0
WITNESS = "witness.stars.example"

Record = Mapping[str, Any]


class Sealing:
    """Seals and publishes what the stream rings for, in a thread, within its context.

    Whatever goes wrong is said once on standard error, and tried again.
    """

    def __init__(
        self,
        sealer_of: Callable[[Callable[[], datetime]], Sealer],
        doorbell: Doorbell,
        witnessing: Witnessing,
        clock: Callable[[], datetime],
    ) -> None:
        """sealer_of: makes the sealer, given its clock."""
        self._sealer = sealer_of(lambda: self._moment)
        self._doorbell = doorbell
        self._witnessing = witnessing
        self._clock = clock
        self._moment = clock()
        self._undone: list[Record] = []
        self._cosigned = True
        self._said = self._fault = ""
        self._wake, self._ends = Event(), False
        # Turns begun; the last of them that left nothing undone, and the last that is over.
        self._turned = Condition()
        self._begun = self._clean = self._over = 0
        self._thread = Thread(target=self._run, name="sealer", daemon=True)

    def __enter__(self) -> "Sealing":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends = True
        self._wake.set()
        self._thread.join(CATCH_UP_S)

    def caught_up(self, timeout_s: float = CATCH_UP_S) -> str:
        """Waits until all that is committed now is sealed, published and cosigned.

        Returns why it is not; nothing if it is. The coalition's clock must run.
        """
        with self._turned:
            next_ = self._begun + 1
            self._wake.set()
            self._turned.wait_for(
                lambda: self._clean >= next_ or (self._over >= next_ and self._fault), timeout_s
            )
            if self._clean >= next_:
                return ""
            return self._fault or f"not all is sealed after {timeout_s:.0f} s"

    def tell(self, fault: str) -> None:
        """Says what is wrong, unless that was the last thing that was said."""
        self._fault = fault
        if fault != self._said:
            self._said = fault
            print(f"tallystick: {fault}", file=sys.stderr)

    def _run(self) -> None:
        while not self._ends:
            with self._turned:
                self._begun += 1
                turn = self._begun
            self._fault = ""
            clean = self._turn()
            with self._turned:
                self._over = turn
                self._clean = turn if clean else self._clean
                self._turned.notify_all()
            self._wake.wait(POLL_S)
            self._wake.clear()

    def _turn(self) -> bool:
        """Whether nothing is left undone of what was committed before it began."""
        try:
            self._seal()
            if not self._cosigned:
                self._ask()
        except SealingStopped as stopped:
            self.tell(f"{stopped}; docs/sealing.md says what to do")
        except Exception as error:  # whatever it is, what rang rings again
            self.tell(f"sealing failed: {type(error).__name__}: {error}")
        return not self._undone and self._cosigned and not self._fault

    def _seal(self) -> None:
        # A block has the time of before the stream was read. The clock of a replay leaps: with a
        # later time, entries of before the leap could be left behind by more than a block allows.
        self._moment = self._clock()
        self._undone += self._doorbell.rung()
        if self._undone:
            self._cosigned = False
            answer = functions.sealer.seal(self._sealer, {"Records": self._undone})
            self._undone = _failed(self._undone, answer)

    def _ask(self) -> None:
        replies = self._witnessing.ask()
        for reply in replies:
            if reply.outcome is not Outcome.COSIGNED:
                self.tell(f"{reply.target.key.name} did not cosign: {reply.reason}")
        self._cosigned = all(reply.outcome is Outcome.COSIGNED for reply in replies)


class Log(NamedTuple):
    """The published log of a coalition on this machine, its own witness included.

    key: the log's; witness: whom it asks.
    """

    key: VerifierKey
    witness: WitnessTarget
    prover: Prover
    sealing: Sealing


@contextmanager
def sealed_log(coalition: Coalition, store: DynamoStore, signer: Signer) -> Iterator[Log]:
    """Seals a coalition's ledger until the context ends. signer: the log key.

    Enter it within `local_store()`, before anything is written.
    """
    log, own, heads = local_objects("log/"), local_objects("own/"), DynamoHeads(store)
    with ExitStack() as stack:
        target = stack.enter_context(_witness([signer.verifier]))
        keys = Keys([signer], coalition.entry_signer)

        def sealer_of(now: Callable[[], datetime]) -> Sealer:
            return Sealer(coalition.origin, store, heads, log, own, keys, now, secrets.token_bytes)

        witnessing = Witnessing(log, [target], HttpPost(), lambda: datetime.now(UTC))
        sealing = Sealing(sealer_of, Doorbell(store), witnessing, coalition.clock)
        stack.enter_context(_said_once("functions.sealer", sealing.tell))
        stack.enter_context(sealing)
        yield Log(signer.verifier, target, Prover(store, heads, log, own), sealing)


@contextmanager
def _witness(log_keys: Sequence[VerifierKey]) -> Iterator[WitnessTarget]:
    """A witness of our own, on a free port, which forgets everything when the context ends."""
    with TemporaryDirectory(prefix="tallystick-witness-") as directory:
        witness = open_witness(Path(directory), WITNESS, log_keys)
        with serving(witness_app(witness), 0) as url:
            yield WitnessTarget(witness.verifier, url)


@contextmanager
def _said_once(logger_name: str, tell: Callable[[str], None]) -> Iterator[None]:
    """What a module logs goes to `tell`."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            tell(record.getMessage())

    logger, handler = logging.getLogger(logger_name), Handler()
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _failed(records: list[Record], answer: Mapping[str, Any]) -> list[Record]:
    """The records from the first that failed on, as a stream delivers them again."""
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    for place, record in enumerate(records):
        if record["dynamodb"]["SequenceNumber"] in failed:
            return records[place:]
    return []
