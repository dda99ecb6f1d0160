"""Signed notes as c2sp.org/signed-note has them, and keys that nobody can abuse."""

from base64 import b64decode, b64encode
from contextlib import suppress
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import example, given
from hypothesis import strategies as st
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from ledger.errors import RuleBroken
from ledger.notes import (
    COSIGNATURE,
    SeedSigner,
    VerifierKey,
    check_public_key,
    decode_b64,
    key_id,
    parse_note,
    sign_note,
    signature_holds,
)
from tests.unit.ledger.edwards25519 import (
    ORDER,
    TORSION,
    P,
    encoded,
    forged,
    small_order_encodings,
)
from tests.unit.ledger.strategies import ENTRIES, LOG, QUICK, broken_by, rule_of, signer_of

# The worked example of golang.org/x/mod/sumdb/note.
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_BLOB = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
PETER_SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_NOTE = f"{PETER_TEXT}\n— PeterNeumann {PETER_BLOB}\n".encode()
# The example of c2sp.org/signed-note, and a witness's key of transparency-dev/formats.
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
WITNESS_KEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"


def test_the_worked_example_of_sumdb_is_read_and_written():
    """Key, note and signature of golang.org/x/mod/sumdb/note, byte for byte."""
    key = VerifierKey.parse(PETER_KEY)
    assert str(key) == PETER_KEY
    assert key.label == "PeterNeumann+c74f20a3"
    note = parse_note(PETER_NOTE)
    assert note.text == PETER_TEXT.encode()
    ((name, id_, signature),) = note.signatures
    assert (name, id_) == (key.name, key.key_id)
    assert key.verifies(note.text, signature)
    signer = SeedSigner("PeterNeumann", PETER_SEED)
    assert str(signer.verifier) == PETER_KEY
    assert sign_note(PETER_TEXT.encode(), signer) == PETER_NOTE


def test_the_example_of_c2sp_and_a_witnesss_key_are_read():
    """The key of c2sp.org/signed-note, and a cosignature key, which is of type 0x04."""
    assert str(VerifierKey.parse(SPEC_KEY)) == SPEC_KEY
    assert str(VerifierKey.parse(WITNESS_KEY, COSIGNATURE)) == WITNESS_KEY
    assert rule_of(VerifierKey.parse, WITNESS_KEY) == "key.algorithm"
    assert rule_of(VerifierKey.parse, SPEC_KEY, COSIGNATURE) == "key.algorithm"


def test_a_key_id_follows_from_name_type_and_key():
    """The first four bytes of SHA-256 over name, LF, 0x01 and the key."""
    key = ENTRIES.verifier
    expected = sha256(key.name.encode() + b"\n\x01" + key.public).digest()[:4]
    assert key.key_id == key_id(key.name, key.public) == expected


@QUICK
@given(
    st.lists(st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"])), min_size=1),
    st.integers(1, 3),
)
@example(["", "", ""], 1)
@example(["— a AAAA"], 2)
@example(["\x7f\x85\u2028"], 1)
def test_what_is_signed_is_read_back(lines, count):
    """Any text of lines comes back with its signatures, blank lines of its own included."""
    text = "".join(line + "\n" for line in lines).encode()
    signers = [signer_of(f"signer-{number}") for number in range(count)]
    note = parse_note(sign_note(text, *signers))
    assert note.text == text
    assert len(note.signatures) == count
    for signer, (name, id_, signature) in zip(signers, note.signatures, strict=True):
        assert (name, id_) == (signer.verifier.name, signer.verifier.key_id)
        assert signer.verifier.verifies(text, signature)


GOOD = sign_note(b"text\n", LOG)
BLOB = GOOD.split(b" ")[-1][:-1]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "note.form"),
        (b"text\n", "note.form"),
        (b"text\n\n", "note.form"),
        (GOOD[:-1], "note.signature_line"),
        (GOOD.replace(b"\n\n", b"\n"), "note.form"),
        (GOOD.replace("—".encode(), b"-"), "note.form"),
        (GOOD.replace("— ".encode(), "—  ".encode()), "note.signature_line"),
        (GOOD.replace("— ".encode(), "—\u00a0".encode()), "note.form"),
        (GOOD.replace(b" " + BLOB, b"  " + BLOB), "note.signature_line"),
        (GOOD.replace(b"stars", b"st+rs"), "note.signature_line"),
        (GOOD.replace(b"stars", "st\u2003rs".encode()), "note.signature_line"),
        (GOOD.replace(b"stars", "st\u0085rs".encode()), "note.signature_line"),
        (GOOD.replace(b"stars.example/ledger", b""), "note.signature_line"),
        (GOOD + b"\n", "note.form"),
        (GOOD + b"more\n", "note.signature_line"),
        (GOOD.replace(b"text", b"te\rxt"), "note.control"),
        (GOOD.replace(b"text", b"te\x00xt"), "note.control"),
        (GOOD.replace(b"text", b"te\txt"), "note.control"),
        (GOOD.replace(b"stars", b"st\x1brs"), "note.control"),
        (GOOD.replace(b"text", b"te\xffxt"), "note.utf8"),
        (GOOD.replace(b"text", b"te\xed\xa0\x80xt"), "note.utf8"),
        (GOOD.replace(b"stars", b"st\xffrs"), "note.utf8"),
        (GOOD.replace(BLOB, b"AAAAAA=="), "note.signature_length"),
        (GOOD.replace(BLOB, b"AAAAAAB="), "base64"),
        (GOOD.replace(BLOB, BLOB + b"="), "base64"),
        (GOOD.replace(BLOB, BLOB + b"=="), "note.signature_line"),
        (GOOD.replace(BLOB, BLOB[:-1]), "base64"),
        (GOOD.replace(BLOB, b"A=AA"), "note.signature_line"),
        (GOOD.replace(BLOB, b"AAAAA"), "base64"),
        (GOOD.replace(BLOB, b"-_AAAAAA"), "note.signature_line"),
    ],
)
def test_other_bytes_are_no_note(data, rule):
    """Each departure from the form is refused: space, controls, UTF-8, base64, missing lines."""
    assert rule_of(parse_note, data) == rule


@QUICK
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_a_note_has_one_spelling(position, put, cut):
    """A note that is changed anywhere is refused, or reads as something else."""
    data = GOOD[:position] + put + GOOD[position + cut :]
    try:
        note = parse_note(data)
    except RuleBroken:
        return
    blocks = [
        f"— {name} {b64encode(id_ + signature).decode()}\n"
        for name, id_, signature in note.signatures
    ]
    assert note.text + b"\n" + "".join(blocks).encode() == data


@QUICK
@given(st.binary(max_size=80) | st.text(alphabet="— \n+=Aa\x00é", max_size=30))
def test_arbitrary_bytes_raise_nothing_but_rulebroken(data):
    """Notes and keys of arbitrary content are refused by rule."""
    raw = data if isinstance(data, bytes) else data.encode()
    text = data if isinstance(data, str) else data.decode("latin-1")
    for action, argument in (
        (parse_note, raw),
        (parse_note, b"x\n\n" + "— ".encode() + raw + b"\n"),
        (VerifierKey.parse, text),
        (VerifierKey.parse, "name+00000000+" + text),
        (decode_b64, text),
        (check_public_key, raw),
    ):
        broken = broken_by(action, argument)
        assert broken is None or str(broken).isprintable()


@QUICK
@given(st.binary(max_size=40), st.sampled_from(["\n", " ", "=", "A", "\u0660", "\ud800"]))
def test_base64_has_one_spelling(data, junk):
    """Standard base64 with padding is read; with anything more, or less, it is refused."""
    text = b64encode(data).decode()
    assert decode_b64(text) == data
    for other in (text + junk, junk + text, text.rstrip("=") if "=" in text else text + "="):
        if broken_by(decode_b64, other) is None:
            assert b64encode(decode_b64(other)).decode() == other
    assert rule_of(decode_b64, "AB==") == "base64"
    assert rule_of(decode_b64, "-_==") == "base64"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u00a0", "a\u2028", "a\x00", "\ud800"])
def test_names_that_no_note_could_carry_are_refused(name):
    """A key's name is not empty and holds no white space, plus, control or surrogate."""
    assert rule_of(VerifierKey.of, name, LOG.verifier.public) == "key.name"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "key.form"),
        ("PeterNeumann", "key.form"),
        (PETER_KEY.replace("c74f20a3", "c74f20a4"), "key.id"),
        (PETER_KEY.replace("c74f20a3", "C74F20A3"), "key.form"),
        (PETER_KEY.replace("Peter", "Piter"), "key.id"),
        (PETER_KEY[:-4], "key.algorithm"),
        (PETER_KEY + "\n", "base64"),
        (PETER_KEY.replace("+ARpc", "+AhpcA"), "base64"),
        (PETER_KEY.replace("+ARpc", "+AhPc"), "key.algorithm"),
        ("a+00000000+", "key.algorithm"),
    ],
)
def test_other_texts_are_no_verifier_key(text, rule):
    """The id must be that of name and key; nothing may be missing or added."""
    assert rule_of(VerifierKey.parse, text) == rule


def test_every_key_of_small_order_is_refused():
    """All 8 points, in every encoding that a lenient decoder reads, canonical or not."""
    assert len({encoded(point) for point in TORSION}) == 8
    keys = small_order_encodings()
    # 0, 1, p - 1 and the two of order 8, each with either sign, and the two with y + p < 2^255.
    assert len(keys) == 2 * (5 + 2)
    for public in keys:
        assert rule_of(check_public_key, public) in ("key.order", "key.canonical")
        assert rule_of(VerifierKey.of, "name", public) in ("key.order", "key.canonical")


def test_libsodium_itself_refuses_each_key_of_small_order():
    """The signature S = 0, R = -k A holds for a key of small order in OpenSSL, never here."""
    accepted = 0
    for public in sorted(small_order_encodings()):
        for number, r in ((n, encoded(point)) for n in range(8) for point in TORSION):
            message, signature = b"%d" % number, r + bytes(32)
            assert not signature_holds(public, message, signature)
            with suppress(InvalidSignature, ValueError):
                Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
                accepted += 1
    assert accepted


@pytest.mark.parametrize("over", [0, 1, 2, 18])
def test_a_key_whose_y_is_not_reduced_is_refused(over):
    """y of p and more is a second spelling of a key."""
    assert rule_of(check_public_key, (P + over).to_bytes(32, "little")) == "key.canonical"
    high = (P + over | 1 << 255).to_bytes(32, "little")
    assert rule_of(check_public_key, high) == "key.canonical"


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_has_32_bytes(length):
    """Shorter and longer keys are refused."""
    assert rule_of(check_public_key, b"\x05" * length) == "key.length"


def test_a_signature_with_s_plus_l_is_refused():
    """S of the group's order and more is a second spelling of a signature."""
    key, signature = ENTRIES.verifier, ENTRIES.sign(b"message")
    s = int.from_bytes(signature[32:], "little")
    for added in range(1, 16):
        large = s + added * ORDER
        if large < 2**256:
            other = signature[:32] + large.to_bytes(32, "little")
            assert not signature_holds(key.public, b"message", other)
    assert signature_holds(key.public, b"message", signature)


def test_a_signature_that_only_a_cofactored_verifier_accepts_is_refused():
    """R shifted by a point of small order: 8 S B = 8 R + 8 k A holds, S B = R + k A does not."""
    public, signature = forged(b"m", 123456789, (0, 1))
    assert signature_holds(public, b"m", signature)
    for point in TORSION[1:]:
        public, signature = forged(b"m", 123456789, point)
        assert not signature_holds(public, b"m", signature)


def test_a_signature_whose_r_is_of_small_order_is_refused():
    """R the neutral element, or another of small order, is refused as libsodium does."""
    public, signature = forged(b"m", 123456789, (0, 1), nonce=0)
    assert signature[:32] == encoded((0, 1))
    assert not signature_holds(public, b"m", signature)


@QUICK
@given(st.binary(max_size=100), st.integers(0, 63), st.integers(0, 7))
def test_a_signature_holds_for_its_message_alone(message, byte, bit):
    """A changed bit of the signature, the message or the key makes it fail."""
    signature = ENTRIES.sign(message)
    public = ENTRIES.verifier.public
    assert signature_holds(public, message, signature)
    changed = bytearray(signature)
    changed[byte] ^= 1 << bit
    assert not signature_holds(public, message, bytes(changed))
    assert not signature_holds(public, message + b"\0", signature)
    assert not signature_holds(LOG.verifier.public, message, signature)


@QUICK
@given(st.binary(min_size=1, max_size=20), st.integers(0, 20))
def test_moving_the_start_of_the_message_into_the_signature_fails(message, cut):
    """A signature has 64 bytes: longer ones do not hold over a shorter message, nor shorter."""
    joined = ENTRIES.sign(message) + message
    for length in {64 + min(cut + 1, len(message)), 63, 0}:
        assert not signature_holds(ENTRIES.verifier.public, joined[length:], joined[:length])
    with pytest.raises(BadSignatureError):
        crypto_sign_open(b"", ENTRIES.verifier.public)


def test_a_signer_does_not_show_its_seed():
    """What a log line shows of a signer is its public key."""
    assert repr(ENTRIES) == f"SeedSigner({ENTRIES.verifier})"
