"""Witnesses are asked together: none delays another, and no fault of the log is hidden."""

from collections.abc import Callable, Sequence
from threading import Event, current_thread
from time import monotonic

import pytest

from ledger.errors import RuleBroken
from loyalty.ports import StoreUnavailable
from sealing.ports import Answer
from sealing.witnesses import Outcome, Reply, WitnessTarget, at_once, cosign_all, one_by_one
from tests.unit.sealing.witnesses.asking import (
    OTHER_WITNESS,
    TARGET,
    TRUTH,
    Scripted,
    cosigned,
    text,
)
from tests.unit.witness.logs import NOW


def test_a_dead_witness_delays_nothing_past_the_bound():
    """The others' cosignatures are there; it is reported as one that did not answer."""
    released = Event()
    dead = WitnessTarget(OTHER_WITNESS.verifier, "https://dead.example")

    def post(url: str, body: bytes) -> Answer:
        if url.startswith(dead.url):
            released.wait(20)
            raise StoreUnavailable("late")
        return cosigned()

    begun = monotonic()
    replies = cosign_all(
        TRUTH.note(9),
        [dead, TARGET, dead._replace(url="https://dead.example/2")],
        consistency=TRUTH.prover(9),
        post=post,
        known={},
        now=NOW,
        gather=at_once(0.3),
    )
    assert monotonic() - begun < 5
    released.set()
    assert [reply.outcome for reply in replies] == [
        Outcome.UNAVAILABLE,
        Outcome.COSIGNED,
        Outcome.UNAVAILABLE,
    ]
    assert replies[0].reason == "no answer within 0.3 s"


def test_witnesses_are_asked_at_the_same_time():
    """Each waits until both were asked."""
    both = [Event(), Event()]

    def post(url: str, body: bytes) -> Answer:
        number = int(url[0])
        both[number].set()
        assert both[1 - number].wait(10)
        assert current_thread().daemon
        return text(503)

    targets = [TARGET._replace(url="0"), TARGET._replace(url="1")]
    replies = cosign_all(
        TRUTH.note(9), targets, consistency=TRUTH.prover(9), post=post, known={}, now=NOW
    )
    assert [reply.reason for reply in replies] == ["503", "503"]


def test_a_proof_is_made_once_for_all_that_need_it():
    """Most witnesses stand at one size."""
    made: list[int] = []

    def consistency(old: int) -> Sequence[bytes]:
        made.append(old)
        return TRUTH.proof(old, 9)

    cosign_all(
        TRUTH.note(9),
        [TARGET] * 5,
        consistency=consistency,
        post=lambda _url, _body: text(503),
        known={TARGET.key: 5},
        now=NOW,
    )
    assert made == [5]


@pytest.mark.parametrize("gather", [one_by_one, at_once()])
def test_a_fault_of_the_log_itself_is_not_hidden(gather: Callable[..., list[Reply]]):
    """Its tiles do not hold: that is no witness's doing."""

    def consistency(old: int) -> Sequence[bytes]:
        raise RuleBroken("log.tile", "256 hashes", 3)

    with pytest.raises(RuleBroken, match=r"log\.tile"):
        cosign_all(
            TRUTH.note(9),
            [TARGET],
            consistency=consistency,
            post=Scripted(),
            known={TARGET.key: 5},
            now=NOW,
            gather=gather,
        )


def test_nobody_to_ask_is_nothing_to_wait_for():
    """A log without witnesses is sealed all the same."""
    assert (
        cosign_all(
            TRUTH.note(9), [], consistency=TRUTH.prover(9), post=Scripted(), known={}, now=NOW
        )
        == []
    )
