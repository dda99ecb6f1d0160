"""A balance tree with some of its leaves changed: from old pages, the new ones.

Pages are not believed because they are there. `updated` compares the record of each page that it
reads; where pages come from outside, read them through `ledger.balance_reads.checked`, which
compares all hashes within: so nobody signs what a damaged page says.
"""

from collections.abc import Collection, Sequence

from ledger.balance_tree import (
    EMPTY_RECORD,
    Leaf,
    Root,
    compare,
    joined,
    node_record,
    packed_leaf,
    u128,
)
from ledger.errors import RuleBroken
from ledger.leaf_pages import Bunch, one_changed, top_record
from ledger.pages import (
    NO_REF,
    NODE_AT,
    NODE_BYTES,
    PAGE_LEVELS,
    PAGE_MAX_LEAVES,
    RECORD_AT,
    RECORD_BYTES,
    REF_AT,
    REF_BYTES,
    BranchPage,
    LeavesPage,
    Page,
    ReadPage,
    Ref,
    WritePage,
    by_slot,
    empty_branch,
    has_singles,
    is_branch,
    read_leaves,
    slot_of,
)


def updated(root: Root, leaves: Sequence[Leaf], read: ReadPage, write: WritePage) -> Root:
    """The tree with these leaves, new ones and changed ones; of several of one key the last counts.

    Each page on their way is read once, and replaced: pages below are written before those above.
    Raises RuleBroken for a page that is not what the root says, and for a sum outside u128.
    """
    if not leaves:
        return root
    packed = {leaf.key: packed_leaf(leaf) for leaf in leaves}
    ref = root.page or NO_REF
    known = u128(root.owed) + root.hash
    record, _, ref = _Update(read, write).put(ref, 0, known, sorted(packed.values()))
    return Root(record[16:], int.from_bytes(record[:16], "big"), ref)


# A page that was written: its record, whether one leaf is all of it, and its Ref.
_Made = tuple[bytes, bool, Ref]


class _Update:
    """One update. Leaves are packed and sorted."""

    def __init__(self, read: ReadPage, write: WritePage) -> None:
        self._read = read
        self._write = write

    def put(self, ref: Ref, depth: int, known: bytes, leaves: list[bytes]) -> _Made:
        """Writes what stands at a place, with these leaves. known: the record of it before."""
        if ref == NO_REF:
            if known != EMPTY_RECORD:
                raise RuleBroken("page.missing", known.hex(), "no page")
            return self._bunch(LeavesPage([], bytearray(), []), depth, leaves)
        data, record = self._read(ref)
        if is_branch(data):
            # It has more leaves than one: it is a node.
            compare(known, record or node_record(BranchPage(data).node(1)))
            if len(leaves) == 1:
                return self._way(data, depth, leaves[0])
            return self._branch(BranchPage(data), depth, leaves)
        compare(known, record or top_record(data, depth))
        changed = one_changed(data, depth, leaves[0]) if len(leaves) == 1 else None
        if changed:
            return self._written(changed[1], changed[0], data[1] == 1)
        return self._bunch(read_leaves(data), depth, leaves)

    def _written(self, data: bytes, record: bytes, single: bool) -> _Made:
        return record, single, self._write(Page(data, record))

    def _bunch(self, page: LeavesPage, depth: int, leaves: list[bytes]) -> _Made:
        bunch = Bunch(page, leaves)
        if len(page.leaves) > PAGE_MAX_LEAVES:
            return self._branch(empty_branch(EMPTY_RECORD), depth, page.leaves)
        record = bunch.record(0, len(page.leaves), depth)
        return self._written(page.packed, record, len(page.leaves) == 1)

    def _branch(self, page: BranchPage, depth: int, leaves: list[bytes]) -> _Made:
        groups = by_slot(leaves, depth)
        for slot, group in groups.items():
            made = self.put(page.ref(slot), depth + PAGE_LEVELS, page.record(slot), group)
            page.put(slot, *made)
        record, single = _rehashed(page, groups)
        return self._written(page.packed, record, single)

    def _way(self, data: bytes, depth: int, leaf: bytes) -> _Made:
        """As `_branch`, for one leaf, which is the usual case where wallets are many."""
        place = slot_of(leaf, depth)
        at, ref_at = RECORD_AT[place], REF_AT[place]
        below, known = Ref(data[ref_at : ref_at + REF_BYTES]), data[at : at + RECORD_BYTES]
        record, single, ref = self.put(below, depth + PAGE_LEVELS, known, [leaf])
        if single or has_singles(data):
            page = BranchPage(data)
            page.put(place, record, single, ref)
            record, single = _rehashed(page, [place])
            return self._written(page.packed, record, single)
        after = bytearray(data)
        after[ref_at : ref_at + REF_BYTES] = ref
        while place > 1:
            at = RECORD_AT[place]
            after[at : at + RECORD_BYTES] = record
            place >>= 1
            at = NODE_AT[place]
            record = node_record(after[at : at + NODE_BYTES])
        return self._written(bytes(after), record, False)


def _rehashed(page: BranchPage, slots: Collection[int]) -> tuple[bytes, bool]:
    """Hashes the way from some of the lowest places up to that of the page."""
    level = set(slots)
    record, single = b"", False
    data = page.data
    for _ in range(PAGE_LEVELS):
        level = {place >> 1 for place in level}
        for place in level:
            at = NODE_AT[place]
            node = data[at : at + NODE_BYTES]
            if page.single:
                record, single = joined(bytes(node), page.single >> (2 * place))
                page.mark(place, single)
            else:
                record = node_record(node)
            if place > 1:
                at = RECORD_AT[place]
                data[at : at + RECORD_BYTES] = record
    return record, single
