"""Proofs and receipts, c2sp.org/tlog-proof: what one file shows, offline."""

from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoints import Checkpoint
from ledger.cosignatures import cosign, with_lines
from ledger.notes import COSIGNATURE, SeedSigner, sign_note
from ledger.policies import read_policy
from ledger.proofs import (
    MAX_HASHES,
    PROOF_MAX_BYTES,
    Proof,
    read_proof,
    verify_receipt,
    write_proof,
)
from ledger.tree import inclusion_proof, leaf_hash, node_hash, root_of
from tests.unit.ledger.strategies import (
    LOG,
    ORIGIN,
    QUICK,
    Writer,
    another,
    broken_by,
    rule_of,
    signer_of,
)

KEYS = [LOG.verifier]
LEDGER = [entry.data for entry in Writer().entries]
LEAVES = [leaf_hash(data) for data in LEDGER]
SIZE = len(LEAVES)
WITNESS = SeedSigner("w.example", b"w" * 32, COSIGNATURE)
POLICY = read_policy(f"log {LOG.verifier}\nwitness w {WITNESS.verifier}\nquorum w\n")


def read_hash(level: int, index: int) -> bytes:
    return root_of(LEAVES[index << level : (index + 1) << level])


def receipt(index: int, size: int = SIZE) -> Proof:
    note = sign_note(Checkpoint(ORIGIN, size, root_of(LEAVES[:size])).text, LOG)
    return Proof(LEDGER[index], index, tuple(inclusion_proof(index, size, read_hash)), note)


GOOD = receipt(2)
TEXT = write_proof(GOOD)
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_HASHES)


def test_a_proof_is_the_text_that_the_spec_gives():
    """Put together by hand from c2sp.org/tlog-proof."""
    a, b = sha256(b"a").digest(), sha256(b"b").digest()
    note = sign_note(Checkpoint(ORIGIN, 4, a).text, LOG)
    expected = b"c2sp.org/tlog-proof@v1\nextra aGVsbG8=\nindex 3\n%b\n%b\n\n%b" % (
        b64encode(a),
        b64encode(b),
        note,
    )
    assert write_proof(Proof(b"hello", 3, (a, b), note)) == expected
    assert read_proof(expected) == Proof(b"hello", 3, (a, b), note)
    bare = b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + note
    assert write_proof(Proof(None, 0, (), note)) == bare
    assert read_proof(bare) == Proof(None, 0, (), note)


@QUICK
@given(st.none() | st.binary(max_size=200), st.integers(0, 2**63 - 2), HASHES)
def test_what_is_written_is_read(extra, index, hashes):
    """With and without extra, which may be empty; up to 63 hashes."""
    proof = Proof(extra, index, tuple(hashes), GOOD.checkpoint)
    assert read_proof(write_proof(proof)) == proof


def test_every_entry_has_a_receipt():
    """In every checkpoint that holds it: and the entry comes back, parsed."""
    for size in range(1, SIZE + 1):
        for index in range(size):
            proof = read_proof(write_proof(receipt(index, size)))
            shown = verify_receipt(proof, KEYS, None)
            assert shown.checkpoint == Checkpoint(ORIGIN, size, root_of(LEAVES[:size]))
            assert (shown.index, shown.entry.data) == (index, LEDGER[index])
    assert verify_receipt(receipt(0), KEYS).entry.type == "genesis"


def test_a_policy_wants_its_quorum():
    """The witness's word beside the log's; and not one on another checkpoint."""
    text = Checkpoint(ORIGIN, SIZE, root_of(LEAVES)).text
    good = GOOD._replace(checkpoint=with_lines(GOOD.checkpoint, [cosign(text, WITNESS, 5)]))
    assert verify_receipt(good, KEYS, POLICY).index == 2
    assert verify_receipt(good, [], POLICY).index == 2
    assert rule_of(verify_receipt, GOOD, KEYS, POLICY) == "policy.quorum"
    older = receipt(2, SIZE - 1)
    mixed = older._replace(checkpoint=with_lines(older.checkpoint, [cosign(text, WITNESS, 5)]))
    assert rule_of(verify_receipt, mixed, KEYS, POLICY) == "cosignature.signature"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"", "form"),
        (TEXT.split(b"\n\n")[0], "form"),
        (TEXT.replace(b"\n\n", b"\n", 1), "hashes"),
        (TEXT.replace(b"@v1", b"@v2"), "version"),
        (b"\n" + TEXT, "version"),
        (b"\xef\xbb\xbf" + TEXT, "form"),
        (TEXT.replace(b"\n", b"\r\n"), "form"),
        (TEXT.replace(b"v1\nextra", b"v1\nExtra"), "index"),
        (TEXT.replace(b"index 2\n", b""), "index"),
        (TEXT.replace(b"\nindex 2", b"\nextra AAAA\nindex 2"), "index"),
        (TEXT.replace(b"v1\nextra", b"v1\nindex 2\nextra"), "hashes"),
        *(
            (TEXT.replace(b"index 2", b"index" + index), "index")
            for index in (
                b"",
                b" ",
                b" 02",
                b" +2",
                b" -2",
                b"  2",
                b" 2 ",
                b"\t2",
                b" 2.0",
                b" 1_0",
                b" %d" % (2**63 - 1),
                b" " + b"9" * 5000,
            )
        ),
        (TEXT.replace(b"\n\n", b"\n=\n\n", 1), "hashes"),
        (TEXT.replace(b"\n\n", b"\n" + b64encode(bytes(31)) + b"\n\n", 1), "hashes"),
        (TEXT.replace(b"\n\n", b"\n" + b64encode(bytes(33)) + b"\n\n", 1), "hashes"),
        (TEXT.replace(b"\n\n", b" \n\n", 1), "hashes"),
        (TEXT.replace(b"\n\n", (b"\n" + b64encode(bytes(32))) * 64 + b"\n\n", 1), "hashes"),
        (TEXT + bytes(PROOF_MAX_BYTES), "size"),
    ],
)
def test_a_proof_has_no_other_spelling(text, rule):
    """Another version, lines that are missing, doubled or out of order, leading zeros."""
    assert rule_of(read_proof, text) == f"proof.{rule}"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (TEXT.replace(b"extra ", b"extra =", 1), "base64"),
        (TEXT.replace(b"extra ", b"extra  ", 1), "base64"),
        (TEXT.replace(b"extra ", b"extra -", 1), "base64"),
        # A blank line more belongs to the checkpoint, whose signature then does not hold.
        (TEXT.replace(b"\n\n", b"\n\n\n", 1), "checkpoint.signature"),
        (TEXT[: TEXT.index(b"\n\n") + 2], "note.form"),
        (TEXT[:-1], "note.signature_line"),
        (TEXT + b"\n", "note.form"),
        (TEXT.replace(b"\n\n", b"\n\n\t", 1), "note.control"),
    ],
)
def test_extra_and_checkpoint_are_read_strictly(text, rule):
    """Base64 has one spelling; what follows the empty line is a note as it stands."""
    assert rule_of(lambda: verify_receipt(read_proof(text), KEYS)) == rule


def test_a_receipt_shows_one_entry_at_one_index():
    """Another entry, another index, one past the end."""
    for index in range(SIZE):
        if index != GOOD.index:
            for wrong in (GOOD._replace(index=index), GOOD._replace(extra=LEDGER[index])):
                assert rule_of(verify_receipt, wrong, KEYS) == "log.inclusion"
    for index in (SIZE, 2**62):
        assert rule_of(verify_receipt, GOOD._replace(index=index), KEYS) == "log.inclusion"


def test_a_receipts_proof_is_as_long_as_its_path():
    """One hash too long or too short, swapped hashes, a proof of another size."""
    hashes = GOOD.hashes
    for wrong in (
        hashes[1:],
        hashes[:-1],
        (*hashes, root_of(LEAVES)),
        (LEAVES[GOOD.index], *hashes),
        hashes[::-1],
        (hashes[1], hashes[0], *hashes[2:]),
        receipt(2, 3).hashes,
        (),
    ):
        assert rule_of(verify_receipt, GOOD._replace(hashes=wrong), KEYS) == "log.inclusion"


def test_a_node_is_not_received_as_an_entry():
    """Its preimage as extra, with the path that begins above it."""
    preimage = LEAVES[2] + LEAVES[3]
    for extra in (preimage, b"\x01" + preimage, node_hash(LEAVES[2], LEAVES[3])):
        for index in (1, 2):
            wrong = GOOD._replace(extra=extra, index=index, hashes=GOOD.hashes[1:])
            assert rule_of(verify_receipt, wrong, KEYS) == "log.inclusion"


def test_without_extra_there_is_no_receipt():
    """A proof of nothing."""
    assert rule_of(verify_receipt, GOOD._replace(extra=None), KEYS) == "receipt.extra"
    assert rule_of(verify_receipt, GOOD._replace(extra=b""), KEYS) == "log.inclusion"


def test_what_is_in_the_log_but_no_entry_is_no_receipt():
    """A leaf that the log has sealed, and that says nothing."""
    junk = b"junk"
    note = sign_note(Checkpoint(ORIGIN, 1, leaf_hash(junk)).text, LOG)
    assert rule_of(verify_receipt, Proof(junk, 0, (), note), KEYS) == "note.form"


def test_a_receipt_of_another_log_is_refused():
    """Signed by another key, by the same key under another origin, by nobody who was given."""
    root = root_of(LEAVES)
    other = signer_of("moons.example/ledger")
    for signer, origin, keys, rule in (
        (another(ORIGIN), ORIGIN, KEYS, "signature"),
        (other, "moons.example/ledger", KEYS, "signature"),
        (LOG, "moons.example/ledger", KEYS, "origin"),
        (other, ORIGIN, [*KEYS, other.verifier], "origin"),
        (LOG, ORIGIN, [], "signature"),
    ):
        note = sign_note(Checkpoint(origin, SIZE, root).text, signer)
        wrong = GOOD._replace(checkpoint=note)
        assert rule_of(verify_receipt, wrong, keys) == f"checkpoint.{rule}"


def test_two_logs_of_one_size_have_no_receipt_in_common():
    """The checkpoint of a fork does not hold the honest entry."""
    forked = [*LEAVES[:2], leaf_hash(b"forked"), *LEAVES[3:]]
    note = sign_note(Checkpoint(ORIGIN, SIZE, root_of(forked)).text, LOG)
    assert rule_of(verify_receipt, GOOD._replace(checkpoint=note), KEYS) == "log.inclusion"


def test_no_byte_of_a_receipt_can_be_another():
    """With any byte of the file changed, missing or doubled it shows nothing, or the same."""
    for position in range(len(TEXT)):
        for put in (bytes([TEXT[position] ^ 1]), b"", TEXT[position : position + 1] * 2):
            text = TEXT[:position] + put + TEXT[position + 1 :]
            if text != TEXT:
                assert broken_by(lambda text=text: verify_receipt(read_proof(text), KEYS))


@QUICK
@given(st.binary(max_size=60), st.text(alphabet="index extra0123=AB\n", max_size=40))
def test_arbitrary_proofs_are_refused_by_rule(data, text):
    """Whatever is read is written again as the same bytes."""
    start = b"c2sp.org/tlog-proof@v1\n"
    note = b"\n\n" + GOOD.checkpoint
    for raw in (
        data,
        start + data + note,
        start + text.encode() + note,
        start + b"index 5\n" + text.encode() + note,
    ):
        if broken_by(read_proof, raw) is None:
            assert write_proof(read_proof(raw)) == raw
            assert broken_by(verify_receipt, read_proof(raw), KEYS)


def test_a_proof_may_be_as_long_as_the_limits_say():
    """To the hash, and to the byte."""
    longest = GOOD._replace(hashes=(bytes(32),) * MAX_HASHES)
    assert read_proof(write_proof(longest)) == longest
    longer = GOOD._replace(hashes=(bytes(32),) * (MAX_HASHES + 1))
    assert rule_of(read_proof, write_proof(longer)) == "proof.hashes"
    head = TEXT.replace(TEXT.split(b"\n")[1], b"extra %b")
    room = PROOF_MAX_BYTES - len(head) + len(b"%b")
    extra = b"AAAA" * (room // 4)
    # Base64 comes by fours: a longer index fills what is left.
    index = b"index %d" % (2 * 10 ** (room % 4))
    largest = head.replace(b"index 2", index).replace(b"%b", extra)
    assert len(largest) == PROOF_MAX_BYTES
    assert write_proof(read_proof(largest)) == largest
    assert rule_of(read_proof, largest.replace(index, index + b"0")) == "proof.size"
