"""The log as files: c2sp.org/tlog-tiles, tiles of height 8.

    tile/<L>/<N>[.p/<W>]        hashes, 32 bytes each: the roots of the subtrees of 256**L leaves
                                from the one with index 256 N on; 256 of them, or W in a partial
                                tile at the right edge
    tile/entries/<N>[.p/<W>]    entries, as many as leaf hashes in tile/0/<N>, each after its length
                                as u16 big-endian

    L   0 to 63, no leading zero
    N   three digits an element, x before all but the last: 1234067 is x001/x234/067
    W   1 to 255, no leading zero

Only what a full tile holds is hashed into the level above. A tile's content never changes, so a
wider tile has a path of its own.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from typing import NamedTuple

from ledger.errors import RuleBroken
from ledger.tree import HASH_BYTES, leaf_hash, root_of

TILE_WIDTH = 256
ENTRIES = -1
"""The level of entry bundles."""

MAX_SIZE = 2**63 - 1
ENTRY_MAX_BYTES = 65_535

_HEIGHT = 8
_TILES_KEPT = 256
_BUNDLES_KEPT = 4
_LENGTH = Struct(">H")

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])"
    r"/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?\Z"
)


class Tile(NamedTuple):
    """One file of the log: the width is TILE_WIDTH, or less at the right edge."""

    level: int
    index: int  # type: ignore[assignment]  # tuple has a method of that name
    width: int

    @property
    def path(self) -> str:
        """`tile/0/x001/067.p/3`, `tile/entries/000`."""
        thousands, last = divmod(self.index, 1000)
        number = f"{last:03}"
        while thousands:
            thousands, element = divmod(thousands, 1000)
            number = f"x{element:03}/{number}"
        level = "entries" if self.level == ENTRIES else self.level
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number}{partial}"


ReadTile = Callable[[Tile], bytes | None]
"""The content of a tile; None if there is none."""


def parse_path(path: str) -> Tile:
    """The tile that a path names. Raises RuleBroken for any other spelling."""
    match = _PATH.match(path)
    if match is None:
        raise RuleBroken("log.path", "tile/<L>/<N>[.p/<W>]", path)
    level = ENTRIES if match["level"] == "entries" else int(match["level"])
    index = int(match["index"].replace("x", "").replace("/", ""))
    tile = Tile(level, index, int(match["width"] or TILE_WIDTH))
    # Zeros before the index are a second spelling of it.
    if index > MAX_SIZE // TILE_WIDTH or tile.path != path:
        raise RuleBroken("log.path", tile.path, path)
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree, with those at its right edge; entry bundles first, then by level."""
    return _tiles_between(0, size)


def new_tiles(old_size: int, size: int) -> list[Tile]:
    """The tiles and entry bundles of a tree of `size` that one of `old_size` does not have."""
    return list(_tiles_between(old_size, size))


def _tiles_between(old_size: int, size: int) -> Iterator[Tile]:
    level = ENTRIES
    while count := size >> _HEIGHT * max(level, 0):
        old = old_size >> _HEIGHT * max(level, 0)
        if count > old:
            for index in range(old // TILE_WIDTH, (count - 1) // TILE_WIDTH + 1):
                yield Tile(level, index, min(TILE_WIDTH, count - index * TILE_WIDTH))
        level += 1


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """An entry bundle. Raises RuleBroken for an entry of more than 65,535 bytes."""
    _check_lengths(entries)
    length = _LENGTH.pack
    return b"".join([part for entry in entries for part in (length(len(entry)), entry)])


def unpack_entries(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle. Raises RuleBroken("log.bundle") unless it holds exactly `width`."""
    entries: list[bytes] = []
    at, end = 0, len(data)
    for _ in range(width):
        start = at + 2
        if start > end:
            raise RuleBroken("log.bundle", f"{width} entries", f"{len(entries)} entries")
        at = start + (data[at] << 8 | data[at + 1])
        if at > end:
            raise RuleBroken("log.bundle", f"an entry of {at - start} bytes", end - start)
        entries.append(data[start:at])
    if at != end:
        raise RuleBroken("log.bundle", f"nothing after {width} entries", f"{end - at} bytes")
    return entries


class GrowingTree:
    """The right edge of a tree: what a sealer and an auditor append to.

    It holds what has not been taken, and of the rest what tiles at the right edge hold: at most
    255 entries, and 255 hashes a level.
    """

    __slots__ = ("_bundle", "_edge", "_full", "_taken", "size")

    def __init__(self) -> None:
        self.size = 0
        self._taken = 0
        self._bundle: list[bytes] = []
        self._edge: list[list[bytes]] = []
        self._full: dict[Tile, bytes] = {}

    @classmethod
    def load(cls, size: int, read: ReadTile) -> "GrowingTree":
        """The right edge of a tree of `size`, from its partial tiles.

        Nothing shows yet that it is the right one: compare `root()` with a checkpoint's. Raises
        RuleBroken for tiles that are missing or of a wrong length, or entries of other hashes.
        """
        tree = cls()
        tree.size = tree._taken = size
        for level in range(_levels(size)):
            tile = _edge_tile(level, size)
            tree._edge.append(_hashes(tile, read) if tile.width else [])
        bundle = _edge_tile(ENTRIES, size)
        if bundle.width:
            tree._bundle = _entries(bundle, read)
            if [leaf_hash(entry) for entry in tree._bundle] != tree._edge[0]:
                raise RuleBroken("log.tile", "entries with the hashes in tile/0", bundle.path)
        return tree

    def append(self, entries: Sequence[bytes]) -> None:
        """Adds leaves. Raises RuleBroken, and adds none, if one has more than 65,535 bytes."""
        _check_lengths(entries)
        bundle = self._bundle
        bundle += entries
        full = len(bundle) & -TILE_WIDTH
        first = self.size // TILE_WIDTH
        for at in range(0, full, TILE_WIDTH):
            tile = Tile(ENTRIES, first + at // TILE_WIDTH, TILE_WIDTH)
            self._full[tile] = pack_entries(bundle[at : at + TILE_WIDTH])
        del bundle[:full]
        self._grow([sha256(b"\x00" + entry).digest() for entry in entries])
        self.size += len(entries)

    def root(self) -> bytes:
        """The root of all that was appended."""
        # What is to the right of a level's hashes is smaller than each of them, so that the tree
        # splits as if it were one more.
        right: list[bytes] = []
        for hashes in self._edge:
            if hashes:
                right = [root_of(hashes + right)]
        return root_of(right)

    def take_tiles(self) -> dict[Tile, bytes]:
        """The content of every tile and entry bundle that is new since the last call.

        These are `new_tiles(size at the last call, size)`. Where the same tile was partial before
        and is full now, the full one alone is among them.
        """
        tiles = self._full
        self._full = {}
        for level in range(ENTRIES, len(self._edge)):
            tile = _edge_tile(level, self.size)
            if tile.width and _count(level, self.size) > _count(level, self._taken):
                tiles[tile] = self._edge_content(level)
        self._taken = self.size
        return tiles

    def _edge_content(self, level: int) -> bytes:
        return pack_entries(self._bundle) if level == ENTRIES else b"".join(self._edge[level])

    def _grow(self, hashes: list[bytes]) -> None:
        level = 0
        while hashes:
            if level == len(self._edge):
                self._edge.append([])
            edge = self._edge[level]
            edge += hashes
            full = len(edge) & -TILE_WIDTH
            first = _count(level, self.size) // TILE_WIDTH
            hashes = []
            for at in range(0, full, TILE_WIDTH):
                content = edge[at : at + TILE_WIDTH]
                tile = Tile(level, first + at // TILE_WIDTH, TILE_WIDTH)
                self._full[tile] = b"".join(content)
                hashes.append(root_of(content))
            del edge[:full]
            level += 1


class TileReader:
    """Reads a tree of one size from its tiles: the `HashReader` for all proofs, and the entries.

    Only the tiles that were used last are kept in memory. Nothing shows that a hash or an entry is
    the tree's until a proof is checked. A bundle that is not one raises RuleBroken("log.bundle").
    """

    def __init__(self, size: int, read: ReadTile) -> None:
        self.size = size
        self._read = read
        self._levels = lru_cache(_TILES_KEPT)(self._read_levels)
        self._entries = lru_cache(_BUNDLES_KEPT)(self._read_entries)

    def __call__(self, level: int, index: int) -> bytes:
        """The root of a full subtree of 2**level leaves. Raises RuleBroken("log.tile")."""
        if level < 0 or not 0 <= index < self.size >> level:
            raise RuleBroken("log.tile", f"a full subtree of {self.size} leaves", (level, index))
        tile_level, inner = divmod(level, _HEIGHT)
        first = index << inner
        levels = self._levels(tile_level, first // TILE_WIDTH)
        return levels[inner][first % TILE_WIDTH >> inner]

    def entry(self, index: int) -> bytes:
        """One entry. Raises RuleBroken("log.tile")."""
        if not 0 <= index < self.size:
            raise RuleBroken("log.tile", f"an entry below {self.size}", index)
        return self._entries(index // TILE_WIDTH)[index % TILE_WIDTH]

    def _read_levels(self, level: int, index: int) -> list[list[bytes]]:
        """The hashes of a tile, and above them those of all full subtrees within it."""
        levels = [_hashes(self._tile(level, index), self._read)]
        for _ in range(_HEIGHT):
            below = iter(levels[-1])
            pairs = zip(below, below, strict=False)
            levels.append([sha256(b"\x01" + left + right).digest() for left, right in pairs])
        return levels

    def _read_entries(self, index: int) -> list[bytes]:
        return _entries(self._tile(ENTRIES, index), self._read)

    def _tile(self, level: int, index: int) -> Tile:
        width = min(TILE_WIDTH, _count(level, self.size) - index * TILE_WIDTH)
        return Tile(level, index, width)


def _count(level: int, size: int) -> int:
    """How many hashes, or entries, a tree of this size has at a tile level."""
    return size >> _HEIGHT * max(level, 0)


def _levels(size: int) -> int:
    """How many tile levels there are."""
    return -(-size.bit_length() // _HEIGHT)


def _edge_tile(level: int, size: int) -> Tile:
    """The partial tile at the right edge of a level; its width is 0 if there is none."""
    return Tile(level, *divmod(_count(level, size), TILE_WIDTH))


def _content(tile: Tile, read: ReadTile) -> tuple[Tile, bytes]:
    """What a tile holds; or the full tile that begins with it.

    A log may drop a partial tile once there is the full one.
    """
    full = tile._replace(width=TILE_WIDTH)
    for candidate in (tile, full):
        data = read(candidate)
        if data is not None:
            return candidate, data
    raise RuleBroken("log.tile", tile.path, "nothing")


def _hashes(tile: Tile, read: ReadTile) -> list[bytes]:
    """The hashes of a tile. Raises RuleBroken("log.tile") for another number of bytes."""
    there, data = _content(tile, read)
    if len(data) != there.width * HASH_BYTES:
        expected = f"{there.width * HASH_BYTES} bytes in {there.path}"
        raise RuleBroken("log.tile", expected, len(data))
    return [data[at : at + HASH_BYTES] for at in range(0, tile.width * HASH_BYTES, HASH_BYTES)]


def _entries(tile: Tile, read: ReadTile) -> list[bytes]:
    there, data = _content(tile, read)
    return unpack_entries(data, there.width)[: tile.width]


def _check_lengths(entries: Sequence[bytes]) -> None:
    longest = max(map(len, entries), default=0)
    if longest > ENTRY_MAX_BYTES:
        raise RuleBroken("log.entry", f"at most {ENTRY_MAX_BYTES} bytes", longest)
