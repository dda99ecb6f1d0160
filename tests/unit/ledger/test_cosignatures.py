"""Cosignatures: a witness's word on one checkpoint at one time, and on no other."""

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoints import Checkpoint, opened
from ledger.cosignatures import MAX_TIMESTAMP, cosign, cosignatures, cosigned_message, with_lines
from ledger.notes import (
    COSIGNATURE,
    SeedSigner,
    VerifierKey,
    key_id,
    note_of,
    parse_note,
    sign_note,
    signature_line,
)
from ledger.tree import leaf_hash
from tests.unit.ledger.strategies import LOG, ORIGIN, QUICK, another, broken_by, rule_of

TEXT = Checkpoint(ORIGIN, 1234, leaf_hash(b"entry")).text
OTHER_TEXT = Checkpoint(ORIGIN, 1235, leaf_hash(b"another")).text
NOTE = sign_note(TEXT, LOG)
ONE = SeedSigner("one.example/w", b"1" * 32, COSIGNATURE)
TWO = SeedSigner("two.example/w", b"2" * 32, COSIGNATURE)
KEYS = [ONE.verifier, TWO.verifier]
NOW = 1_700_000_000
ORDER = 2**252 + 27742317777372353535851937790883648493


def blob_of(line: bytes) -> bytes:
    """Timestamp and signature of a signature line."""
    return parse_note(TEXT + b"\n" + line).signatures[0].signature


def test_the_message_is_that_of_the_spec():
    """Header line, time line, the whole text."""
    assert cosigned_message(b"example.com/behind-the-sofa\n1\nx\n", 1679315147) == (
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n1\nx\n"
    )


def test_a_line_is_key_id_time_and_signature():
    """Put together by hand from c2sp.org/tlog-cosignature."""
    line = cosign(TEXT, ONE, NOW)
    dash, name, blob = line.decode().removesuffix("\n").split(" ")
    raw = b64decode(blob)
    assert (dash, name) == ("—", "one.example/w")
    assert raw[:4] == key_id("one.example/w", ONE.verifier.public, b"\x04")
    assert raw[4:12] == NOW.to_bytes(8, "big")
    message = b"cosignature/v1\ntime %d\n" % NOW + TEXT
    assert raw[12:] == SeedSigner("any", b"1" * 32).sign(message)


def test_what_was_cosigned_is_found_with_its_time():
    """Of known witnesses; the note is still one that the log has signed."""
    note = with_lines(NOTE, [cosign(TEXT, ONE, NOW), cosign(TEXT, TWO, NOW + 5)])
    assert cosignatures(note, KEYS) == {ONE.verifier: NOW, TWO.verifier: NOW + 5}
    assert opened(note, [LOG.verifier]).size == 1234
    assert cosignatures(NOTE, KEYS) == {}


def test_an_unknown_witness_is_ignored():
    """Whether its line holds or not; also one that shares a name, or an id, with a known one."""
    stranger = SeedSigner("three.example/w", b"3" * 32, COSIGNATURE)
    namesake = SeedSigner(ONE.verifier.name, b"4" * 32, COSIGNATURE)
    same_id = VerifierKey("four.example/w", ONE.verifier.key_id, ONE.verifier.public, COSIGNATURE)
    lines = [
        cosign(TEXT, stranger, NOW),
        cosign(TEXT, namesake, NOW),
        signature_line(same_id, bytes(72)),
        signature_line(VerifierKey("short", b"1234", bytes(32)), b"x"),
    ]
    note = with_lines(NOTE, [*lines, cosign(TEXT, ONE, NOW)])
    assert cosignatures(note, KEYS) == {ONE.verifier: NOW}
    assert cosignatures(note, []) == {}


def test_a_cosignature_of_another_text_is_refused():
    """A known witness that did not cosign this: beside others that did."""
    wrong = cosign(OTHER_TEXT, ONE, NOW)
    for lines in ([wrong], [cosign(TEXT, TWO, NOW), wrong], [wrong, cosign(TEXT, TWO, NOW)]):
        assert rule_of(cosignatures, with_lines(NOTE, lines), KEYS) == "cosignature.signature"
    note = with_lines(NOTE, [wrong])
    assert cosignatures(note, [TWO.verifier]) == {}


@QUICK
@given(st.integers(0, MAX_TIMESTAMP), st.integers(0, 63))
def test_a_changed_time_is_refused(timestamp, bit):
    """Any bit of it: the time is signed."""
    blob = bytearray(blob_of(cosign(TEXT, ONE, timestamp)))
    assert cosignatures(note_of(TEXT, (ONE.verifier, bytes(blob))), KEYS) == {
        ONE.verifier: timestamp
    }
    blob[bit // 8] ^= 1 << bit % 8
    rule = rule_of(cosignatures, note_of(TEXT, (ONE.verifier, bytes(blob))), KEYS)
    assert rule in ("cosignature.signature", "cosignature.timestamp")


@QUICK
@given(st.integers(8, 71), st.integers(0, 7))
def test_a_changed_cosignature_is_refused(byte, bit):
    """Any bit of it."""
    blob = bytearray(blob_of(cosign(TEXT, ONE, NOW)))
    blob[byte] ^= 1 << bit
    note = note_of(TEXT, (ONE.verifier, bytes(blob)))
    assert rule_of(cosignatures, note, KEYS) == "cosignature.signature"


def test_a_cosignature_with_s_plus_l_is_refused():
    """A second spelling of it."""
    blob = blob_of(cosign(TEXT, ONE, NOW))
    s = int.from_bytes(blob[40:], "little") + ORDER
    note = note_of(TEXT, (ONE.verifier, blob[:40] + s.to_bytes(32, "little")))
    assert rule_of(cosignatures, note, KEYS) == "cosignature.signature"


def test_a_cosignature_has_72_bytes():
    """Truncated, over-long, or the bare signature of a note."""
    blob = blob_of(cosign(TEXT, ONE, NOW))
    for wrong in (blob[:-1], blob + b"\0", blob[8:], blob[:8], blob[:1]):
        note = note_of(TEXT, (ONE.verifier, wrong))
        assert rule_of(cosignatures, note, KEYS) == "cosignature.length"


def test_a_signature_of_the_text_itself_is_no_cosignature():
    """Neither as the log signs it, nor with a time that nobody signed."""
    plain = SeedSigner("any", b"1" * 32).sign(TEXT)
    for blob in (bytes(8) + plain, NOW.to_bytes(8, "big") + plain):
        note = note_of(TEXT, (ONE.verifier, blob))
        assert rule_of(cosignatures, note, KEYS) == "cosignature.signature"


def test_times_are_from_0_to_2_to_the_63_less_1():
    """In what is signed, and in what is read even though it is signed."""
    assert cosignatures(NOTE + cosign(TEXT, ONE, 0), KEYS) == {ONE.verifier: 0}
    for timestamp in (-1, MAX_TIMESTAMP + 1):
        assert rule_of(cosign, TEXT, ONE, timestamp) == "cosignature.timestamp"
    signature = ONE.sign(cosigned_message(TEXT, MAX_TIMESTAMP + 1))
    blob = (MAX_TIMESTAMP + 1).to_bytes(8, "big") + signature
    note = note_of(TEXT, (ONE.verifier, blob))
    assert rule_of(cosignatures, note, KEYS) == "cosignature.timestamp"


def test_a_key_of_a_log_is_no_witness():
    """Type 0x01 cosigns nothing and is no witness's key, though the same seed may be behind it."""
    assert rule_of(cosign, TEXT, LOG, NOW) == "cosignature.key"
    assert rule_of(cosignatures, NOTE, [ONE.verifier, LOG.verifier]) == "cosignature.key"


def test_a_key_for_which_anything_verifies_cosigns_nothing():
    """Small order: refused where read, and of no effect where made by hand."""
    for public in (bytes(32), b"\x01" + bytes(31)):
        assert rule_of(VerifierKey.of, "w", public, COSIGNATURE) == "key.order"
        by_hand = VerifierKey("w", b"1234", public, COSIGNATURE)
        note = note_of(TEXT, (by_hand, bytes(8) + b"\x01" + bytes(63)))
        assert rule_of(cosignatures, note, [by_hand]) == "cosignature.signature"


def test_of_two_cosignatures_of_one_witness_the_newest_time_counts():
    """Both must hold."""
    first, second = cosign(TEXT, ONE, NOW), cosign(TEXT, ONE, NOW + 9)
    assert cosignatures(NOTE + second + first, KEYS) == {ONE.verifier: NOW + 9}
    wrong = cosign(OTHER_TEXT, ONE, NOW)
    assert rule_of(cosignatures, NOTE + first + wrong, KEYS) == "cosignature.signature"


def test_lines_are_added_once():
    """None of a key that has one already: what is there, the log's own above all, stays."""
    lines = [cosign(TEXT, ONE, NOW), cosign(TEXT, TWO, NOW)]
    note = with_lines(NOTE, lines)
    assert note == NOTE + lines[0] + lines[1]
    assert with_lines(note, lines) == note
    assert with_lines(NOTE, lines + lines) == note
    assert with_lines(note, [cosign(TEXT, ONE, NOW + 1)]) == note
    forged = signature_line(LOG.verifier, bytes(64))
    assert with_lines(note, [forged]) == note
    assert with_lines(note, []) == note
    second = sign_note(TEXT, another(ORIGIN))[len(TEXT) + 1 :]
    assert with_lines(note, [second]) == note + second


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"no signature\n",
        cosign(TEXT, ONE, NOW)[:-1],
        cosign(TEXT, ONE, NOW) + cosign(TEXT, TWO, NOW),
        cosign(TEXT, ONE, NOW) + b"\n",
        b"\n" + cosign(TEXT, ONE, NOW),
        b"line\n\n" + cosign(TEXT, ONE, NOW),
        cosign(TEXT, ONE, NOW) + b"line\n\n" + cosign(TEXT, TWO, NOW),
        "— x +AAA=\n".encode(),
        "— x \n".encode(),
        b"\xff" + cosign(TEXT, ONE, NOW),
    ],
)
def test_what_is_not_one_signature_line_is_not_added(line):
    """A line must not bring another, nor a blank line that would make signatures part of a text."""
    broken = broken_by(with_lines, NOTE, [cosign(TEXT, TWO, NOW), line])
    assert broken is not None
    assert broken.rule.split(".")[0] in ("note", "cosignature", "base64")


@QUICK
@given(st.binary(max_size=80), st.text(alphabet="— \n+=Aax", max_size=20), st.integers(0, 120))
def test_arbitrary_lines_are_refused_by_rule(data, text, position):
    """And whatever is added leaves the text and the signatures before it as they were."""
    good = cosign(TEXT, ONE, NOW)
    for line in (
        data,
        text.encode(),
        f"— {text} {b64encode(data).decode()}\n".encode(),
        good[:position] + data + good[position + 1 :],
    ):
        broken_by(cosignatures, line, KEYS)
        broken_by(cosignatures, NOTE + line, KEYS)
        if broken_by(with_lines, NOTE, [line]) is None:
            before, after = parse_note(NOTE), parse_note(with_lines(NOTE, [line]))
            assert after.text == before.text
            assert after.signatures[: len(before.signatures)] == before.signatures
