"""What a log signs of itself, and what witnesses add."""

from collections.abc import Sequence
from typing import NamedTuple

from tests.naive.forms import Key, cosigned, holds, is_text, read_note, require, unb64
from tests.naive.trees import root


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes
    text: bytes
    signatures: list[tuple[str, bytes, bytes]]


def read_checkpoint(data: bytes, log_keys: Sequence[Key]) -> Checkpoint:
    """A checkpoint that one of these keys signed, and of which none signed anything wrong."""
    note = read_note(data)
    lines = note.text.decode().split("\n")
    require(len(lines) == 4 and lines[3] == "", "checkpoint.form", lines)
    origin, size, root_ = lines[:3]
    require(is_text(size, "0|[1-9][0-9]{0,18}") and int(size) < 2**63, "checkpoint.size", size)
    checkpoint = Checkpoint(origin, int(size), unb64(root_, 32), note.text, note.signatures)
    by = [key for key in log_keys if signed_by(checkpoint, key)]
    require(by, "checkpoint.signature", "no known key")
    require(any(key.name == origin for key in by), "checkpoint.origin", origin)
    require(checkpoint.size or checkpoint.root == root([]), "checkpoint.root", root_)
    return checkpoint


def signed_by(checkpoint: Checkpoint, key: Key) -> bool:
    found = False
    for name, id_, signature in checkpoint.signatures:
        if (name, id_) == (key.name, key.id):
            require(holds(key, checkpoint.text, signature), "checkpoint.signature", key.label)
            found = True
    return found


def cosigned_by(checkpoint: Checkpoint, witness: Key) -> int | None:
    """When a witness cosigned last, if it did."""
    found = None
    for name, id_, blob in checkpoint.signatures:
        if (name, id_) == (witness.name, witness.id):
            at = int.from_bytes(blob[:8], "big")
            require(len(blob) == 72 and at < 2**63, "cosignature.form", name)
            right = holds(witness, cosigned(checkpoint.text, at), blob[8:])
            require(right, "cosignature.signature", name)
            found = max(at, found or 0)
    return found
