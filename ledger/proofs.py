"""Proofs that anyone can verify offline, c2sp.org/tlog-proof@v1.

    c2sp.org/tlog-proof@v1 LF
    extra <b64> LF                             (absent if there is none)
    index <decimal without leading zeros> LF
    <b64 hash> LF                              (for each hash of the inclusion proof)
    LF
    <checkpoint: the signed note, verbatim>

A receipt is such a proof whose `extra` is an entry: the entry stands in the log at that index.
Nothing signs `extra`; it is believed only because its hash is the leaf that the proof shows.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from typing import NamedTuple

from ledger.checkpoints import Checkpoint
from ledger.entries import Entry, read_entry
from ledger.errors import RuleBroken
from ledger.names import hash_bytes
from ledger.notes import VerifierKey, decode_b64
from ledger.policies import Policy, accepted
from ledger.tiles import MAX_SIZE
from ledger.tree import check_inclusion, leaf_hash

PROOF_MAX_BYTES = 1_048_576
MAX_HASHES = 63

_VERSION = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})\Z")


class Proof(NamedTuple):
    """hashes: from the leaf's sibling to the root's child; checkpoint: the bytes of its note."""

    extra: bytes | None
    index: int  # type: ignore[assignment]  # tuple has a method of that name
    hashes: tuple[bytes, ...]
    checkpoint: bytes


class Receipt(NamedTuple):
    """That an entry stands in the log of this checkpoint, at this index."""

    checkpoint: Checkpoint
    index: int  # type: ignore[assignment]  # tuple has a method of that name
    entry: Entry


def write_proof(proof: Proof) -> bytes:
    lines = [_VERSION]
    if proof.extra is not None:
        lines.append(f"extra {b64encode(proof.extra).decode()}")
    lines.append(f"index {proof.index}")
    lines += [b64encode(value).decode() for value in proof.hashes]
    return "\n".join(lines).encode() + b"\n\n" + proof.checkpoint


def read_proof(data: bytes) -> Proof:
    """Reads a proof, of which nothing is verified yet. Raises RuleBroken.

    Writing it again gives the same bytes.
    """
    if len(data) > PROOF_MAX_BYTES:
        raise RuleBroken("proof.size", f"at most {PROOF_MAX_BYTES} bytes", len(data))
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank or not head.isascii():
        raise RuleBroken("proof.form", "lines, an empty line, a checkpoint", head[:80])
    version, *lines = head.decode().split("\n")
    if version != _VERSION:
        raise RuleBroken("proof.version", _VERSION, version)
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_b64(lines.pop(0).removeprefix("extra "))
    index = _INDEX.match(lines[0]) if lines else None
    if index is None or int(index[1]) >= MAX_SIZE:
        raise RuleBroken("proof.index", "index <decimal>", lines[0] if lines else "nothing")
    if len(lines) > 1 + MAX_HASHES:
        raise RuleBroken("proof.hashes", f"at most {MAX_HASHES}", len(lines) - 1)
    hashes = []
    for line in lines[1:]:
        found = hash_bytes(line)
        if found is None:
            raise RuleBroken("proof.hashes", "b64 of 32 bytes", line)
        hashes.append(found)
    return Proof(extra, int(index[1]), tuple(hashes), checkpoint)


def verify_receipt(
    proof: Proof, log_keys: Sequence[VerifierKey], policy: Policy | None = None
) -> Receipt:
    """What a receipt shows. Raises RuleBroken if it does not show it.

    log_keys, policy: as in `ledger.policies.accepted`.
    """
    checkpoint = accepted(proof.checkpoint, log_keys, policy)
    if proof.extra is None:
        raise RuleBroken("receipt.extra", "the entry", "no extra line")
    check_inclusion(
        leaf_hash(proof.extra), proof.index, checkpoint.size, proof.hashes, checkpoint.root
    )
    return Receipt(checkpoint, proof.index, read_entry(proof.extra))
