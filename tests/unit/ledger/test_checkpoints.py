"""Checkpoints: one spelling each, and no one's word for them but the log's."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoints import Checkpoint, opened, read_checkpoint
from ledger.notes import (
    COSIGNATURE,
    MAX_SIGNATURES,
    SeedSigner,
    VerifierKey,
    note_of,
    parse_note,
    sign_note,
)
from ledger.tree import EMPTY_ROOT, leaf_hash
from tests.unit.ledger.strategies import (
    ENTRIES,
    LOG,
    ORIGIN,
    QUICK,
    another,
    broken_by,
    rule_of,
    signer_of,
)

ROOT = leaf_hash(b"entry")
CHECKPOINT = Checkpoint(ORIGIN, 1234, ROOT)
TEXT = CHECKPOINT.text
NOTE = sign_note(TEXT, LOG)
KEY = LOG.verifier
SECOND = another(ORIGIN)
ORDER = 2**252 + 27742317777372353535851937790883648493

# The example of c2sp.org/tlog-cosignature, whose body is that of c2sp.org/tlog-checkpoint.
SOFA = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_text_is_three_lines():
    """Origin, size, root: each ends in LF, and nothing follows."""
    assert f"{ORIGIN}\n1234\n{b64encode(ROOT).decode()}\n".encode() == TEXT
    assert read_checkpoint(TEXT) == CHECKPOINT


def test_the_example_of_the_spec_is_read():
    """And written again as the same bytes."""
    checkpoint = read_checkpoint(SOFA)
    assert checkpoint[:2] == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex()[:8] == "0ac5186a"
    assert checkpoint.text == SOFA


@QUICK
@given(
    st.text(min_size=1).filter(lambda origin: origin.isprintable()),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_what_is_written_is_read(origin, size, root):
    """An origin may have spaces: nothing may be assumed of its form."""
    checkpoint = Checkpoint(origin, size, root)
    assert read_checkpoint(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"", "form"),
        (TEXT[:-1], "form"),
        (b"\n".join(TEXT.split(b"\n")[:2]) + b"\n", "form"),
        (TEXT + b"\n", "extension"),
        (TEXT + b"extension\n", "extension"),
        (TEXT + b"one\ntwo\n", "extension"),
        (TEXT + b"unfinished", "form"),
        (b"\n" + TEXT, "extension"),
        (TEXT.removeprefix(ORIGIN.encode()), "origin"),
        (b"\t" + TEXT, "origin"),
        (TEXT.replace(b"\n", b"\r\n"), "origin"),
        (b"\xff" + TEXT, "utf8"),
        *(
            (TEXT.replace(b"1234", size), "size")
            for size in (
                b"",
                b"01234",
                b"+1234",
                b"-1234",
                b"1_234",
                b" 1234",
                b"1234 ",
                b"1234.0",
                b"0x4d2",
                b"00",
                "١٢٣٤".encode(),
                b"%d" % 2**63,
                b"9" * 5000,
            )
        ),
        (f"{ORIGIN}\n1234\n{b64encode(ROOT[:31]).decode()}\n".encode(), "root"),
        (f"{ORIGIN}\n1234\n{b64encode(ROOT + ROOT).decode()}\n".encode(), "root"),
        (f"{ORIGIN}\n1234\n{ROOT.hex()}\n".encode(), "root"),
        (TEXT.replace(b"=\n", b"\n"), "root"),
        (TEXT.replace(b"=\n", b"= \n"), "root"),
        (f"{ORIGIN}\n0\n{b64encode(ROOT).decode()}\n".encode(), "root"),
    ],
)
def test_a_checkpoint_has_no_other_spelling(text, rule):
    """Leading zeros, signs, extension lines, other base64, a root of an empty log that is not."""
    assert rule_of(read_checkpoint, text) == f"checkpoint.{rule}"


def test_the_empty_log_has_a_checkpoint():
    """Size 0, and the root of no leaves."""
    assert read_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text).size == 0


def test_unused_bits_of_the_root_are_zero():
    """A last character that base64 readers let pass is a second spelling."""
    last = TEXT[-3:-2]
    for other in b"ABCDEFGH":
        text = TEXT[:-3] + bytes([other]) + TEXT[-2:]
        if bytes([other]) != last and broken_by(read_checkpoint, text) is None:
            assert read_checkpoint(text).root != ROOT


@QUICK
@given(st.integers(0, len(TEXT) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_a_changed_checkpoint_is_another_or_none(position, put, cut):
    """Writing what was read gives the bytes that were read."""
    text = TEXT[:position] + put + TEXT[position + cut :]
    if broken_by(read_checkpoint, text) is None:
        assert read_checkpoint(text).text == text


@QUICK
@given(st.binary(max_size=60), st.text(alphabet="0123456789ABC=/+\n ", max_size=60))
def test_arbitrary_texts_are_refused_by_rule(data, text):
    """Neither texts nor notes raise anything else."""
    for raw in (data, text.encode(), b"x\n" + text.encode(), b"x\n5\n" + text.encode()):
        if broken_by(read_checkpoint, raw) is None:
            assert read_checkpoint(raw).text == raw
        assert broken_by(opened, raw, [KEY])
        assert broken_by(opened, raw + NOTE[len(TEXT) :], [KEY])


def test_a_note_of_the_log_is_opened():
    """Signed by its key; whoever else has signed does not matter."""
    assert opened(NOTE, [KEY]) == CHECKPOINT
    assert opened(sign_note(TEXT, signer_of("someone"), LOG, ENTRIES), [KEY]) == CHECKPOINT
    # What claims another key is that key's affair.
    stranger = signer_of("someone").verifier
    assert opened(NOTE + note_of(b"", (stranger, bytes(64)))[1:], [KEY]) == CHECKPOINT


def test_either_of_two_log_keys_is_enough():
    """While one follows the other both sign; a verifier was given one of them, or both."""
    both = sign_note(TEXT, LOG, SECOND)
    assert opened(both, [KEY]) == opened(both, [SECOND.verifier]) == CHECKPOINT
    assert opened(both, [KEY, SECOND.verifier]) == CHECKPOINT
    assert opened(NOTE, [KEY, SECOND.verifier]) == CHECKPOINT
    assert opened(sign_note(TEXT, SECOND), [KEY, SECOND.verifier]) == CHECKPOINT
    assert rule_of(opened, sign_note(TEXT, SECOND), [KEY]) == "checkpoint.signature"


def test_a_wrong_signature_of_a_given_key_is_refused_beside_a_right_one():
    """Of a second key, or a second one of the same key."""
    right = LOG.sign(TEXT)
    for key in (KEY, SECOND.verifier):
        for note in (
            note_of(TEXT, (KEY, right), (key, LOG.sign(b"another text\n"))),
            note_of(TEXT, (key, LOG.sign(b"another text\n")), (KEY, right)),
        ):
            assert rule_of(opened, note, [KEY, SECOND.verifier]) == "checkpoint.signature"


@pytest.mark.parametrize("keys", [[], [ENTRIES.verifier], [another(ORIGIN).verifier]])
def test_a_note_that_none_of_the_keys_has_signed_is_refused(keys):
    """No key, another's, one of the same name."""
    assert rule_of(opened, NOTE, keys) == "checkpoint.signature"


def test_a_key_does_not_speak_for_another_origin():
    """The log's own key under another origin; another log's key, though it is known."""
    other = signer_of("moons.example/ledger")
    elsewhere = Checkpoint("moons.example/ledger", 1234, ROOT).text
    assert rule_of(opened, sign_note(elsewhere, LOG), [KEY]) == "checkpoint.origin"
    both = [KEY, other.verifier]
    assert rule_of(opened, sign_note(TEXT, other), both) == "checkpoint.origin"
    assert opened(sign_note(elsewhere, other), both).origin == "moons.example/ledger"
    assert opened(sign_note(TEXT, other, LOG), both) == CHECKPOINT


def test_what_the_log_signed_is_still_a_checkpoint_or_nothing():
    """A true signature over a text with an extension line, or over something else."""
    for text, rule in (
        (TEXT + b"extension\n", "extension"),
        (TEXT.replace(b"\n1234\n", b"\n01234\n"), "size"),
        (b"{}\n", "form"),
    ):
        assert rule_of(opened, sign_note(text, LOG), [KEY]) == f"checkpoint.{rule}"


@QUICK
@given(st.integers(0, 63), st.integers(0, 7), st.integers(0, len(TEXT) - 1), st.binary(max_size=1))
def test_a_changed_signature_or_text_is_refused(byte, bit, position, put):
    """Any bit of the signature; any byte of the text, or one that is missing."""
    signature = bytearray(LOG.sign(TEXT))
    signature[byte] ^= 1 << bit
    changed = note_of(TEXT, (KEY, bytes(signature)))
    assert rule_of(opened, changed, [KEY]) == "checkpoint.signature"
    text = TEXT[:position] + put + TEXT[position + 1 :]
    if text != TEXT:
        assert broken_by(opened, text + NOTE[len(TEXT) :], [KEY])


def test_a_signature_with_s_plus_l_is_refused():
    """A second spelling of the log's signature."""
    signature = LOG.sign(TEXT)
    s = int.from_bytes(signature[32:], "little") + ORDER
    other = signature[:32] + s.to_bytes(32, "little")
    assert rule_of(opened, note_of(TEXT, (KEY, other)), [KEY]) == "checkpoint.signature"


def test_a_key_for_which_anything_verifies_is_no_log_key():
    """Small order and y not reduced: refused where read, and of no effect where made by hand."""
    for public in (bytes(32), b"\x01" + bytes(31), (2**255 - 18).to_bytes(32, "little")):
        assert rule_of(VerifierKey.of, ORIGIN, public) in ("key.order", "key.canonical")
        by_hand = VerifierKey(ORIGIN, b"1234", public)
        for r in (bytes(32), b"\x01" + bytes(31)):
            note = note_of(TEXT, (by_hand, r + bytes(32)))
            assert rule_of(opened, note, [by_hand]) == "checkpoint.signature"


def test_a_witness_key_is_no_log_key():
    """A key of type 0x04 signs another message, and signs no note as it is."""
    seed = b"w" * 32
    witness = SeedSigner(ORIGIN, seed, COSIGNATURE)
    assert rule_of(opened, NOTE, [KEY, witness.verifier]) == "checkpoint.key"
    assert rule_of(sign_note, TEXT, witness) == "note.key"
    assert witness.verifier.key_id != SeedSigner(ORIGIN, seed).verifier.key_id
    assert VerifierKey.parse(str(witness.verifier), COSIGNATURE) == witness.verifier
    assert rule_of(VerifierKey.parse, str(witness.verifier)) == "key.algorithm"


def test_a_note_has_a_bounded_number_of_signatures():
    """The spec's 16 and many more; not so many that a note keeps its verifier busy."""
    line = NOTE[len(TEXT) + 1 :]
    assert opened(TEXT + b"\n" + line * 16, [KEY]) == CHECKPOINT
    assert len(parse_note(TEXT + b"\n" + line * MAX_SIGNATURES).signatures) == MAX_SIGNATURES
    long = TEXT + b"\n" + line * (MAX_SIGNATURES + 1)
    assert rule_of(opened, long, [KEY]) == "note.signatures"


def test_the_largest_size_and_the_last_control_character():
    """2**63 - 1 leaves are read; no control character stands in an origin."""
    largest = CHECKPOINT._replace(size=2**63 - 1)
    assert read_checkpoint(largest.text) == largest
    for control in map(chr, range(32)):
        if control != "\n":
            text = CHECKPOINT._replace(origin=f"a{control}b").text
            assert rule_of(read_checkpoint, text) == "checkpoint.origin"
