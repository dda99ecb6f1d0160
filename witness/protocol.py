"""What a witness answers to add-checkpoint, as c2sp.org/tlog-witness has it. Pure.

A request is

    old <size of the checkpoint that the witness cosigned last> LF
    <base64 hash> LF                    (0 to 63 lines: a consistency proof, RFC 6962 2.1.2)
    LF
    <checkpoint: a signed note>

and it is answered, by the first of these that holds,

    400   a body that is not of this form
    404   no log of that origin is known here
    403   no signature of the log's keys holds, or one does not
    400   old is more than the checkpoint's size
    409   old is not the size cosigned last, or the checkpoint gives that size another root:
          `<size cosigned last>` LF as text/x.tlog.size
    422   the proof does not lead from what was cosigned last to the checkpoint
    503   it is earlier here than when this witness cosigned last
    200   the cosignature's line (c2sp.org/tlog-cosignature)

A cosignature says that, at its time, the checkpoint is the largest that this witness has seen of
the log. So sizes and times only ever grow, and what is cosigned is written down before it is told.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ledger.checkpoints import Checkpoint, opened, read_checkpoint
from ledger.cosignatures import cosign
from ledger.errors import RuleBroken
from ledger.notes import Signer, VerifierKey, decode_b64, note_of, parse_note
from ledger.tree import EMPTY_ROOT, check_consistency

MAX_BODY_BYTES = 128 * 1024
"""Of a request: the longest proof takes 3 kB, 16 signatures of the largest kind 80 kB."""
MAX_PROOF_HASHES = 63
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"

_OLD_LINE = re.compile(rb"old (0|[1-9][0-9]{0,18})\n")
_HASH_LINE = re.compile(rb"([A-Za-z0-9+/]{43}=)\n")


class AddCheckpoint(NamedTuple):
    """A request. old: the size that the proof starts from; nothing in it has been verified."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes
    checkpoint: Checkpoint


class Seen(NamedTuple):
    """A checkpoint that was cosigned. note: with the log's signatures alone; at: POSIX seconds."""

    size: int
    root: bytes
    note: bytes
    at: int


class Response(NamedTuple):
    """An answer over HTTP."""

    status: int
    body: bytes
    content_type: str = TEXT_TYPE


class Decision(NamedTuple):
    """What to answer, once what is to be kept is durable.

    seen: the checkpoint that takes the place of the last; fork: one that the log signed beside the
    last, of the same size with another root, which proves that the log told two stories.
    """

    response: Response
    seen: Seen | None = None
    fork: Seen | None = None


def text_response(status: int, text: str) -> Response:
    """An answer for whoever reads the log's reports."""
    return Response(status, f"{text}\n".encode(errors="replace"))


def parse_request(body: bytes) -> AddCheckpoint:
    """Reads the body of an add-checkpoint. Raises RuleBroken."""
    if len(body) > MAX_BODY_BYTES:
        raise RuleBroken("witness.length", f"at most {MAX_BODY_BYTES} bytes", len(body))
    line = _OLD_LINE.match(body)
    if line is None:
        raise RuleBroken("witness.old", "old <size>", body[:80])
    old, position = int(line[1]), line.end()
    proof: list[bytes] = []
    while (line := _HASH_LINE.match(body, position)) is not None:
        if len(proof) == MAX_PROOF_HASHES:
            raise RuleBroken("witness.proof", f"at most {MAX_PROOF_HASHES} hashes", "more")
        proof.append(decode_b64(line[1].decode()))
        position = line.end()
    if body[position : position + 1] != b"\n":
        raise RuleBroken("witness.proof", "hashes, a blank line", body[position:][:80])
    note = body[position + 1 :]
    return AddCheckpoint(old, tuple(proof), note, read_checkpoint(parse_note(note).text))


def decide(
    seen: Seen | None,
    request: AddCheckpoint,
    log_keys: Sequence[VerifierKey],
    signer: Signer,
    now: int,
) -> Decision:
    """What becomes of a request.

    seen: what was cosigned last for the request's origin; log_keys: of that origin; signer: the
    witness's own (type 0x04); now: POSIX seconds.
    """
    checkpoint = request.checkpoint
    refused = _refused_outright(request, log_keys)
    if refused is not None:
        return Decision(refused)
    size, root = (seen.size, seen.root) if seen is not None else (0, EMPTY_ROOT)
    this = Seen(checkpoint.size, checkpoint.root, _own_note(request.note, log_keys), now)
    forked = checkpoint.size == size and checkpoint.root != root
    if forked or request.old != size:
        there = Response(409, b"%d\n" % size, SIZE_TYPE)
        return Decision(there, fork=this if forked and seen is not None else None)
    try:
        check_consistency(size, root, checkpoint.size, checkpoint.root, request.proof)
    except RuleBroken as broken:
        return Decision(text_response(422, str(broken)))
    if seen is not None and now < seen.at:
        behind = f"this witness's clock is {seen.at - now} s behind its last cosignature"
        return Decision(text_response(503, behind))
    return Decision(Response(200, cosign(checkpoint.text, signer, now)), this)


def _refused_outright(request: AddCheckpoint, log_keys: Sequence[VerifierKey]) -> Response | None:
    """Why a request is refused whatever was cosigned before; None if it is not."""
    if not log_keys:
        return text_response(404, "no log of that origin is known to this witness")
    try:
        opened(request.note, log_keys)
    except RuleBroken as broken:
        return text_response(403, str(broken))
    if request.old > request.checkpoint.size:
        return text_response(400, "old is more than the checkpoint's size")
    return None


def _own_note(note: bytes, log_keys: Sequence[VerifierKey]) -> bytes:
    """The note with no signature but those of the log's keys: whoever posts can add others."""
    text, signatures = parse_note(note)
    keys = {(key.name, key.key_id): key for key in log_keys}
    signed = {(each.name, each.key_id): each.signature for each in signatures}
    return note_of(text, *((keys[who], signed[who]) for who in keys if who in signed))
