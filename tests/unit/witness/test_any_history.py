"""Whatever honest and lying logs ask, in any order: no witness cosigns two histories."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.checkpoints import Checkpoint, opened
from ledger.cosignatures import cosignatures
from ledger.tree import EMPTY_ROOT
from tests.unit.witness.logs import LOG, NOW, WITNESS, Log, request
from witness.protocol import Response
from witness.service import NotYet, Witness
from witness.state import State

SIZES = st.integers(0, 40)
# Histories that part after 0, 7, 8 and 20 entries, and one that parts from a lie.
TRUTH = Log()
LIE = TRUTH.forked(8)
LOGS = [TRUTH, TRUTH.forked(0), TRUTH.forked(7), LIE, TRUTH.forked(20), LIE.forked(16, "lies")]
logs = st.sampled_from(LOGS)


class Cosigned(NamedTuple):
    checkpoint: Checkpoint
    at: int


class WitnessAndLogs(RuleBasedStateMachine):
    """A witness that is restarted at will, and everything that it ever cosigned."""

    @initialize()
    def begin(self) -> None:
        self.directory = TemporaryDirectory()
        self.now = NOW
        self.refusing = False
        self.not_yet = False
        self.cosigned: list[Cosigned] = []
        State(Path(self.directory.name), str(WITNESS.verifier), make=True)
        self.restart()

    @rule()
    def restart(self) -> None:
        state = State(Path(self.directory.name), str(WITNESS.verifier))
        self.witness = Witness(
            WITNESS, [LOG.verifier], state, lambda: self.now, accepts=self.accepts
        )

    def accepts(self, note: bytes) -> str | None:
        if self.not_yet:
            raise NotYet("not now")
        return "no" if self.refusing else None

    @rule(log=logs, old=SIZES, size=SIZES)
    def ask(self, log: Log, old: int, size: int) -> None:
        """As a log would, from whatever size it thinks the witness is at."""
        proof = log.proof(old, size) if old <= size else []
        self.answer(request(old, proof, log.note(size)), log.note(size))

    @rule(log=logs, size=SIZES)
    def ask_from_where_it_is(self, log: Log, size: int) -> None:
        """Told the right size, any log that extends what was cosigned is cosigned."""
        last, before = self.last(), list(self.cosigned)
        answer = self.answer(log.request(min(last.size, size), size), log.note(size))
        extends = size >= last.size and log.root(last.size) == last.root
        is_known = bool(before) and size == last.size
        willing = is_known or not (self.refusing or self.not_yet)
        on_time = not before or self.now >= before[-1].at
        assert (answer.status == 200) == (extends and willing and on_time)

    @rule(log=logs, other=logs, old=SIZES, size=SIZES)
    def lie_about_the_proof(self, log: Log, other: Log, old: int, size: int) -> None:
        """The proof of one log with the checkpoint of another."""
        proof = other.proof(min(old, size), size)
        self.answer(request(self.last().size, proof, log.note(size)), log.note(size))

    @rule(seconds=st.integers(-3, 100))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule(refusing=st.booleans(), not_yet=st.booleans())
    def look_otherwise(self, refusing: bool, not_yet: bool) -> None:
        self.refusing, self.not_yet = refusing, not_yet

    def answer(self, body: bytes, note: bytes) -> Response:
        answer = self.witness.add_checkpoint(body)
        assert answer.status in (200, 400, 409, 422, 503)
        if answer.status == 200:
            times = cosignatures(note + answer.body, [WITNESS.verifier])
            checkpoint = opened(note, [LOG.verifier])
            self.cosigned.append(Cosigned(checkpoint, times[WITNESS.verifier]))
        elif answer.status == 409:
            assert answer.body == f"{self.last().size}\n".encode()
        return answer

    def last(self) -> Checkpoint:
        empty = Checkpoint(LOG.verifier.name, 0, EMPTY_ROOT)
        return self.cosigned[-1].checkpoint if self.cosigned else empty

    @invariant()
    def all_it_cosigned_is_one_history(self) -> None:
        """One of the logs has every root that was cosigned; sizes and times never went back."""
        if not hasattr(self, "cosigned"):
            return
        tellers = [
            log
            for log in LOGS
            if all(log.checkpoint(each.size) == each for each, _ in self.cosigned)
        ]
        assert tellers
        sizes = [each.size for each, _ in self.cosigned]
        times = [at for _, at in self.cosigned]
        assert sizes == sorted(sizes)
        assert times == sorted(times)

    def teardown(self) -> None:
        if hasattr(self, "directory"):
            self.directory.cleanup()


WitnessAndLogs.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_no_witness_cosigns_two_histories = WitnessAndLogs.TestCase
