"""What is published only ever grows, whoever publishes it, and however often."""

from collections.abc import Callable

import pytest

from ledger.checkpoints import CHECKPOINT, Checkpoint
from ledger.cosignatures import cosign, cosignatures, with_lines
from ledger.names import TransactionId
from ledger.notes import COSIGNATURE, SeedSigner, sign_note
from ledger.tiles import GrowingTree
from loyalty.ports import StoreUnavailable
from sealing.publication import (
    Bundle,
    checkpoint_of,
    is_published,
    publish,
    replace_checkpoint,
    staged,
    write_bundle,
)
from sealing.stopped import Reason, SealingStopped
from storage.memory import MemoryStore
from storage.memory_log import MemoryHeads, MemoryObjects
from tests.sealing import LOG_KEY

ORIGIN = LOG_KEY.verifier.name
WITNESS = SeedSigner("witness.example", b"w" * 32, COSIGNATURE)
ID = TransactionId("78t24eqdcrc9a2qxsp3szh5zvx")


class Seal(MemoryObjects):
    """A log, and what is staged for it. meanwhile: done before the next write of the checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.own = MemoryObjects()
        self.heads = MemoryHeads(MemoryStore())
        self.meanwhile: Callable[[], object] | None = None

    def replace(self, path: str, data: bytes, tag: str | None) -> bool:
        if path == CHECKPOINT and self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return super().replace(path, data, tag)

    def staged(self, *batches: list[bytes]) -> bytes:
        """Stages the last of these batches, after those before; returns the note to publish."""
        tree = GrowingTree()
        for batch in batches[:-1]:
            tree.append(batch)
        tree.take_tiles()
        follows = tree.root()
        tree.append(batches[-1])
        head = Checkpoint(ORIGIN, tree.size, tree.root())
        tiles = {tile.path: data for tile, data in tree.take_tiles().items()}
        self.own.create(staged(head), write_bundle(Bundle(tiles, {ID: tree.size - 1}, follows)))
        return sign_note(head.text, LOG_KEY)

    def publish(self, note: bytes) -> None:
        publish(self, self.own, self.heads, note)

    def refuses(self, note: bytes) -> Reason:
        with pytest.raises(SealingStopped) as stopped:
            self.publish(note)
        return stopped.value.reason


@pytest.fixture
def log() -> Seal:
    return Seal()


def test_publishing_can_be_repeated(log: Seal) -> None:
    """By another sealer, too, whose bundle is gone by then."""
    note = log.staged([b"one", b"two"])
    log.publish(note)
    assert log.read(CHECKPOINT) == note
    assert log.heads.index(ID) == 1
    before = dict(log._objects)
    assert not log.own._objects
    log.publish(note)
    log.staged([b"one", b"two"])
    log.publish(note)
    assert log._objects == before


@pytest.mark.parametrize("path", ["tile/0/000.p/2", "tile/entries/000.p/2"])
def test_a_tile_that_is_there_has_to_be_the_same(log: Seal, path: str) -> None:
    """It was read by somebody: it stays, and no checkpoint is published over another."""
    note = log.staged([b"one", b"two"])
    log.create(path, b"another")
    assert log.refuses(note) is Reason.FORKED
    assert log.read(path) == b"another"
    assert log.read(CHECKPOINT) is None
    log.delete(path)
    log.publish(note)
    assert log.read(CHECKPOINT) == note


def test_what_does_not_follow_the_published_log_is_not_published(log: Seal) -> None:
    """Not a tile of it: its path would be another's for ever."""
    log.publish(log.staged([b"one"]))
    before = dict(log._objects)
    assert log.refuses(log.staged([b"other"], [b"two"])) is Reason.FORKED
    assert log._objects == before
    log.publish(log.staged([b"one"], [b"two"]))


def test_a_log_whose_beginning_is_not_published_has_no_middle(log: Seal) -> None:
    assert log.refuses(log.staged([b"one"], [b"two"])) is Reason.FORKED
    assert not log._objects


def test_another_root_of_the_same_size_is_refused(log: Seal) -> None:
    log.publish(log.staged([b"one"]))
    note = log.staged([b"other"])
    assert log.refuses(note) is Reason.FORKED
    with pytest.raises(SealingStopped):
        is_published(log.read(CHECKPOINT), checkpoint_of(note))
    before = log.read(CHECKPOINT)
    with pytest.raises(SealingStopped):
        replace_checkpoint(log, checkpoint_of(note), note)
    assert log.read(CHECKPOINT) == before


def test_a_checkpoint_that_was_replaced_meanwhile_is_looked_at_again(log: Seal) -> None:
    """Between the tiles and the checkpoint of one sealer another has put something else there."""
    note = log.staged([b"one"])
    other = sign_note(Checkpoint(ORIGIN, 1, bytes(32)).text, LOG_KEY)
    log.meanwhile = lambda: log.create(CHECKPOINT, other)
    assert log.refuses(note) is Reason.FORKED
    assert log.read(CHECKPOINT) == other


def test_what_follows_is_asked_again_when_the_checkpoint_is_written(log: Seal) -> None:
    """A backup of the objects was put back in between."""
    log.publish(log.staged([b"one"]))
    first = log._objects[CHECKPOINT]
    log.publish(log.staged([b"one"], [b"two"]))
    log.meanwhile = lambda: log._objects.update({CHECKPOINT: first})
    assert log.refuses(log.staged([b"one"], [b"two"], [b"three"])) is Reason.FORKED
    assert log.read(CHECKPOINT) == first


def test_a_sealer_that_slept_does_not_take_the_checkpoint_back(log: Seal) -> None:
    """Neither when it publishes, nor when it adds cosignatures."""
    old = log.staged([b"one"])
    log.publish(old)
    new = log.staged([b"one"], [b"two"])
    log.publish(new)
    log.publish(old)
    replace_checkpoint(log, checkpoint_of(old), old)
    assert log.read(CHECKPOINT) == new


def test_a_later_checkpoint_that_came_meanwhile_stays(log: Seal) -> None:
    old, new = log.staged([b"one"]), log.staged([b"one"], [b"two"])
    log.meanwhile = lambda: log.create(CHECKPOINT, new)
    log.publish(old)
    assert log.read(CHECKPOINT) == new


def test_no_cosignature_is_taken_away(log: Seal) -> None:
    """Who publishes the same checkpoint again adds its lines to those that are there."""
    note = log.staged([b"one"])
    log.publish(note)
    head = checkpoint_of(note)
    line = cosign(head.text, WITNESS, 1_800_000_000)
    replace_checkpoint(log, head, with_lines(note, [line]))
    log.staged([b"one"])
    log.publish(note)
    there = log.read(CHECKPOINT)
    assert there is not None
    assert cosignatures(there, [WITNESS.verifier]) == {WITNESS.verifier: 1_800_000_000}


def test_a_cosignature_that_came_meanwhile_is_kept(log: Seal) -> None:
    note = log.staged([b"one"])
    log.publish(note)
    head = checkpoint_of(note)
    other = SeedSigner("other.example", b"o" * 32, COSIGNATURE)
    lines = [cosign(head.text, signer, 1_800_000_000) for signer in (WITNESS, other)]
    log.meanwhile = lambda: replace_checkpoint(log, head, with_lines(note, lines[1:]))
    replace_checkpoint(log, head, with_lines(note, lines[:1]))
    there = log.read(CHECKPOINT)
    assert there is not None
    assert len(cosignatures(there, [WITNESS.verifier, other.verifier])) == 2


def test_a_bundle_that_is_gone_before_it_was_published_stops_the_sealer(log: Seal) -> None:
    note = log.staged([b"one"])
    log.own._objects.clear()
    assert log.refuses(note) is Reason.FORKED


def test_a_checkpoint_that_others_keep_writing_is_left_for_another_time(log: Seal) -> None:
    note = log.staged([b"one"])
    log.publish(note)
    head = checkpoint_of(note)

    def again() -> None:
        data = log._objects[CHECKPOINT]
        count = len(log._objects[CHECKPOINT])
        signer = SeedSigner(f"w{count}.example", b"o" * 32, COSIGNATURE)
        log._objects[CHECKPOINT] = with_lines(data, [cosign(head.text, signer, 1)])
        log.meanwhile = again

    log.meanwhile = again
    with pytest.raises(StoreUnavailable):
        replace_checkpoint(log, head, with_lines(note, [cosign(head.text, WITNESS, 1)]))
