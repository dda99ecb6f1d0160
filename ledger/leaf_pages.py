"""A page of few leaves while some of them change: what is hashed anew, and what is kept.

`ledger.pages` has its form. Two ways lead to the same page: `one_changed` for one leaf that was
there before, which is the usual case where wallets are many, and `Bunch` for any others.
"""

from bisect import bisect_left
from itertools import pairwise

from ledger.balance_tree import common_bits, leaf_record, node_record, raised
from ledger.errors import RuleBroken
from ledger.pages import LEAF_BYTES, NODE_BYTES, RECORD_BYTES, LeavesPage, starts


class Bunch:
    """A page of leaves while some of them change."""

    def __init__(self, page: LeavesPage, changes: list[bytes]) -> None:
        self._leaves, self._depths, self._nodes = page
        self._dirty = bytearray(len(self._leaves))
        if self._leaves:
            for change in changes:
                self._put(change)
            return
        self._leaves += changes
        self._depths += bytes(_shared(one, other) for one, other in pairwise(changes))
        self._nodes += [b""] * len(self._depths)
        self._dirty += b"\1" * len(changes)

    def _put(self, change: bytes) -> None:
        leaves = self._leaves
        at = bisect_left(leaves, change[:32])
        if at < len(leaves) and leaves[at].startswith(change[:32]):
            leaves[at] = change
            self._dirty[at] = 1
            return
        before = common_bits(leaves[at - 1], change) if at else -1
        after = common_bits(change, leaves[at]) if at < len(leaves) else -1
        leaves.insert(at, change)
        self._dirty.insert(at, 1)
        # The node that parted its neighbours still does: it is where the leaf shares less.
        new, depth = (at - 1, before) if before > after else (at, after)
        self._depths.insert(new, depth)
        self._nodes.insert(new, b"")

    def record(self, low: int, high: int, depth: int) -> bytes:
        """The record of the leaves from low to high at a depth; hashes what lies on the way."""
        if high - low == 1:
            return leaf_record(self._leaves[low])
        shared = min(self._depths[low : high - 1])
        parting = self._depths.index(shared, low)
        middle = parting + 1
        node = self._nodes[parting]
        left, right = node[:RECORD_BYTES], node[RECORD_BYTES:]
        if not node or self._dirty.find(1, low, middle) >= 0:
            left = self.record(low, middle, shared + 1)
        if not node or self._dirty.find(1, middle, high) >= 0:
            right = self.record(middle, high, shared + 1)
        node = self._nodes[parting] = left + right
        return raised(node_record(node), self._leaves[low], shared, depth)


def one_changed(data: bytes, depth: int, leaf: bytes) -> tuple[bytes, bytes] | None:
    """A page of leaves of which one changes, and its record; None: it is not among them.

    From the leaf up: one way of hashes is all that changes.
    """
    count = data[1]
    nodes, leaves = starts(count)
    key = leaf[:32]
    low = leaf_index(data, leaves, key)
    at = leaves + LEAF_BYTES * low
    if data[at : at + 32] != key:
        return None
    page = bytearray(data)
    page[at : at + LEAF_BYTES] = leaf
    record = leaf_record(leaf)
    # In hand is the record of the leaves from low to high, and how many first bits they share.
    high, shared = low + 1, 0
    depths = (-1, *data[2:nodes], -1)
    while high - low < count:
        left, right = depths[low], depths[high]
        if left > right:
            parting, low = left, low - 1
            at = nodes + NODE_BYTES * low
            mine = at + RECORD_BYTES
            while depths[low] > parting:
                low -= 1
        else:
            parting = right
            mine = at = nodes + NODE_BYTES * (high - 1)
            high += 1
            while depths[high] > parting:
                high += 1
        if shared > parting + 1:
            record = raised(record, key, shared, parting + 1)
        page[mine : mine + RECORD_BYTES] = record
        record = node_record(page[at : at + NODE_BYTES])
        shared = parting
    if shared > depth:
        record = raised(record, key, shared, depth)
    return record, bytes(page)


def top_record(data: bytes, depth: int) -> bytes:
    """The record of a page of leaves at a depth."""
    nodes, leaves = starts(data[1])
    first = data[leaves : leaves + LEAF_BYTES]
    depths = data[2:nodes]
    if not depths:
        return leaf_record(first)
    shared = min(depths)
    at = nodes + NODE_BYTES * depths.index(shared)
    return raised(node_record(data[at : at + NODE_BYTES]), first, shared, depth)


def leaf_index(data: bytes, leaves: int, key: bytes) -> int:
    """Where a key's leaf is in a page of leaves, or would be; the last one for keys after it."""
    low, high = 0, data[1] - 1
    while low < high:
        middle = (low + high) >> 1
        at = leaves + LEAF_BYTES * middle
        if data[at : at + 32] < key:
            low = middle + 1
        else:
            high = middle
    return low


def _shared(one: bytes, other: bytes) -> int:
    """As `common_bits`, of a leaf and the next one."""
    if one[:32] >= other[:32]:
        raise RuleBroken("page.order", f"after {one[:32].hex()}", other[:32].hex())
    return common_bits(one, other)
