"""Vectors of checkpoints, accepted and refused."""

from tests.naive.build import checkpoint, cosignature_line, note, signature_line
from tests.naive.trees import root
from tests.vectors.forged_signatures import plus_order
from tests.vectors.forms import ORIGIN, Body, b64
from tests.vectors.keys import ENTRIES, LOG, STRANGER, Key
from tests.vectors.log.cosignatures import WITNESSES
from tests.vectors.log.sealed import sealed_log


def checkpoint_cases() -> Body:
    log = sealed_log()
    signed = log.checkpoint(LOG)
    text = signed.partition(b"\n\n")[0] + b"\n"
    lines = text.split(b"\n")
    whole = root(log.leaves)
    cosigned_note = signed + b"".join(
        cosignature_line(signed, witness, 1_800_000_000 + number)
        for number, witness in enumerate(WITNESSES)
    )
    stranger = note(text, STRANGER).partition(b"\n\n")[2]
    accepted = [
        ("signed by the log", signed, len(log.entries), whole),
        ("cosigned by two witnesses", cosigned_note, len(log.entries), whole),
        ("with a line of a key that nobody knows", signed + stranger, len(log.entries), whole),
        ("of an empty tree", checkpoint(ORIGIN, [], LOG), 0, root([])),
    ]
    signature = LOG.sign(text)
    flipped = bytes([signature[0] ^ 1]) + signature[1:]

    def by_log(*parts: bytes) -> bytes:
        return note(b"\n".join(parts), LOG)

    namesake = Key(ORIGIN, STRANGER.seed, "")
    rerooted = signed.replace(lines[2], b64(whole[::-1]).encode())
    resized = signed.replace(b"\n48\n", b"\n47\n")
    refused = [
        ("nothing", "note.form", b""),
        ("not signed", "note.form", text),
        ("signed by a stranger only", "checkpoint.signature", note(text, STRANGER)),
        ("signed by a stranger of that name", "checkpoint.signature", note(text, namesake)),
        ("signed by the entry key", "checkpoint.signature", note(text, ENTRIES)),
        (
            "a signature that does not hold",
            "checkpoint.signature",
            text + b"\n" + signature_line(ORIGIN, LOG.id, flipped),
        ),
        (
            "S + L in the signature",
            "checkpoint.signature",
            text + b"\n" + signature_line(ORIGIN, LOG.id, plus_order(signature)),
        ),
        (
            "one signature that holds and one that does not",
            "checkpoint.signature",
            signed + signature_line(ORIGIN, LOG.id, flipped),
        ),
        ("another root, not signed again", "checkpoint.signature", rerooted),
        ("another size, not signed again", "checkpoint.signature", resized),
        ("another origin", "checkpoint.origin", by_log(b"moon.example", *lines[1:])),
        ("no origin", "checkpoint.origin", by_log(b"", *lines[1:])),
        ("a zero before the size", "checkpoint.size", by_log(lines[0], b"048", *lines[2:])),
        ("a size with a sign", "checkpoint.size", by_log(lines[0], b"+48", *lines[2:])),
        ("a size of 2^63", "checkpoint.size", by_log(lines[0], str(2**63).encode(), *lines[2:])),
        ("a root of 31 bytes", "checkpoint.root", by_log(*lines[:2], b64(bytes(31)).encode(), b"")),
        ("a root in hex", "checkpoint.root", by_log(*lines[:2], whole.hex().encode(), b"")),
        ("an empty tree with a root", "checkpoint.root", by_log(lines[0], b"0", *lines[2:])),
        ("an extension line", "checkpoint.extension", by_log(*lines[:3], b"more", b"")),
        ("two lines", "checkpoint.form", by_log(*lines[:2], b"")),
    ]  # fmt: skip
    return {
        "log_key": LOG.vkey,
        "accepted": [
            {"name": name, "base64": b64(data), "size": size, "root": b64(root_)}
            for name, data, size, root_ in accepted
        ],
        "refused": [
            {"name": name, "base64": b64(data), "rule": rule} for name, rule, data in refused
        ],
    }
