"""Signed notes and their keys, as c2sp.org/signed-note has them.

A note is text and signatures:

    <text, UTF-8, ends in LF>
    LF
    — <key name> <b64(key id[4] || signature)> LF        (one or more such lines)

    key id        first 4 bytes of SHA-256(name || LF || 0x01 || public key)
    verifier key  <name>+<hex(key id)>+<b64(0x01 || public key)>
    0x01          Ed25519: signs the text, its last LF included; a witness's key has 0x04 in its
                  place (c2sp.org/tlog-cosignature)

A key name is not empty and holds no white space and no plus. Ed25519 is verified as libsodium does:
without cofactor, S < L, R and key not of small order. A key that is not canonical or of small order
is refused where it is read: such a key verifies signatures that nobody made.
"""

import re
from base64 import b64encode
from binascii import a2b_base64, b2a_base64
from hashlib import sha256
from typing import NamedTuple, Protocol

from nacl._sodium import ffi, lib
from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from ledger.errors import RuleBroken

_crypto_sign_open = lib.crypto_sign_open
ED25519 = b"\x01"
COSIGNATURE = b"\x04"
MAX_SIGNATURES = 128
"""So that a note which repeats one line does not keep its verifier busy (the spec asks for 16)."""

_FIELD_PRIME = 2**255 - 19
# y of the points whose order divides 8, but for the sign of x (RFC 8032 section 5.1, curve25519.h).
_ORDER_8_Y = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDER_Y = frozenset({0, 1, _FIELD_PRIME - 1, _ORDER_8_Y, _FIELD_PRIME - _ORDER_8_Y})

_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\n")
_SIGNATURE_START = "— ".encode()
_CONTROL = bytes({*range(32)} - {ord("\n")})
_KEY_HASH = re.compile(r"[0-9a-f]{8}\Z")
_KEY_NAME = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+\Z")


class NoteSignature(NamedTuple):
    """One signature line: who says to have signed (name, key_id), and the 64 bytes."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """What a note holds; nothing in it has been verified."""

    text: bytes
    signatures: tuple[NoteSignature, ...]


class VerifierKey(NamedTuple):
    """A public key with the name that its holder chose. type: of what it signs (0x01: notes)."""

    name: str
    key_id: bytes
    public: bytes
    type: bytes = ED25519

    @classmethod
    def of(cls, name: str, public: bytes, type_: bytes = ED25519) -> "VerifierKey":
        """The verifier key of 32 public bytes. Raises RuleBroken for an unfit name or key."""
        if not _KEY_NAME.match(name):
            raise RuleBroken("key.name", "no white space, no plus, not empty", name)
        check_public_key(public)
        return cls(name, key_id(name, public, type_), public, type_)

    @classmethod
    def parse(cls, text: str, type_: bytes = ED25519) -> "VerifierKey":
        """Reads `name+hex(key id)+b64(type || public key)`. Raises RuleBroken."""
        parts = text.split("+", 2)
        if len(parts) != 3 or not _KEY_HASH.match(parts[1]):
            raise RuleBroken("key.form", "name+hex(key id)+b64(type || public key)", text)
        raw = decode_b64(parts[2])
        if len(raw) != 33 or raw[:1] != type_:
            raise RuleBroken("key.algorithm", f"0x{type_.hex()} and 32 bytes", raw.hex())
        key = cls.of(parts[0], raw[1:], type_)
        if key.key_id.hex() != parts[1]:
            raise RuleBroken("key.id", key.key_id.hex(), parts[1])
        return key

    def __str__(self) -> str:
        return f"{self.label}+{b64encode(self.type + self.public).decode()}"

    @property
    def label(self) -> str:
        """`name+hex(key id)`, as an entry names the key."""
        return f"{self.name}+{self.key_id.hex()}"

    def verifies(self, message: bytes, signature: bytes) -> bool:
        return signature_holds(self.public, message, signature)


class Signer(Protocol):
    """Who holds a private key: a seed in memory, a KMS."""

    @property
    def verifier(self) -> VerifierKey: ...

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature."""


class SeedSigner:
    """A signer that holds its 32-byte seed in memory. type_: as in `VerifierKey`."""

    __slots__ = ("_secret", "verifier")

    def __init__(self, name: str, seed: bytes, type_: bytes = ED25519) -> None:
        public, self._secret = crypto_sign_seed_keypair(seed)
        self.verifier = VerifierKey.of(name, public, type_)

    def sign(self, message: bytes) -> bytes:
        return crypto_sign(message, self._secret)[:64]

    def __repr__(self) -> str:
        return f"SeedSigner({self.verifier})"


def key_id(name: str, public: bytes, type_: bytes = ED25519) -> bytes:
    return sha256(name.encode() + b"\n" + type_ + public).digest()[:4]


def check_public_key(public: bytes) -> None:
    """Raises RuleBroken for a key that is not canonical or of small order (RFC 8032 5.1.3)."""
    if len(public) != 32:
        raise RuleBroken("key.length", 32, len(public))
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= _FIELD_PRIME:
        raise RuleBroken("key.canonical", "y below 2^255 - 19", public.hex())
    if y in _SMALL_ORDER_Y:
        raise RuleBroken("key.order", "a point that is not of small order", public.hex())


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether libsodium accepts this signature, which has 64 bytes."""
    # Joined with the message, a longer one would be one of 64 bytes over a longer message.
    return len(signature) == 64 and signed_holds(public, signature + message)


def signed_holds(public: bytes, signed: bytes) -> bool:
    """Whether libsodium accepts the signature in the first 64 bytes over the bytes after them."""
    # libsodium's own function, as PyNaCl compiles it: crypto_sign_open of its bindings copies the
    # message out, which here nobody wants and which takes about a tenth of a call.
    return (
        len(public) == 32
        and _crypto_sign_open(ffi.NULL, ffi.NULL, signed, len(signed), public) == 0
    )


def decode_b64(text: str) -> bytes:
    """Standard base64 with padding, refused unless encoding it again gives the same text."""
    try:
        data = a2b_base64(text, strict_mode=True)
    except ValueError:
        raise RuleBroken("base64", "standard base64 with padding", text) from None
    # Of one length there are several spellings only where the last bits are not used.
    last = b2a_base64(data[-(len(data) % 3 or 3) :], newline=False).decode()
    if last != text[-4:]:
        raise RuleBroken("base64", f"... {last}", text)
    return data


def sign_note(text: bytes, *signers: Signer) -> bytes:
    """The note of a text that ends in LF, with one signature line for each signer.

    Raises RuleBroken for a witness's signer: `ledger.cosignatures.cosign` is for those.
    """
    for signer in signers:
        if signer.verifier.type != ED25519:
            raise RuleBroken("note.key", "a key of type 0x01", str(signer.verifier))
    return note_of(text, *((signer.verifier, signer.sign(text)) for signer in signers))


def note_of(text: bytes, *signatures: tuple[VerifierKey, bytes]) -> bytes:
    """The note of a text and its signatures, each with the key that made it."""
    return b"".join([text, b"\n", *(signature_line(*signature) for signature in signatures)])


def signature_line(key: VerifierKey, signature: bytes) -> bytes:
    """The line of one signature; a cosignature's begins with its timestamp."""
    return f"— {key.name} {b64encode(key.key_id + signature).decode()}\n".encode()


def parse_note(data: bytes) -> Note:
    """Splits a note into its text and its signatures. Raises RuleBroken."""
    # The text may hold blank lines of its own: the signatures are after the last.
    split = data.rfind(b"\n\n")
    if split < 0 or not data.startswith(_SIGNATURE_START, split + 2):
        raise RuleBroken("note.form", "text, a blank line, signatures", data[-80:])
    if len(data.translate(None, _CONTROL)) != len(data):
        raise RuleBroken("note.control", "no control character but LF", data[:80])
    try:
        block = data[split + 2 :].decode()
        data[: split + 1].decode()
    except UnicodeDecodeError as error:
        raise RuleBroken("note.utf8", "UTF-8", str(error)) from None
    signatures: list[NoteSignature] = []
    position = 0
    while position < len(block):
        match = _SIGNATURE_LINE.match(block, position)
        if match is None:
            raise RuleBroken("note.signature_line", "— <name> <base64>", block[position:][:80])
        if len(signatures) == MAX_SIGNATURES:
            raise RuleBroken("note.signatures", f"at most {MAX_SIGNATURES}", "more")
        blob = decode_b64(match[2])
        if len(blob) < 5:
            raise RuleBroken("note.signature_length", "a key id and a signature", len(blob))
        signatures.append(NoteSignature(match[1], blob[:4], blob[4:]))
        position = match.end()
    return Note(data[: split + 1], tuple(signatures))
