"""The trees, each by its definition: the log's Merkle tree with its tiles, and the sum tree."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from tests.naive.forms import H, WrongError, canon, require

# RFC 6962, section 2.1


def leaf_hash(entry: bytes) -> bytes:
    return H(b"\x00", entry)


def _split(size: int) -> int:
    """The greatest power of two below size."""
    k = 1
    while 2 * k < size:
        k *= 2
    return k


def root(leaves: Sequence[bytes]) -> bytes:
    """MTH of leaves that are hashed already."""
    if not leaves:
        return H()
    if len(leaves) == 1:
        return leaves[0]
    k = _split(len(leaves))
    return H(b"\x01", root(leaves[:k]), root(leaves[k:]))


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH: from the leaf's sibling to the root's child."""
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*inclusion(index, leaves[:k]), root(leaves[k:])]
    return [*inclusion(index - k, leaves[k:]), root(leaves[:k])]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf and its path lead to."""
    require(0 <= index < size, "log.inclusion", f"index {index} of {size}")
    if size == 1:
        require(not path, "log.inclusion", "too many hashes")
        return leaf
    require(path, "log.inclusion", "too few hashes")
    k = _split(size)
    if index < k:
        return H(b"\x01", root_by_inclusion(leaf, index, k, path[:-1]), path[-1])
    return H(b"\x01", path[-1], root_by_inclusion(leaf, index - k, size - k, path[:-1]))


def consistency(old: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """PROOF (whole: the old tree's root is known to the reader)."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    k = _split(len(leaves))
    if old <= k:
        return [*consistency(old, leaves[:k], whole), root(leaves[k:])]
    return [*consistency(old - k, leaves[k:], False), root(leaves[:k])]


# C2SP tlog-tiles


class Tile(NamedTuple):
    """level -1 is an entry bundle."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        digits = f"{self.index:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        number = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
        partial = "" if self.width == 256 else f".p/{self.width}"
        return f"tile/{'entries' if self.level < 0 else self.level}/{number}{partial}"

    @property
    def span(self) -> int:
        """How many entries one of its hashes (or entries) stands for."""
        return 256 ** max(self.level, 0)

    def start(self, slot: int = 0) -> int:
        """The index of the first entry under a slot."""
        return (self.index * 256 + slot) * self.span


def tile_at(path: str) -> Tile:
    form = (
        r"tile/(entries|0|[1-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]*))?"
    )
    match = re.fullmatch(form, path)
    if match is None:
        raise WrongError("log.path", path)
    level = -1 if match[1] == "entries" else int(match[1])
    tile = Tile(level, int(match[2].replace("/", "").replace("x", "")), int(match[3] or 256))
    require(tile.path == path, "log.path", path)
    return tile


def tiles_of(size: int) -> list[Tile]:
    """Every tile and bundle of a tree of that size."""
    found = []
    for level in range(-1, 64):
        hashes = size // 256 ** max(level, 0)
        found += [Tile(level, index, 256) for index in range(hashes // 256)]
        if hashes % 256:
            found.append(Tile(level, hashes // 256, hashes % 256))
    return found


def tile_hashes(tile: Tile, leaves: Sequence[bytes]) -> list[bytes]:
    """What a hash tile holds, as far as these leaves reach: roots of full subtrees only."""
    starts = [tile.start(slot) for slot in range(tile.width)]
    complete = [start for start in starts if start + tile.span <= len(leaves)]
    return [root(leaves[start : start + tile.span]) for start in complete]


def pack(entries: Sequence[bytes]) -> bytes:
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack(data: bytes, width: int) -> list[bytes]:
    """A bundle's entries; those before the place where it breaks, if it does."""
    entries = []
    while data and len(entries) < width:
        length = int.from_bytes(data[:2], "big")
        if len(data) < 2 + length:
            return entries
        entries.append(data[2 : 2 + length])
        data = data[2 + length :]
    return entries


# The balance tree: a compact sparse Merkle sum tree

EMPTY = (0, H(b"\x02"))
Sum = tuple[int, bytes]
LIMIT = 2**128


class Leaf(NamedTuple):
    key: bytes
    owed: int
    state: bytes  # H of the canonical JSON


def wallet_key(wallet: str) -> bytes:
    return H(b"tallystick/wallet/v1\n", wallet.encode())


def wallet_leaf(wallet: str, state: dict[str, Any]) -> Leaf:
    owed = state["available"] + state["held"] + state["pending"]
    return Leaf(wallet_key(wallet), owed, H(canon(state)))


def bit(key: bytes, depth: int) -> int:
    return key[depth // 8] >> (7 - depth % 8) & 1


def u128(number: int) -> bytes:
    require(0 <= number < LIMIT, "balances.overflow", number)
    return number.to_bytes(16, "big")


def leaf_sum(leaf: Leaf) -> Sum:
    return leaf.owed, H(b"\x03", leaf.key, u128(leaf.owed), leaf.state)


def node_sum(left: Sum, right: Sum) -> Sum:
    total = left[0] + right[0]
    require(total < LIMIT, "balances.overflow", total)
    return total, H(b"\x04", u128(left[0]), left[1], u128(right[0]), right[1])


def sum_root(leaves: Sequence[Leaf], depth: int = 0) -> Sum:
    """The sum and hash of the subtree, `depth` bits below the root, that has these leaves."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaf_sum(leaves[0])
    return node_sum(*(sum_root(half, depth + 1) for half in halves(leaves, depth)))


def halves(leaves: Sequence[Leaf], depth: int) -> tuple[list[Leaf], list[Leaf]]:
    left = [leaf for leaf in leaves if not bit(leaf.key, depth)]
    return left, [leaf for leaf in leaves if bit(leaf.key, depth)]


def sum_path(leaves: Sequence[Leaf], key: bytes, depth: int = 0) -> tuple[list[Sum], Leaf | None]:
    """The siblings on the way to a key, the deepest first, and the leaf where the way ends."""
    if len(leaves) < 2:
        return [], next(iter(leaves), None)
    sides = halves(leaves, depth)
    way = bit(key, depth)
    path, end = sum_path(sides[way], key, depth + 1)
    return [*path, sum_root(sides[1 - way], depth + 1)], end


def root_by_path(end: Sum, key: bytes, path: Sequence[Sum]) -> Sum:
    """The root that the end of a way and its siblings, the deepest first, lead to."""
    for i, sibling in enumerate(path):
        right = bit(key, len(path) - 1 - i)
        end = node_sum(sibling, end) if right else node_sum(end, sibling)
    return end
