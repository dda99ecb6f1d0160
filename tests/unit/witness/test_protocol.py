"""What a witness answers to add-checkpoint (c2sp.org/tlog-witness)."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cosignatures import cosignatures
from ledger.errors import RuleBroken
from ledger.notes import SeedSigner, parse_note, sign_note
from tests.unit.witness.logs import LOG, NOW, OTHER_LOG, WITNESS, Log, request
from witness.protocol import (
    MAX_BODY_BYTES,
    SIZE_TYPE,
    Decision,
    Seen,
    decide,
    parse_request,
)

TRUTH = Log()
KEYS = (LOG.verifier,)


def seen(size: int, log: Log = TRUTH, at: int = NOW) -> Seen:
    return Seen(size, log.root(size), log.note(size), at)


def answered(state: Seen | None, body: bytes, now: int = NOW) -> Decision:
    return decide(state, parse_request(body), KEYS, WITNESS, now)


def test_the_first_checkpoint_of_a_log_is_cosigned():
    """From size 0 there is nothing to prove."""
    decision = answered(None, TRUTH.request(0, 5))
    assert decision.response.status == 200
    assert decision.seen == seen(5)
    note = TRUTH.note(5) + decision.response.body
    assert cosignatures(note, [WITNESS.verifier]) == {WITNESS.verifier: NOW}


@pytest.mark.parametrize(("old", "size"), [(1, 2), (3, 7), (5, 256), (8, 9), (255, 257), (6, 8)])
def test_a_checkpoint_that_extends_the_last_is_cosigned(old: int, size: int):
    """The proof leads from the one to the other."""
    decision = answered(seen(old), TRUTH.request(old, size), NOW + 1)
    assert decision.response.status == 200
    assert decision.seen == seen(size, at=NOW + 1)


def test_the_same_checkpoint_again_is_cosigned_again_with_a_newer_time():
    """A log whose answer got lost asks from the very size; the proof is empty."""
    decision = answered(seen(5), TRUTH.request(5, 5), NOW + 9)
    assert decision.response.status == 200
    note = TRUTH.note(5) + decision.response.body
    assert cosignatures(note, [WITNESS.verifier]) == {WITNESS.verifier: NOW + 9}


def test_a_log_may_begin_with_an_empty_tree():
    """Size 0 has one root; anything extends it."""
    first = answered(None, TRUTH.request(0, 0))
    assert first.response.status == 200
    assert answered(first.seen, TRUTH.request(0, 4)).response.status == 200


@pytest.mark.parametrize("old", [0, 4, 6])
def test_another_old_size_is_told_the_one_there_is(old: int):
    """409, with the size cosigned last as text/x.tlog.size."""
    response = answered(seen(5), TRUTH.request(old, 9)).response
    assert (response.status, response.body, response.content_type) == (409, b"5\n", SIZE_TYPE)


def test_a_witness_that_has_seen_nothing_is_at_size_0():
    """409, whatever old size is asked from."""
    decision = answered(None, TRUTH.request(3, 9))
    assert (decision.response.status, decision.response.body) == (409, b"0\n")
    assert decision.seen is None


def test_another_root_for_the_size_cosigned_last_conflicts_and_is_kept():
    """Both notes are signed by the log: together they prove that it told two stories."""
    lie = TRUTH.forked(at=4)
    decision = answered(seen(5), lie.request(5, 5))
    assert (decision.response.status, decision.response.body) == (409, b"5\n")
    assert decision.seen is None
    assert decision.fork == seen(5, lie)


def test_a_fork_is_kept_also_where_the_old_size_is_wrong():
    """What the log signed counts, not what whoever posted it says beside it."""
    lie = TRUTH.forked(at=4)
    decision = answered(seen(5), lie.request(2, 5))
    assert decision.response.status == 409
    assert decision.fork == seen(5, lie)


@pytest.mark.parametrize(
    "proof",
    [
        [],
        TRUTH.proof(5, 9)[:-1],
        [*TRUTH.proof(5, 9), bytes(32)],
        TRUTH.proof(5, 9)[::-1],
        TRUTH.proof(4, 9),
        TRUTH.forked(at=7).proof(5, 9),
    ],
    ids=["none", "short", "long", "reversed", "of another size", "of another log"],
)
def test_a_proof_that_does_not_hold_is_unprocessable(proof: list[bytes]):
    """422, and nothing is cosigned."""
    decision = answered(seen(5), request(5, proof, TRUTH.note(9)))
    assert decision == Decision(decision.response)
    assert decision.response.status == 422


@pytest.mark.parametrize(("state", "old", "size"), [(None, 0, 5), (seen(5), 5, 5)])
def test_where_there_is_nothing_to_prove_a_proof_is_unprocessable(state, old: int, size: int):
    """From size 0, or to the same size, the proof is empty."""
    decision = answered(state, request(old, [bytes(32)], TRUTH.note(size)))
    assert decision.response.status == 422


def test_an_old_size_past_the_checkpoint_is_a_bad_request():
    """400, whatever the witness has seen."""
    assert answered(seen(9), request(9, [], TRUTH.note(5))).response.status == 400
    assert answered(None, request(9, [], TRUTH.note(5))).response.status == 400


def test_a_log_that_the_witness_does_not_know_is_not_found():
    """404, even where its signature holds."""
    ask = parse_request(Log(signer=OTHER_LOG).request(0, 5))
    assert decide(None, ask, (), WITNESS, NOW).response.status == 404


def test_a_checkpoint_that_no_key_of_the_log_signed_is_forbidden():
    """403: signed by somebody else, or by another key under the log's name."""
    text = TRUTH.checkpoint(5).text
    for stranger in (OTHER_LOG, SeedSigner(LOG.verifier.name, bytes(32))):
        note = sign_note(text, stranger)
        assert answered(None, request(0, [], note)).response.status == 403


def test_a_signature_of_the_log_that_does_not_hold_is_forbidden():
    """403, though the line has the log's name and key id."""
    line = TRUTH.note(6).split(b"\n\n")[1]
    note = TRUTH.checkpoint(5).text + b"\n" + line
    assert answered(None, request(0, [], note)).response.status == 403


def test_signatures_of_unknown_keys_are_ignored_and_not_kept():
    """Whoever posts can add lines to a note: the witness keeps the log's alone."""
    stranger = sign_note(TRUTH.checkpoint(5).text, OTHER_LOG).split(b"\n\n")[1]
    large = f"— pq.example {b64encode(bytes(2432)).decode()}\n".encode() * 16
    decision = answered(None, request(0, [], TRUTH.note(5) + stranger + large))
    assert decision.response.status == 200
    assert decision.seen == seen(5)


def test_a_log_may_sign_with_two_keys():
    """While it changes keys; one that the witness knows is enough, and all it knows are kept."""
    second = SeedSigner(LOG.verifier.name, bytes(range(5, 37)))
    note = sign_note(TRUTH.checkpoint(5).text, second, LOG)
    ask = parse_request(request(0, [], note))
    assert decide(None, ask, KEYS, WITNESS, NOW).response.status == 200
    both = decide(None, ask, (LOG.verifier, second.verifier), WITNESS, NOW)
    assert both.seen is not None
    assert len(parse_note(both.seen.note).signatures) == 2


def test_no_cosignature_is_older_than_the_one_before():
    """A clock that was set back: a smaller tree would be said to be the largest at that time."""
    decision = answered(seen(5), TRUTH.request(5, 9), NOW - 1)
    assert decision.response.status == 503
    assert decision.seen is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 5",
        b"\n",
        request("05", [], TRUTH.note(5)),
        request("-1", [], TRUTH.note(5)),
        request("+1", [], TRUTH.note(5)),
        request(" 1", [], TRUTH.note(5)),
        request("1 ", [], TRUTH.note(5)),
        request("", [], TRUTH.note(5)),
        request("٣", [], TRUTH.note(5)),
        request("1" * 20, [], TRUTH.note(5)),
        request("1" * 5000, [], TRUTH.note(5)),
        request(0, [bytes(31)], TRUTH.note(5)),
        request(0, [bytes(33)], TRUTH.note(5)),
        request(0, [bytes(32)] * 64, TRUTH.note(5)),
        request(0, [], b""),
        request(0, [], TRUTH.checkpoint(5).text),
        request(0, [], TRUTH.note(5)[:-1]),
        request(0, [], b"\n" + TRUTH.note(5)),
        request(0, [], TRUTH.note(5) + b"\n"),
        request(0, [], TRUTH.note(5).replace(b"\n", b"\r\n")),
        TRUTH.request(0, 5).replace(b"old", b"Old"),
        TRUTH.request(3, 5).replace(b"=\n", b"= \n", 1),
        TRUTH.request(3, 5).replace(b"=\n", b"\n", 1),
        request(0, [], sign_note(TRUTH.checkpoint(5).text + b"extension\n", LOG)),
        request(0, [], TRUTH.note(5) + b"\xe2\x80\x94 x AAAAAAAA\n" * 9000),
    ],
)
def test_what_is_no_request_breaks_a_rule(body: bytes):
    """One spelling for each request: no spaces, signs, leading zeros or other line ends."""
    with pytest.raises(RuleBroken):
        parse_request(body)


def test_a_request_that_is_too_long_is_refused_for_its_length():
    """Though all else in it is as it must be."""
    line = f"— stranger {b64encode(bytes(1_500)).decode()}\n".encode()
    long = TRUTH.request(0, 5) + line * 100
    assert len(long) > MAX_BODY_BYTES
    with pytest.raises(RuleBroken, match=r"witness\.length"):
        parse_request(long)
    assert parse_request(TRUTH.request(0, 5) + line * 50).old == 0


def test_63_hashes_are_read():
    """As many as c2sp.org/tlog-witness allows."""
    assert len(parse_request(request(1, [bytes(32)] * 63, TRUTH.note(5))).proof) == 63


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_and_nothing_else_is_raised(body: bytes):
    """Whatever comes, it is RuleBroken."""
    with pytest.raises(RuleBroken):
        parse_request(body)


WHOLE = TRUTH.request(77, 300)


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), st.integers(0, 3))
def test_a_request_with_a_byte_changed_is_never_cosigned(place: int, byte: int, how: int):
    """Changed, dropped, doubled or cut: refused, unless it says the same or less in other words."""
    changed = [
        WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :],
        WHOLE[:place] + WHOLE[place + 1 :],
        WHOLE[: place + 1] + WHOLE[place:],
        WHOLE[:place],
    ][how]
    try:
        ask = parse_request(changed)
    except RuleBroken:
        return
    decision = decide(seen(77), ask, KEYS, WITNESS, NOW)
    assert (decision.seen is None) == (changed != WHOLE)
    assert len(changed) <= MAX_BODY_BYTES
