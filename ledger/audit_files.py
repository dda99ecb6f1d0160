"""The files of a published log, as an auditor reads them: c2sp.org/tlog-tiles.

Bytes that are wrong are told from bytes that are missing, and an entry that is wrong from a file:

    fault of an entry     a leaf's hash is not the one in its tile
    fault of many         a hash over more than one entry does not follow from them
    fault of a file       it is not there, or too long or short

A log may drop a partial tile once the full one is there, which begins with it.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ledger.checkpoints import Checkpoint
from ledger.errors import Fault, RuleBroken, fault_of
from ledger.tiles import ENTRIES, TILE_WIDTH, Tile, TileReader, unpack_entries
from ledger.tree import HASH_BYTES, check_consistency, consistency_proof, leaf_hash


class Source(Protocol):
    """A published log, by the paths of c2sp.org/tlog-tiles."""

    def read(self, path: str) -> bytes | None:
        """The bytes at `checkpoint` or `tile/…`, None if there is nothing."""


def edge_tiles(size: int) -> list[Tile]:
    """The partial tiles at the right edge of a tree, the bundle among them."""
    tiles = []
    level = ENTRIES
    while count := size >> 8 * max(level, 0):
        index, width = divmod(count, TILE_WIDTH)
        if width:
            tiles.append(Tile(level, index, width))
        level += 1
    return tiles


def check_extends(source: Source, size: int, root: bytes, checkpoint: Checkpoint) -> None:
    """Raises RuleBroken unless the log of a checkpoint begins with the tree of that root."""
    reader = TileReader(checkpoint.size, lambda tile: source.read(tile.path))
    proof = consistency_proof(size, checkpoint.size, reader)
    check_consistency(size, root, checkpoint.size, checkpoint.root, proof)


class _WideFault(NamedTuple):
    """A fault of the entries from its position on, until just before `end`."""

    fault: Fault
    end: int


class LogFiles:
    """The files that a checkpoint of that size covers. fault: of the first file that is wrong."""

    def __init__(self, source: Source, size: int) -> None:
        self.fault: Fault | None = None
        self._wide: list[_WideFault] = []
        self._source = source
        self._size = size

    @property
    def are_sound(self) -> bool:
        """Whether nothing is wrong with those that were looked at."""
        return self.fault is None and not self._wide

    def bundle_of(self, index: int) -> Tile:
        """The bundle that holds an entry."""
        bundle = index // TILE_WIDTH
        return Tile(ENTRIES, bundle, min(TILE_WIDTH, self._size - bundle * TILE_WIDTH))

    def entries(self, tile: Tile) -> list[bytes]:
        """The entries of a bundle; where it is not whole, those before what cannot be read."""
        found, data = self._read(tile)
        if data is None:
            self._broken(tile, RuleBroken("log.missing", tile.path, "nothing"))
            return []
        try:
            return unpack_entries(data, found.width)[: tile.width]
        except RuleBroken as broken:
            self._broken(tile, broken)
            return _readable(data, tile.width)

    def compare(self, tile: Tile, content: bytes) -> Fault | None:
        """Compares a hash tile with what it must hold; a leaf's hash is a fault of its entry."""
        found, data = self._read(tile)
        if data is None:
            self._broken(tile, RuleBroken("log.missing", tile.path, "nothing"))
            return None
        if len(data) != found.width * HASH_BYTES:
            self._broken(
                tile, RuleBroken("log.tile", f"{found.width * HASH_BYTES} bytes", len(data))
            )
        if data.startswith(content):
            return None
        for at in range(0, min(len(data), len(content)), HASH_BYTES):
            expected, there = content[at : at + HASH_BYTES], data[at : at + HASH_BYTES]
            if expected != there and len(there) == HASH_BYTES:
                return self._differs(tile, at // HASH_BYTES, expected, there)
        return None

    def first(self, entry: Fault | None) -> Fault | None:
        """The fault of lowest index, given that of an entry. One of many that has it among them
        says nothing new."""
        faults = [entry] if entry else []
        place = -1 if entry is None or entry.position is None else entry.position
        faults += [fault for fault, end in self._wide if not (fault.position or 0) <= place < end]
        return min(faults, key=lambda fault: fault.position or 0, default=None)

    def _differs(self, tile: Tile, place: int, follows: bytes, there: bytes) -> Fault | None:
        """Returns the fault of one leaf; that of a hash over many is kept."""
        span = TILE_WIDTH**tile.level
        index = (tile.index * TILE_WIDTH + place) * span
        if not tile.level:
            broken = RuleBroken("log.leaf", there.hex(), follows.hex())
            return fault_of(index, tile.path, broken)
        fault = fault_of(index, tile.path, RuleBroken("log.tile", follows.hex(), there.hex()))
        self._wide.append(_WideFault(fault, index + span))
        return None

    def leaf_fault(self, bundle: Tile, entries: Sequence[bytes]) -> Fault | None:
        """The first of a bundle's first entries whose hash is not the one in its tile."""
        if not entries:
            return None
        hashes = b"".join(map(leaf_hash, entries))
        return self.compare(bundle._replace(level=0), hashes)

    def changed_since(self, bundle: Tile, entries: Sequence[bytes], hashes: bytes) -> Fault | None:
        """The first of entries audited before that is another now. hashes: what theirs were."""
        for place, entry in enumerate(entries):
            expected = hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES]
            if (found := leaf_hash(entry)) != expected:
                index = bundle.index * TILE_WIDTH + place
                broken = RuleBroken("log.leaf", expected.hex(), found.hex())
                return fault_of(index, bundle.path, broken)
        return None

    def _read(self, tile: Tile) -> tuple[Tile, bytes | None]:
        """A tile, or the full one in place of a partial one that is gone."""
        data = self._source.read(tile.path)
        if data is None and tile.width < TILE_WIDTH:
            full = tile._replace(width=TILE_WIDTH)
            return full, self._source.read(full.path)
        return tile, data

    def _broken(self, tile: Tile, broken: RuleBroken) -> None:
        if self.fault is None:
            self.fault = fault_of(None, tile.path, broken)


def _readable(data: bytes, width: int) -> list[bytes]:
    """The first entries of a bundle that is not whole, at most `width`."""
    entries: list[bytes] = []
    at = 0
    while len(entries) < width and at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            break
        entries.append(data[at + 2 : end])
        at = end
    return entries
