"""Asking witnesses to cosign: what each answer means (c2sp.org/tlog-witness)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, current_thread
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cosignatures import cosign, cosignatures, with_lines
from ledger.errors import RuleBroken
from ledger.notes import COSIGNATURE, SeedSigner
from loyalty.ports import StoreUnavailable
from sealing.ports import Answer, Post
from sealing.witnesses import (
    AHEAD_MAX_S,
    BEHIND_MAX_S,
    MAX_ANSWER_BYTES,
    Outcome,
    Reply,
    WitnessTarget,
    at_once,
    cosign_all,
    lines_of,
    one_by_one,
    sizes_of,
)
from tests.unit.witness.logs import LOG, NOW, WITNESS, Log
from witness.protocol import parse_request
from witness.service import Witness
from witness.state import State

TRUTH = Log()
TARGET = WitnessTarget(WITNESS.verifier, "https://witness.example/w1/")
OTHER_WITNESS = SeedSigner("florist.example/witness", bytes(range(9, 41)), COSIGNATURE)
TEXT = TRUTH.checkpoint(9).text


class Scripted:
    """A witness that gives these answers, and keeps what it was asked."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.urls: list[str] = []
        self.asked: list[bytes] = []

    @property
    def olds(self) -> list[int]:
        return [parse_request(body).old for body in self.asked]

    def __call__(self, url: str, body: bytes) -> Answer:
        self.urls.append(url)
        self.asked.append(body)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def text(status: int, body: bytes = b"") -> Answer:
    return Answer(status, "text/plain; charset=utf-8", body)


def size(number: object) -> Answer:
    return Answer(409, "text/x.tlog.size", f"{number}\n".encode())


def cosigned(body: bytes | None = None) -> Answer:
    return text(200, cosign(TEXT, WITNESS, NOW) if body is None else body)


def ask(post: Post, known: int | None = None, log: Log = TRUTH) -> Reply:
    """The reply of one witness that is asked to cosign size 9."""
    (reply,) = cosign_all(
        log.note(9),
        [TARGET],
        consistency=log.prover(9),
        post=post,
        known={} if known is None else {TARGET.key: known},
        now=NOW,
        gather=one_by_one,
    )
    return reply


def served(directory: Path, *signers: SeedSigner, log: Log = TRUTH) -> Post:
    """Real witnesses, by the first part of their URL's path."""
    witnesses = {}
    for number, signer in enumerate(signers):
        place = directory / str(number)
        place.mkdir()
        state = State(place, str(signer.verifier), make=True)
        witnesses[f"http://{number}"] = Witness(signer, [LOG.verifier], state, lambda: NOW)

    def post(url: str, body: bytes) -> Answer:
        answer = witnesses[url.removesuffix("/add-checkpoint")].add_checkpoint(body)
        return Answer(answer.status, answer.content_type, answer.body)

    return post


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


def test_what_witnesses_are_known_to_have_cosigned_is_carried_on():
    """A size that a reply tells takes the place of what was known; nothing told leaves it."""
    other = WitnessTarget(OTHER_WITNESS.verifier, "")
    replies = [Reply(TARGET, Outcome.COSIGNED, size=9), Reply(other, Outcome.UNAVAILABLE)]
    known = {TARGET.key: 5, other.key: 3}
    assert sizes_of(replies, known) == {TARGET.key: 9, other.key: 3}


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
