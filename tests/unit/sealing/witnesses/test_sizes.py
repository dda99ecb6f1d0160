"""From which size a witness is asked, and what it means that it has another."""

from pathlib import Path

import pytest

from ledger.cosignatures import cosignatures, with_lines
from sealing.ports import Answer
from sealing.witnesses import Outcome, Reply, WitnessTarget, cosign_all, lines_of, sizes_of
from tests.unit.sealing.witnesses.asking import (
    OTHER_WITNESS,
    TARGET,
    TRUTH,
    Scripted,
    ask,
    cosigned,
    served,
    size,
    text,
)
from tests.unit.witness.logs import NOW, WITNESS


def test_real_witnesses_cosign_one_checkpoint_after_another(tmp_path: Path):
    """All of them, each from where it is; the note then holds all their cosignatures."""
    signers = (WITNESS, OTHER_WITNESS)
    post = served(tmp_path, *signers)
    targets = [WitnessTarget(each.verifier, f"http://{n}") for n, each in enumerate(signers)]
    for first, number in ((True, 5), (False, 9), (False, 9), (False, 30)):
        replies = cosign_all(
            TRUTH.note(number),
            targets if not first else targets[:1],
            consistency=TRUTH.prover(number),
            post=post,
            known={},
            now=NOW,
        )
        assert {reply.outcome for reply in replies} == {Outcome.COSIGNED}
        assert [reply.size for reply in replies] == [number] * len(replies)
    note = with_lines(TRUTH.note(30), lines_of(replies))
    keys = [each.verifier for each in signers]
    assert cosignatures(note, keys) == dict.fromkeys(keys, NOW)


def test_a_known_size_saves_a_request():
    """Without one, a witness is asked from 0, and tells where it is."""
    knowing = Scripted(cosigned())
    assert ask(knowing, known=5).outcome is Outcome.COSIGNED
    assert knowing.asked == [TRUTH.request(5, 9)]
    assert knowing.urls == ["https://witness.example/w1/add-checkpoint"]
    guessing = Scripted(size(5), cosigned())
    assert ask(guessing).outcome is Outcome.COSIGNED
    assert guessing.asked == [TRUTH.request(0, 9), TRUTH.request(5, 9)]


def test_a_witness_that_has_it_already_is_asked_from_that_very_size():
    """Its answer was lost the last time: it cosigns again, without a proof."""
    post = Scripted(size(9), cosigned())
    assert ask(post, known=5).outcome is Outcome.COSIGNED
    assert post.asked == [TRUTH.request(5, 9), TRUTH.request(9, 9)]


def test_a_witness_that_forgot_is_asked_from_where_it_says_it_is():
    """A new witness under an old key is its operator's matter; it has no proof to check."""
    post = Scripted(size(0), cosigned())
    assert ask(post, known=5).outcome is Outcome.COSIGNED
    assert post.olds == [5, 0]


def test_a_witness_ahead_is_reported_as_ahead():
    """A restored backup: the log was larger than it is."""
    for known in (None, 5, 9, 12, 40):
        post = Scripted(size(12))
        reply = ask(post, known)
        assert reply.outcome is Outcome.AHEAD
        assert reply.outcome.is_alarming
        assert reply.size == 12
        assert reply.reason == "it cosigned size 12, ours is 9"
        assert max(post.olds) <= 9


def test_a_real_witness_ahead_is_reported_as_ahead(tmp_path: Path):
    """By the log that is behind it."""
    post = served(tmp_path, WITNESS)
    post("http://0/add-checkpoint", TRUTH.request(0, 12))
    target = WitnessTarget(WITNESS.verifier, "http://0")
    (reply,) = cosign_all(
        TRUTH.note(9), [target], consistency=TRUTH.prover(9), post=post, known={}, now=NOW
    )
    assert (reply.outcome, reply.size) == (Outcome.AHEAD, 12)


@pytest.mark.parametrize(
    "answers",
    [
        [size(9), size(9)],
        [size(9), text(409, b"another root")],
        [size(9), text(422, b"log.consistency")],
        [text(422, b"log.consistency")],
        [size(3), text(422)],
    ],
)
def test_another_history_is_reported_as_a_conflict(answers: list[Answer]):
    """Another root for our size, or a size that does not lead to ours."""
    reply = ask(Scripted(*answers))
    assert reply.outcome is Outcome.CONFLICT
    assert reply.outcome.is_alarming
    assert reply.reason


def test_another_root_is_a_conflict_at_the_first_answer_where_the_size_was_known():
    """409 with the very size that was asked from."""
    for answer in (size(9), text(409)):
        assert ask(Scripted(answer), known=9).outcome is Outcome.CONFLICT


@pytest.mark.parametrize("at", [0, 3, 8])
@pytest.mark.parametrize("there", [4, 9])
def test_a_real_witness_of_another_history_conflicts(tmp_path: Path, at: int, there: int):
    """Whether it stands at our size or below."""
    post = served(tmp_path, WITNESS)
    post("http://0/add-checkpoint", TRUTH.request(0, there))
    target = WitnessTarget(WITNESS.verifier, "http://0")
    lie = TRUTH.forked(at)
    (reply,) = cosign_all(
        lie.note(9), [target], consistency=lie.prover(9), post=post, known={}, now=NOW
    )
    same = at >= there
    assert reply.outcome is (Outcome.COSIGNED if same else Outcome.CONFLICT)


def test_a_witness_that_moves_meanwhile_is_missing_this_time():
    """Another sealer asks it too: no third request, and no loop."""
    reply = ask(Scripted(size(3), size(5)))
    assert (reply.outcome, reply.size) == (Outcome.UNAVAILABLE, 5)
    assert ask(Scripted(size(3), size(12))).outcome is Outcome.AHEAD


def test_a_witness_that_contradicts_itself_is_refused():
    """409 to the size that it told."""
    assert ask(Scripted(size(3), size(3))).outcome is Outcome.REFUSED
    assert ask(Scripted(size(3), text(409))).outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    "body", [b"", b"5", b"05\n", b"-5\n", b"5\n\n", b"+5\n", b"1" * 20 + b"\n"]
)
def test_a_size_has_one_spelling(body: bytes):
    """A decimal and LF; anything else tells nothing."""
    reply = ask(Scripted(Answer(409, "text/x.tlog.size", body)))
    assert reply.outcome is Outcome.REFUSED


def test_the_type_of_a_size_may_have_parameters_and_capitals():
    """As RFC 9110 has media types."""
    answer = Answer(409, "Text/X.TLog.Size; charset=utf-8", b"5\n")
    assert ask(Scripted(answer, cosigned())).outcome is Outcome.COSIGNED


def test_what_witnesses_are_known_to_have_cosigned_is_carried_on():
    """A size that a reply tells takes the place of what was known; nothing told leaves it."""
    other = WitnessTarget(OTHER_WITNESS.verifier, "")
    replies = [Reply(TARGET, Outcome.COSIGNED, size=9), Reply(other, Outcome.UNAVAILABLE)]
    known = {TARGET.key: 5, other.key: 3}
    assert sizes_of(replies, known) == {TARGET.key: 9, other.key: 3}
