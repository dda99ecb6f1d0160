"""Asks witnesses to cosign a checkpoint: the log's side of c2sp.org/tlog-witness.

A request is posted to `<url>/add-checkpoint`:

    old <size of the checkpoint that the witness cosigned last> LF
    <base64 hash> LF                    (a consistency proof from that size to the checkpoint's)
    LF
    <the signed checkpoint>

What each answer means for the log:

    200          cosigned, if a line among the body's is of the witness's key, holds for this very
                 text, and has a time near ours
    409          with its size as text/x.tlog.size: asked once more from that size, which is how a
                 size that is not known is found. AHEAD if it is past ours. CONFLICT if it has
                 another root for our size
    422          CONFLICT: what it cosigned last does not lead to our checkpoint, or it looked into
                 the log and will not vouch for it
    408 429 5xx  UNAVAILABLE, as if no answer came
    others       REFUSED: 404 it does not know the log, 403 nor its key, 400 nor this request

AHEAD and CONFLICT may mean that the log itself is at fault: a restored backup, a second sealer, a
fork. They are a witness's word alone, which may lie; that its cosignature is missing is certain.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import NamedTuple

from ledger.checkpoints import read_checkpoint
from ledger.cosignatures import cosigned_message
from ledger.errors import RuleBroken, shown
from ledger.notes import VerifierKey, parse_note, signature_line
from loyalty.ports import StoreUnavailable
from sealing.ports import Answer, Post

SIZE_TYPE = "text/x.tlog.size"
MAX_ANSWER_BYTES = 64 * 1024
AHEAD_MAX_S = 5 * 60
"""How far a cosignature's time may be past ours."""
BEHIND_MAX_S = 24 * 3600
"""How far it may be before ours. It says how fresh a view is: an old one is worth little."""
WAIT_S = 5.0
"""How long a seal waits for all its witnesses together."""

_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n\Z")
_TIMESTAMP_BYTES = 8
_COSIGNATURE_BYTES = _TIMESTAMP_BYTES + 64

Consistency = Callable[[int], Sequence[bytes]]
"""The proof from an old size, above 0 and below the checkpoint's, to the checkpoint."""


class WitnessTarget(NamedTuple):
    """A witness to ask. key: of type 0x04; url: its submission prefix."""

    key: VerifierKey
    url: str


class Outcome(Enum):
    """What came of asking a witness; the module's docstring says what each means."""

    COSIGNED = "cosigned"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    AHEAD = "ahead"
    CONFLICT = "conflict"

    @property
    def is_alarming(self) -> bool:
        """Whether somebody must look at the log, not only at the witness."""
        return self in (Outcome.AHEAD, Outcome.CONFLICT)


class Reply(NamedTuple):
    """What came of asking one witness.

    reason: for the operator, empty if it cosigned; line: its signature line then; size: what it is
    known to have cosigned last, to ask from the next time.
    """

    target: WitnessTarget
    outcome: Outcome
    reason: str = ""
    line: bytes = b""
    size: int | None = None


Ask = Callable[[], Reply]
Gather = Callable[[Sequence[tuple[WitnessTarget, Ask]]], list[Reply]]
"""Runs each; a reply for every one, in their order."""


def cosign_all(
    note: bytes,
    targets: Sequence[WitnessTarget],
    *,
    consistency: Consistency,
    post: Post,
    known: Mapping[VerifierKey, int],
    now: int,
    gather: Gather | None = None,
) -> list[Reply]:
    """Asks every witness to cosign a signed checkpoint, all at once. A reply for each, in order.

    known: sizes that witnesses have cosigned, as `sizes_of` gave them: a guess that saves a
    request; now: POSIX seconds; gather: how they are run, `at_once()` unless given. What a witness
    answers raises nothing. Raises RuleBroken for a note that is no checkpoint, and what
    `consistency` raises, but for StoreUnavailable: then that witness is unavailable.
    """
    checkpoint = _Checkpoint(note, consistency, now)
    asked: list[tuple[WitnessTarget, Ask]] = [
        (target, _asking(checkpoint, target, post, known.get(target.key, 0))) for target in targets
    ]
    return (gather or at_once())(asked)


def lines_of(replies: Sequence[Reply]) -> list[bytes]:
    """The signature lines that were gathered."""
    return [reply.line for reply in replies if reply.outcome is Outcome.COSIGNED]


def sizes_of(replies: Sequence[Reply], known: Mapping[VerifierKey, int]) -> dict[VerifierKey, int]:
    """What each witness is known to have cosigned last, after these replies."""
    told = {reply.target.key: reply.size for reply in replies if reply.size is not None}
    return {**known, **told}


def at_once(wait_s: float = WAIT_S) -> Gather:
    """Runs all in threads; whoever has not answered after wait_s is unavailable this time.

    A thread that is left behind ends with its request, whose time the adapter bounds.
    """

    def gather(asked: Sequence[tuple[WitnessTarget, Ask]]) -> list[Reply]:
        answers: SimpleQueue[tuple[int, Reply | BaseException]] = SimpleQueue()
        for number, (target, ask) in enumerate(asked):
            name = f"witness {target.key.name}"
            Thread(target=_answer, args=(answers, number, ask), name=name, daemon=True).start()
        deadline = monotonic() + wait_s
        late = f"no answer within {wait_s:g} s"
        replies = [Reply(target, Outcome.UNAVAILABLE, late) for target, _ in asked]
        for _ in asked:
            try:
                number, reply = answers.get(timeout=max(0.0, deadline - monotonic()))
            except Empty:
                break
            if isinstance(reply, BaseException):
                raise reply
            replies[number] = reply
        return replies

    return gather


def one_by_one(asked: Sequence[tuple[WitnessTarget, Ask]]) -> list[Reply]:
    """Runs one after the other, in this thread: for a simulation, which is the same every time."""
    return [ask() for _, ask in asked]


def _answer(answers: SimpleQueue[tuple[int, Reply | BaseException]], number: int, ask: Ask) -> None:
    try:
        answers.put((number, ask()))
    except BaseException as error:  # raised again where the replies are gathered
        answers.put((number, error))


class _Checkpoint:
    """What all witnesses are asked to cosign. Threads share it."""

    def __init__(self, note: bytes, consistency: Consistency, now: int) -> None:
        self.note = note
        self.text = parse_note(note).text
        self.size = read_checkpoint(self.text).size
        self.now = now
        self._consistency = consistency
        self._bodies: dict[int, bytes] = {}
        self._lock = Lock()

    def body(self, old: int) -> bytes:
        """The request from an old size, at most the checkpoint's. Raises StoreUnavailable."""
        # One at a time: most witnesses stand at one size, and what reads tiles is not for threads.
        with self._lock:
            if old not in self._bodies:
                proof = self._consistency(old) if 0 < old < self.size else ()
                lines = [b"old %d\n" % old, *(b64encode(each) + b"\n" for each in proof), b"\n"]
                self._bodies[old] = b"".join(lines) + self.note
            return self._bodies[old]


def _asking(checkpoint: _Checkpoint, target: WitnessTarget, post: Post, guess: int) -> Ask:
    def ask() -> Reply:
        # A guess past our size would be refused as such: asked from ours, it tells its own.
        old = min(guess, checkpoint.size)
        try:
            answer = _posted(checkpoint, target, post, old)
            size = _told_size(answer)
            if size is not None and size != old and size <= checkpoint.size:
                old = size
                answer = _posted(checkpoint, target, post, old)
        except StoreUnavailable as error:
            return Reply(target, Outcome.UNAVAILABLE, shown(str(error)))
        return _reply(checkpoint, target, old, answer)

    return ask


def _posted(checkpoint: _Checkpoint, target: WitnessTarget, post: Post, old: int) -> Answer:
    return post(f"{target.url.rstrip('/')}/add-checkpoint", checkpoint.body(old))


def _told_size(answer: Answer) -> int | None:
    """The size that a 409 tells; None where it tells none."""
    kind = answer.content_type.partition(";")[0].strip().lower()
    size = _SIZE.match(answer.body) if answer.status == 409 and kind == SIZE_TYPE else None
    return int(size[1]) if size else None


def _reply(checkpoint: _Checkpoint, target: WitnessTarget, old: int, answer: Answer) -> Reply:
    """What the last answer means. old: the size that it was asked from."""
    if answer.status == 200:
        return _cosigned(checkpoint, target, answer.body)
    if answer.status == 409:
        return _elsewhere(checkpoint, target, old, _told_size(answer))
    if answer.status == 422:
        reason = f"from its size {old} to ours, {checkpoint.size}: {_said(answer)}"
        return Reply(target, Outcome.CONFLICT, reason, size=old)
    if answer.status in (408, 429) or answer.status >= 500:
        return Reply(target, Outcome.UNAVAILABLE, _said(answer))
    return Reply(target, Outcome.REFUSED, _said(answer))


def _elsewhere(checkpoint: _Checkpoint, target: WitnessTarget, old: int, size: int | None) -> Reply:
    """A 409 that a second request did not, or could not, get past."""
    if size is not None and size > checkpoint.size:
        reason = f"it cosigned size {size}, ours is {checkpoint.size}"
        return Reply(target, Outcome.AHEAD, reason, size=size)
    if old == checkpoint.size and size in (None, old):
        reason = f"it cosigned another root of size {old}"
        return Reply(target, Outcome.CONFLICT, reason, size=old)
    if size is None or size == old:
        return Reply(target, Outcome.REFUSED, f"409 to the size {old} that it told itself")
    # It moved between two requests: another sealer asks it too.
    return Reply(target, Outcome.UNAVAILABLE, f"it went from size {old} to {size}", size=size)


def _cosigned(checkpoint: _Checkpoint, target: WitnessTarget, body: bytes) -> Reply:
    try:
        line = _own_line(checkpoint, target.key, body)
    except RuleBroken as broken:
        return Reply(target, Outcome.REFUSED, f"200 without its cosignature: {broken}")
    return Reply(target, Outcome.COSIGNED, line=line, size=checkpoint.size)


def _own_line(checkpoint: _Checkpoint, key: VerifierKey, body: bytes) -> bytes:
    """The line of a witness's answer by its key, which holds. Raises RuleBroken."""
    if len(body) > MAX_ANSWER_BYTES:
        raise RuleBroken("cosignature.answer", f"at most {MAX_ANSWER_BYTES} bytes", len(body))
    note = parse_note(checkpoint.text + b"\n" + body)
    if note.text != checkpoint.text:
        # A blank line in the body would make what is before it part of the text.
        raise RuleBroken("cosignature.answer", "signature lines alone", body[:80])
    times = []
    for name, key_id, blob in note.signatures:
        if (name, key_id) != (key.name, key.key_id) or len(blob) != _COSIGNATURE_BYTES:
            continue
        time = int.from_bytes(blob[:_TIMESTAMP_BYTES], "big")
        if not key.verifies(cosigned_message(checkpoint.text, time), blob[_TIMESTAMP_BYTES:]):
            continue
        if -BEHIND_MAX_S <= time - checkpoint.now <= AHEAD_MAX_S:
            return signature_line(key, blob)
        times.append(time)
    if times:
        raise RuleBroken("cosignature.time", f"near {checkpoint.now}", times[0])
    raise RuleBroken("cosignature.signature", f"one of {key.label} that holds", "none")


def _said(answer: Answer) -> str:
    text = answer.body[:MAX_ANSWER_BYTES].decode(errors="replace").strip()
    return f"{answer.status} {shown(text)}" if text else str(answer.status)
