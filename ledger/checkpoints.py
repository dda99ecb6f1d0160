"""Checkpoints: what the whole log is at one size, c2sp.org/tlog-checkpoint.

The text of a signed note, three lines and no extension lines:

    <origin> LF
    <size, decimal without leading zeros> LF
    <b64 root hash> LF

A log signs it with `ledger.notes.sign_note(checkpoint.text, signer)`, under its origin as key name.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import NamedTuple

from ledger.errors import RuleBroken
from ledger.names import is_hash
from ledger.notes import ED25519, VerifierKey, parse_note
from ledger.tiles import MAX_SIZE
from ledger.tree import EMPTY_ROOT

_CONTROL = re.compile(r"[\x00-\x1f]")
_SIZE = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")

CHECKPOINT = "checkpoint"
"""Its path below a log's prefix."""


class Checkpoint(NamedTuple):
    """The tree of a log at one size. root: 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n".encode()


def read_checkpoint(text: bytes) -> Checkpoint:
    """The checkpoint that a note's text states. Raises RuleBroken for any other spelling."""
    try:
        lines = text.decode().split("\n")
    except UnicodeDecodeError as error:
        raise RuleBroken("checkpoint.utf8", "UTF-8", str(error)) from None
    if len(lines) > 4:
        raise RuleBroken("checkpoint.extension", "no extension lines", lines[3])
    if len(lines) != 4 or lines[3]:
        raise RuleBroken("checkpoint.form", "origin, size and root, a line each", text)
    origin, size, root = lines[:3]
    if not origin or _CONTROL.search(origin):
        raise RuleBroken("checkpoint.origin", "a line without control characters", origin)
    if not _SIZE.match(size) or int(size) > MAX_SIZE:
        raise RuleBroken("checkpoint.size", f"a decimal up to {MAX_SIZE}", size)
    if not is_hash(root):
        raise RuleBroken("checkpoint.root", "b64 of 32 bytes", root)
    checkpoint = Checkpoint(origin, int(size), b64decode(root))
    if not checkpoint.size and checkpoint.root != EMPTY_ROOT:
        raise RuleBroken("checkpoint.root", EMPTY_ROOT.hex(), checkpoint.root.hex())
    return checkpoint


def opened(note: bytes, log_keys: Sequence[VerifierKey]) -> Checkpoint:
    """The checkpoint of a note that one of these keys has signed under its origin.

    Signatures of other keys are ignored; one of a given key that does not hold is refused, as
    c2sp.org/signed-note has it. Raises RuleBroken.
    """
    for key in log_keys:
        if key.type != ED25519:
            raise RuleBroken("checkpoint.key", "keys of type 0x01", str(key))
    known = {(key.name, key.key_id): key for key in log_keys}
    parsed = parse_note(note)
    signers = set()
    for name, key_id, signature in parsed.signatures:
        signer = known.get((name, key_id))
        if signer is None:
            continue
        if not signer.verifies(parsed.text, signature):
            raise RuleBroken("checkpoint.signature", "one that holds", signer.label)
        signers.add(name)
    if not signers:
        wanted = ", ".join(key.label for key in log_keys)
        raise RuleBroken("checkpoint.signature", f"one of {wanted}", "none")
    checkpoint = read_checkpoint(parsed.text)
    if checkpoint.origin not in signers:
        raise RuleBroken("checkpoint.origin", ", ".join(sorted(signers)), checkpoint.origin)
    return checkpoint
