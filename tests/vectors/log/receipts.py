"""Vectors of receipts, accepted and refused."""

from collections.abc import Sequence

from tests.naive.build import cosignature_line, note, proof_file
from tests.naive.proofs import read_proof
from tests.naive.trees import leaf_hash
from tests.vectors.forms import Body, b64
from tests.vectors.keys import LOG, STRANGER
from tests.vectors.log.cosignatures import WITNESSES
from tests.vectors.log.sealed import sealed_log


def receipt_cases() -> Body:
    log = sealed_log()
    signed = log.checkpoint(LOG)
    cosigned_note = signed + cosignature_line(signed, WITNESSES[0], 1_800_000_000)
    old = sealed_log(2)
    rows = [
        ("a transaction", 13, log.receipt(13, signed)),
        ("genesis", 0, log.receipt(0, signed)),
        ("the last leaf, a block", 47, log.receipt(47, signed)),
        ("with a cosignature", 14, log.receipt(14, cosigned_note)),
        ("by an older checkpoint", 13, old.receipt(13, old.checkpoint(LOG))),
    ]
    data = log.receipt(13, signed)
    lines = data.split(b"\n")
    hashes = lines[3 : lines.index(b"")]

    def with_hashes(new: Sequence[bytes]) -> bytes:
        return b"\n".join([*lines[:3], *new, *lines[lines.index(b"") :]])

    text = signed.partition(b"\n\n")[0] + b"\n"
    other = proof_file(log.entries[14], 13, log.leaves, signed)
    node = b"\x01" + log.leaves[12] + log.leaves[13]
    stranger = signed.partition(b"\n\n")[0] + b"\n\n" + note(text, STRANGER).partition(b"\n\n")[2]
    refused = [
        ("nothing", "proof.form", b""),
        ("of another version", "proof.version", data.replace(b"@v1", b"@v2")),
        ("no extra", "receipt.extra", b"\n".join([lines[0], *lines[2:]])),
        ("no index", "proof.index", b"\n".join([*lines[:2], *lines[3:]])),
        ("a zero before the index", "proof.index", data.replace(b"index 13", b"index 013")),
        ("an index below 0", "proof.index", data.replace(b"index 13", b"index -1")),
        ("another index", "log.inclusion", data.replace(b"index 13", b"index 12")),
        ("an index past the end", "log.inclusion", data.replace(b"index 13", b"index 48")),
        ("another entry", "log.inclusion", other),
        ("a byte of the entry", "log.inclusion", with_extra(lines, log.entries[13][:-2] + b"A\n")),
        ("a hash too few", "log.inclusion", with_hashes(hashes[:-1])),
        ("a hash too many", "log.inclusion", with_hashes([*hashes, hashes[-1]])),
        ("two hashes swapped", "log.inclusion", with_hashes([hashes[1], hashes[0], *hashes[2:]])),
        ("a hash that is not base64", "proof.hashes", with_hashes([b"x", *hashes[1:]])),
        ("a hash of 31 bytes", "proof.hashes", with_hashes([b64(bytes(31)).encode(), *hashes[1:]])),
        ("a node as the entry", "log.inclusion", proof_file(node, 6, log.leaves, signed)),
        ("a checkpoint by a stranger", "checkpoint.signature", log.receipt(13, stranger)),
        ("a checkpoint of another size", "checkpoint.signature",
            data.replace(b"\n48\n", b"\n47\n")),
        ("an older checkpoint", "log.inclusion", log.receipt(13, old.checkpoint(LOG))),
        ("no checkpoint", "note.form", data.partition(b"\n\n")[0] + b"\n\n"),
        ("no empty line", "proof.form", data.partition(b"\n\n")[0]),
        ("a carriage return", "proof.version", data.replace(b"@v1\n", b"@v1\r\n")),
    ]  # fmt: skip
    return {
        "accepted": [
            {
                "name": name,
                "base64": b64(each),
                "index": index,
                "hash": b64(leaf_hash(read_proof(each).extra or b"")),
            }
            for name, index, each in rows
        ],
        "refused": [
            {"name": name, "base64": b64(each), "rule": rule} for name, rule, each in refused
        ],
    }


def with_extra(lines: Sequence[bytes], extra: bytes) -> bytes:
    return b"\n".join([lines[0], b"extra " + b64(extra).encode(), *lines[2:]])
