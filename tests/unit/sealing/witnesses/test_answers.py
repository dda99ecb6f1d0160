"""What a witness answers is kept only if it is its own cosignature of that very checkpoint."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cosignatures import cosign
from ledger.notes import COSIGNATURE, SeedSigner
from loyalty.ports import StoreUnavailable
from sealing.ports import Answer
from sealing.witnesses import AHEAD_MAX_S, BEHIND_MAX_S, MAX_ANSWER_BYTES, Outcome, cosign_all
from tests.unit.sealing.witnesses.asking import (
    OTHER_WITNESS,
    TARGET,
    TEXT,
    TRUTH,
    Scripted,
    ask,
    cosigned,
    size,
    text,
)
from tests.unit.witness.logs import NOW, WITNESS


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_witness_that_cannot_now_is_missing_this_time(status: int):
    """As if it had not answered; its reason is for the operator."""
    reply = ask(Scripted(text(status, b"later\n")))
    assert (reply.outcome, reply.reason) == (Outcome.UNAVAILABLE, f"{status} later")
    assert not reply.outcome.is_alarming


def test_a_witness_that_does_not_answer_is_missing_this_time():
    """At the first request or at the second."""
    for answers in ([StoreUnavailable("timed out")], [size(5), StoreUnavailable("timed out")]):
        reply = ask(Scripted(*answers))
        assert (reply.outcome, reply.reason) == (Outcome.UNAVAILABLE, "timed out")


def test_a_proof_that_cannot_be_read_now_makes_the_witness_missing_this_time():
    """The log's own tiles are out of reach."""

    def consistency(old: int) -> Sequence[bytes]:
        raise StoreUnavailable("no tiles")

    (reply,) = cosign_all(
        TRUTH.note(9), [TARGET], consistency=consistency, post=Scripted(size(5)), known={}, now=NOW
    )
    assert (reply.outcome, reply.reason) == (Outcome.UNAVAILABLE, "no tiles")


@pytest.mark.parametrize("status", [201, 204, 301, 307, 400, 401, 403, 404, 405, 410, 413])
def test_a_witness_that_will_not_is_reported_with_its_reason(status: int):
    """404: it does not know the log; 403: nor its key; 400: nor what it was asked."""
    post = Scripted(text(status, b"why\n"))
    reply = ask(post)
    assert (reply.outcome, reply.reason) == (Outcome.REFUSED, f"{status} why")
    assert len(post.asked) == 1


def test_only_the_witness_own_line_is_kept():
    """A witness has several keys, and may answer with what else it likes."""
    own = cosign(TEXT, WITNESS, NOW)
    others = cosign(TEXT, OTHER_WITNESS, NOW)
    unknown = "— pq.example AAAAAAAAAAAA\n".encode()
    reply = ask(Scripted(cosigned(others + unknown + own)))
    assert (reply.outcome, reply.line) == (Outcome.COSIGNED, own)


def test_one_line_is_kept_of_several():
    """The first that holds: old and new time, or one damaged."""
    damaged = cosign(TRUTH.checkpoint(8).text, WITNESS, NOW)
    own = cosign(TEXT, WITNESS, NOW - 5)
    reply = ask(Scripted(cosigned(damaged + own + cosign(TEXT, WITNESS, NOW))))
    assert reply.line == own


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"thank you\n",
        cosign(TEXT, OTHER_WITNESS, NOW),
        cosign(TRUTH.checkpoint(8).text, WITNESS, NOW),
        cosign(TEXT, WITNESS, NOW)[:-1],
        cosign(TEXT, WITNESS, NOW) + b"\n",
        b"more\n\n" + cosign(TEXT, WITNESS, NOW),
        b"\n" + cosign(TEXT, WITNESS, NOW),
        cosign(TEXT, WITNESS, NOW).replace(b" grocer", b"  grocer"),
        "— grocer.example/witness AAAA\n".encode(),
        cosign(TEXT, SeedSigner(WITNESS.verifier.name, bytes(32), COSIGNATURE), NOW),
        cosign(TEXT, OTHER_WITNESS, NOW) * 400 + cosign(TEXT, WITNESS, NOW),
    ],
)
def test_an_answer_without_its_cosignature_is_refused(body: bytes):
    """200 is not enough: the line is of its key, over this text, and there is nothing else."""
    assert len(body) < MAX_ANSWER_BYTES or body.count(b"\n") > 400
    reply = ask(Scripted(cosigned(body)))
    assert (reply.outcome, reply.line) == (Outcome.REFUSED, b"")
    assert reply.reason.startswith("200 without its cosignature")


def test_a_cosignature_of_the_smuggled_text_is_refused():
    """A body with a blank line would make the checkpoint's text longer, and sign that."""
    smuggled = TEXT + b"\nand more\n"
    body = b"and more\n\n" + cosign(smuggled, WITNESS, NOW)
    assert ask(Scripted(cosigned(body))).outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("time", "outcome"),
    [
        (NOW + AHEAD_MAX_S, Outcome.COSIGNED),
        (NOW - BEHIND_MAX_S, Outcome.COSIGNED),
        (NOW + AHEAD_MAX_S + 1, Outcome.REFUSED),
        (NOW - BEHIND_MAX_S - 1, Outcome.REFUSED),
        (0, Outcome.REFUSED),
        (2**63 - 1, Outcome.REFUSED),
    ],
)
def test_a_cosignature_is_of_our_time(time: int, outcome: Outcome):
    """A witness whose clock is wrong says when it saw something that was not then."""
    reply = ask(Scripted(cosigned(cosign(TEXT, WITNESS, time))))
    assert reply.outcome is outcome


@given(
    st.integers(100, 599),
    st.sampled_from(["text/x.tlog.size", "text/plain", "", ";", "text/x.tlog.size;"]),
    st.binary(max_size=80) | st.from_regex(rb"[0-9]{1,3}\n?", fullmatch=True),
)
def test_whatever_a_witness_answers_raises_nothing(status: int, kind: str, body: bytes):
    """And cosigns nothing; it is asked twice at most."""
    answer = Answer(status, kind, body)
    post = Scripted(answer, answer)
    reply = ask(post)
    assert reply.outcome is not Outcome.COSIGNED
    assert reply.reason
    assert reply.reason.isprintable()
    assert len(reply.reason) < 300
    assert all(old <= 9 for old in post.olds)


@given(st.data())
def test_a_cosignature_with_a_byte_changed_is_refused(data: st.DataObject):
    """Or says the same, which no change of one byte does."""
    body = bytearray(cosign(TEXT, WITNESS, NOW))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    assert ask(Scripted(cosigned(bytes(body)))).outcome is Outcome.REFUSED
