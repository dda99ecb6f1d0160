"""From a head to the published log: the one way, after a seal and after a crash.

What a head's checkpoint covers stands in one staging bundle, written before the head was swapped.
Publishing copies it out: tiles, then the places of its transactions, then the checkpoint, and then
the bundle goes. Each step can be repeated; a checkpoint is there only when all it covers is.

    bundle   SHA-256 of the rest ‖ {"tiles": [[path, length], ...], "places": {transaction id:
             index}, "follows": root hash of the checkpoint before, in hex} LF ‖ the tiles

A final tile is never written before the swap: of a seal that lost it would poison its path. Nor is
anything published that does not follow what is: a sealer that slept while a backup was put back
may swap a head that builds on what is not the newest any more.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

import orjson

from ledger.checkpoints import CHECKPOINT, Checkpoint, read_checkpoint
from ledger.cosignatures import with_lines
from ledger.errors import RuleBroken
from ledger.names import TransactionId
from ledger.notes import parse_note
from ledger.tree import EMPTY_ROOT
from loyalty.ports import StoreUnavailable
from sealing.ports import Heads, Objects, Tagged
from sealing.stopped import Reason, SealingStopped

# How often somebody else may publish in between before this one leaves it for another time.
_TURNS = 5


class Bundle(NamedTuple):
    """All that a block adds to the published log. tiles: their bytes by path; follows: the root of
    the log that it is added to."""

    tiles: Mapping[str, bytes]
    places: Mapping[TransactionId, int]
    follows: bytes


def write_bundle(bundle: Bundle) -> bytes:
    """Its bytes, after their own SHA-256."""
    head = {
        "tiles": [[path, len(data)] for path, data in bundle.tiles.items()],
        "places": bundle.places,
        "follows": bundle.follows.hex(),
    }
    data = orjson.dumps(head) + b"\n" + b"".join(bundle.tiles.values())
    return sha256(data).digest() + data


def read_bundle(data: bytes) -> Bundle:
    """What `write_bundle` wrote. Raises RuleBroken for anything else: it is about to be published,
    and what is published stays."""
    digest, data = data[:32], data[32:]
    if sha256(data).digest() != digest:
        raise RuleBroken("sealer.bundle", sha256(data).hexdigest(), digest.hex())
    end = data.index(b"\n")
    head = orjson.loads(data[:end])
    tiles, place = {}, end + 1
    for path, length in head["tiles"]:
        tiles[path] = data[place : place + length]
        place += length
    return Bundle(tiles, head["places"], bytes.fromhex(head["follows"]))


def staged(checkpoint: Checkpoint) -> str:
    """Where the bundle of a checkpoint stands."""
    return f"staging/{checkpoint.size}-{checkpoint.root.hex()}"


def checkpoint_of(note: bytes) -> Checkpoint:
    """What a checkpoint of the coalition's own states, signatures aside."""
    return read_checkpoint(parse_note(note).text)


def published(log: Objects) -> Tagged | None:
    """The published checkpoint, with whatever cosignatures it has."""
    return log.read_tagged(CHECKPOINT)


def is_published(note: bytes | None, head: Checkpoint) -> bool:
    """Whether that published checkpoint is the head's. Raises SealingStopped where it is ahead of
    the head, or another of the same size: then the head is not what this log's readers know."""
    if note is None:
        return False
    found = checkpoint_of(note)
    if found.size > head.size:
        raise SealingStopped(Reason.REWOUND, f"a head of size {found.size} or more", head.size)
    if found.size == head.size and found != head:
        raise SealingStopped(Reason.FORKED, head.root.hex(), found.root.hex())
    return found == head


def publish(log: Objects, own: Objects, heads: Heads, note: bytes) -> None:
    """Publishes what the head's checkpoint covers. note: its signed bytes."""
    head = checkpoint_of(note)
    data, now = own.read(staged(head)), published(log)
    if now and checkpoint_of(now.data).size > head.size:
        # Somebody else has published it, and gone on.
        return
    if data is None:
        if now and is_published(now.data, head):
            return
        raise SealingStopped(Reason.FORKED, f"a bundle at {staged(head)}", None)
    bundle = read_bundle(data)
    _check_follows(now, head, bundle.follows)
    for path, tile in bundle.tiles.items():
        if not log.create(path, tile) and (there := log.read(path)) != tile:
            raise SealingStopped(Reason.FORKED, f"the bundle's {path}", f"{there!r:.80}")
    heads.place(bundle.places)
    replace_checkpoint(log, head, note, bundle.follows)
    own.delete(staged(head))


def _check_follows(there: Tagged | None, head: Checkpoint, follows: bytes) -> None:
    """Raises SealingStopped unless the published log is the head's, or the one it was added to."""
    found = checkpoint_of(there.data) if there else None
    root = found.root if found else EMPTY_ROOT
    if found != head and root != follows:
        raise SealingStopped(Reason.FORKED, follows.hex(), root.hex())


def replace_checkpoint(
    log: Objects, head: Checkpoint, note: bytes, follows: bytes | None = None
) -> None:
    """Writes the published checkpoint, unless it is of a later size by now: never backwards.

    follows: the root of the one before; None for one that was published already.
    """
    for _ in range(_TURNS):
        there = published(log)
        if there is not None:
            found = checkpoint_of(there.data)
            if found.size > head.size:
                return
            if found.size == head.size and found != head:
                raise SealingStopped(Reason.FORKED, head.root.hex(), found.root.hex())
            if found == head:
                # Whoever publishes it a second time takes no cosignature away.
                note = with_lines(there.data, _lines(note))
                if note == there.data:
                    return
        if follows is not None:
            _check_follows(there, head, follows)
        if log.replace(CHECKPOINT, note, there and there.tag):
            return
    raise StoreUnavailable(f"others wrote the checkpoint, {_TURNS} times in turn")


def _lines(note: bytes) -> list[bytes]:
    """A note's signature lines."""
    return note[len(parse_note(note).text) + 1 :].splitlines(keepends=True)
