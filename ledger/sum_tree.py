"""The balance tree in memory, for an auditor, who makes it again block after block.

It is the tree of `ledger.balance_tree` without pages, proofs or anybody's word: keys are hashes, so
the upper levels are full, and stand in a heap whose lowest places hold about one leaf each. An
update goes up the heap level by level, and hashes each place above a changed leaf once.

    place    1 is the root, 2p and 2p + 1 are the halves of p
    record   u128 sum || hash, which is what the node above is hashed over
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

from ledger.balance_tree import EMPTY

_EMPTY_RECORD = bytes(16) + EMPTY
# A place's first bits are read from so many of the key.
_MAX_LEVELS = 32
# Where no leaf is; never added to.
_NO_KEYS: list[bytes] = []


class SumTree:
    """The wallets of one currency. hash, owed: of the root; len: how many leaves there are."""

    def __init__(self) -> None:
        self._leaves: dict[bytes, bytes] = {}
        self._grow(0)

    def __len__(self) -> int:
        return len(self._leaves)

    @property
    def hash(self) -> bytes:
        return self._records[1][16:]

    @property
    def owed(self) -> int:
        return self._sums[1]

    def update(self, changes: Mapping[bytes, tuple[int, bytes]]) -> None:
        """Puts leaves, new ones and changed ones: owed and H(state) by key."""
        leaves, added = self._leaves, []
        for key, (amount, state) in changes.items():
            if key not in leaves:
                added.append(key)
            total = amount.to_bytes(16, "big")
            leaves[key] = total + sha256(b"\x03" + key + total + state).digest()
        if len(leaves) > len(self._buckets):
            # Twice as many places as leaves: then it is long until the next time.
            self._grow(min(len(leaves).bit_length() + 1, _MAX_LEVELS))
            return
        for key in added:
            self._enter(key)
        self._make({self._place(key) for key in changes})

    def _grow(self, levels: int) -> None:
        """Makes the heap anew, with so many levels."""
        width = 1 << levels
        self._levels = levels
        self._records = [_EMPTY_RECORD] * (2 * width)
        self._sums = [0] * (2 * width)
        self._counts = [0] * (2 * width)
        self._buckets = [_NO_KEYS] * width
        for key in self._leaves:
            self._enter(key)
        self._make({self._place(key) for key in self._leaves})

    def _place(self, key: bytes) -> int:
        first = int.from_bytes(key[:4], "big")
        return (1 << self._levels) + (first >> (_MAX_LEVELS - self._levels))

    def _enter(self, key: bytes) -> None:
        place = self._place(key)
        here = place - (1 << self._levels)
        if self._buckets[here]:
            self._buckets[here].append(key)
        else:
            self._buckets[here] = [key]
        while place:
            self._counts[place] += 1
            place >>= 1

    def _make(self, places: Collection[int]) -> None:
        """Makes the records of these lowest places, and all above them."""
        records, sums, counts, first = self._records, self._sums, self._counts, 1 << self._levels
        leaves, buckets = self._leaves, self._buckets
        for place in places:
            bucket = buckets[place - first]
            if len(bucket) == 1:
                record = leaves[bucket[0]]
            else:
                bucket.sort()
                record = self._over(bucket, 0, len(bucket), self._levels)
            records[place] = record
            sums[place] = int.from_bytes(record[:16], "big")
        for _ in range(self._levels):
            places = {place >> 1 for place in places}
            for place in places:
                left = 2 * place
                right = left + 1
                total = sums[place] = sums[left] + sums[right]
                if counts[place] > 1:
                    node = b"\x04" + records[left] + records[right]
                    records[place] = total.to_bytes(16, "big") + sha256(node).digest()
                else:
                    # A subtree with one leaf is that leaf, at whatever depth.
                    records[place] = records[left] if counts[left] else records[right]

    def _over(self, keys: Sequence[bytes], begin: int, end: int, depth: int) -> bytes:
        """The record over some of these sorted keys, which share their first `depth` bits."""
        if begin == end:
            return _EMPTY_RECORD
        if end - begin == 1:
            return self._leaves[keys[begin]]
        byte, shift = depth // 8, 7 - depth % 8
        half = bisect_left(keys, 1, begin, end, key=lambda key: key[byte] >> shift & 1)
        one = self._over(keys, begin, half, depth + 1)
        other = self._over(keys, half, end, depth + 1)
        total = int.from_bytes(one[:16], "big") + int.from_bytes(other[:16], "big")
        return total.to_bytes(16, "big") + sha256(b"\x04" + one + other).digest()
