"""Cosignatures of witnesses, c2sp.org/tlog-cosignature with Ed25519 (type 0x04).

A line among a checkpoint's signatures:

    — <witness's name> <b64(key id[4] || timestamp || signature[64])> LF

    timestamp    u64 big-endian, seconds since 1970, at most 2^63 - 1
    signature    over `cosignature/v1` LF `time <timestamp, decimal>` LF || the note's text

By it a witness states that, when it signed, it knew no larger tree of that origin, and that this
one extends all those it has cosigned before.
"""

from collections.abc import Iterable, Sequence

from ledger.errors import RuleBroken
from ledger.notes import COSIGNATURE, Signer, VerifierKey, parse_note, signature_line

MAX_TIMESTAMP = 2**63 - 1

_TIMESTAMP_BYTES = 8
_SIGNATURE_BYTES = 64


def cosigned_message(text: bytes, timestamp: int) -> bytes:
    """What a witness signs."""
    return b"cosignature/v1\ntime %d\n%b" % (timestamp, text)


def cosign(text: bytes, signer: Signer, timestamp: int) -> bytes:
    """The signature line of a witness for a note's text; timestamp in seconds since 1970."""
    key = signer.verifier
    if key.type != COSIGNATURE:
        raise RuleBroken("cosignature.key", "a key of type 0x04", str(key))
    if not 0 <= timestamp <= MAX_TIMESTAMP:
        raise RuleBroken("cosignature.timestamp", "0 to 2^63 - 1", timestamp)
    signature = signer.sign(cosigned_message(text, timestamp))
    return signature_line(key, timestamp.to_bytes(_TIMESTAMP_BYTES, "big") + signature)


def with_lines(note: bytes, lines: Iterable[bytes]) -> bytes:
    """The note with more signature lines, but for those of a key that has one in it already.

    Raises RuleBroken for what is not one signature line. Whether a line holds is not asked here.
    """
    parsed = parse_note(note)
    signed = {(name, key_id) for name, key_id, _ in parsed.signatures}
    added = []
    for line in lines:
        text, signatures = parse_note(parsed.text + b"\n" + line)
        # A line with a blank line in it would make signatures that hold part of the text.
        if text != parsed.text or len(signatures) != 1:
            raise RuleBroken("cosignature.line", "one signature line", line)
        name, key_id, _ = signatures[0]
        if (name, key_id) not in signed:
            signed.add((name, key_id))
            added.append(line)
    return note + b"".join(added)


def cosignatures(note: bytes, witnesses: Sequence[VerifierKey]) -> dict[VerifierKey, int]:
    """The witnesses among these that have cosigned a note, each with its newest timestamp.

    Lines of other keys are ignored; one of a given key that does not hold is refused, as
    c2sp.org/signed-note has it. Raises RuleBroken.
    """
    for key in witnesses:
        if key.type != COSIGNATURE:
            raise RuleBroken("cosignature.key", "keys of type 0x04", str(key))
    known = {(key.name, key.key_id): key for key in witnesses}
    parsed = parse_note(note)
    found: dict[VerifierKey, int] = {}
    for name, key_id, blob in parsed.signatures:
        witness = known.get((name, key_id))
        if witness is not None:
            timestamp = _timestamp(parsed.text, witness, blob)
            found[witness] = max(timestamp, found.get(witness, 0))
    return found


def _timestamp(text: bytes, witness: VerifierKey, blob: bytes) -> int:
    """When a witness cosigned. Raises RuleBroken for a cosignature that does not hold."""
    if len(blob) != _TIMESTAMP_BYTES + _SIGNATURE_BYTES:
        raise RuleBroken("cosignature.length", _TIMESTAMP_BYTES + _SIGNATURE_BYTES, len(blob))
    timestamp = int.from_bytes(blob[:_TIMESTAMP_BYTES], "big")
    if timestamp > MAX_TIMESTAMP:
        raise RuleBroken("cosignature.timestamp", "at most 2^63 - 1", timestamp)
    if not witness.verifies(cosigned_message(text, timestamp), blob[_TIMESTAMP_BYTES:]):
        raise RuleBroken("cosignature.signature", "one that holds", witness.label)
    return timestamp
