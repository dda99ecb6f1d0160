"""What the pages of a balance tree say: leaves, and the way to one of them.

`path` compares every hash on its way with the one above it, and `check_page` all of one page;
`found_all` compares none, and is for who has read pages through `checked`, or wrote them.
"""

from collections.abc import Collection, Sequence

from ledger.balance_tree import (
    EMPTY_RECORD,
    BalancePath,
    Leaf,
    Root,
    common_bits,
    compare,
    joined,
    leaf_record,
    node_record,
    raised,
    read_leaf,
    u128,
)
from ledger.errors import RuleBroken
from ledger.leaf_pages import Bunch, leaf_index
from ledger.pages import (
    FIRST_SLOT,
    KEY_BITS,
    LEAF_BYTES,
    NO_REF,
    PAGE_LEVELS,
    BranchPage,
    LeavesPage,
    Page,
    ReadPage,
    Ref,
    by_slot,
    is_branch,
    read_page,
    slot_of,
    starts,
)


def found_all(root: Root, keys: Collection[bytes], read: ReadPage) -> dict[bytes, Leaf]:
    """The leaves of those keys that have one, as the pages have them; hashes are not compared."""
    result: dict[bytes, Leaf] = {}
    if root.page is not None and keys:
        _find(root.page, 0, list(keys), read, result)
    return result


def path(root: Root, key: bytes, read: ReadPage) -> BalancePath:
    """The way of a key through the tree. Raises RuleBroken for a page that does not fit."""
    siblings: list[bytes] = []
    known, depth, ref = u128(root.owed) + root.hash, 0, root.page
    end = b""
    while ref is not None:
        page = read_page(read(ref).data)
        if isinstance(page, LeavesPage):
            end = _way_among_leaves(page, depth, known, key, siblings)
            break
        ref, known = _way_down(page, depth, known, key, siblings)
        depth += PAGE_LEVELS
    else:
        if known != EMPTY_RECORD:
            raise RuleBroken("page.missing", known.hex(), "no page")
    leaf = read_leaf(end) if end else None
    own = leaf is not None and leaf.key == key
    sums = tuple((int.from_bytes(row[:16], "big"), row[16:]) for row in reversed(siblings))
    return BalancePath(leaf if own else None, None if own else leaf, sums)


def checked(read: ReadPage) -> ReadPage:
    """The same pages, each refused if its hashes do not follow from its leaves, or its records."""

    def read_checked(ref: Ref) -> Page:
        data = read(ref).data
        check_page(data)
        return Page(data)

    return read_checked


def check_page(data: bytes) -> None:
    """Raises RuleBroken unless what a page says of itself holds.

    That its record is the one above it, and those of the pages below, is left to be compared.
    """
    page = read_page(data)
    if isinstance(page, LeavesPage):
        again = LeavesPage([], bytearray(), [])
        Bunch(again, page.leaves).record(0, len(page.leaves), KEY_BITS)
        if again != page:
            raise RuleBroken("page.nodes", "what follows from its leaves", "others")
        return
    for place in range(1, FIRST_SLOT):
        single = page.single >> (2 * place)
        record, alone = joined(page.node(place), single)
        if place > 1:
            compare(page.record(place), record)
            if alone != bool(page.single >> place & 1):
                raise RuleBroken("page.single", alone, not alone)
    if page.single & 3:
        raise RuleBroken("page.single", "places from 2 on", page.single)
    for slot in range(FIRST_SLOT, 2 * FIRST_SLOT):
        if (page.ref(slot) == NO_REF) != (page.record(slot) == EMPTY_RECORD):
            raise RuleBroken("page.slot", "a page, or nothing below", slot)


def _find(
    ref: Ref, depth: int, keys: Sequence[bytes], read: ReadPage, result: dict[bytes, Leaf]
) -> None:
    if ref == NO_REF:
        return
    data = read(ref).data
    if is_branch(data):
        page = BranchPage(data)
        for slot, group in by_slot(keys, depth).items():
            _find(page.ref(slot), depth + PAGE_LEVELS, group, read, result)
        return
    _, leaves = starts(data[1])
    for key in keys:
        at = leaves + LEAF_BYTES * leaf_index(data, leaves, key)
        if data[at : at + 32] == key:
            result[key] = read_leaf(data[at : at + LEAF_BYTES])


def _way_down(
    page: BranchPage, depth: int, known: bytes, key: bytes, siblings: list[bytes]
) -> tuple[Ref | None, bytes]:
    """Goes through a page of four levels: the page below, and its record."""
    slot = slot_of(key, depth)
    for level in range(PAGE_LEVELS):
        place = slot >> (PAGE_LEVELS - level)
        record, single = joined(page.node(place), page.single >> (2 * place))
        compare(known, record)
        if single or known == EMPTY_RECORD:
            # One leaf, or none, is the whole of it: the page that has it is below one of these.
            return _only(page, place), known
        child = slot >> (PAGE_LEVELS - level - 1)
        known = page.record(child)
        siblings.append(page.record(child ^ 1))
    ref = page.ref(slot)
    return (None if ref == NO_REF else ref), known


def _only(page: BranchPage, place: int) -> Ref | None:
    """The one page below a place with a single leaf."""
    while place < FIRST_SLOT:
        place = 2 * place + (page.record(2 * place) == EMPTY_RECORD)
    ref = page.ref(place)
    return None if ref == NO_REF else ref


def _way_among_leaves(
    page: LeavesPage, depth: int, known: bytes, key: bytes, siblings: list[bytes]
) -> bytes:
    """Goes through a page of leaves: the leaf at which the way ends, or b"" for EMPTY."""
    low, high = 0, len(page.leaves)
    while high - low > 1:
        first = page.leaves[low]
        shared = min(page.depths[low : high - 1])
        parting = page.depths.index(shared, low)
        node = page.nodes[parting]
        record = raised(node_record(node), first, shared, depth)
        compare(known, record)
        common = common_bits(first[:32], key)
        if common < depth:
            # The record says nothing of the bits above it: this leaf belongs elsewhere.
            raise RuleBroken("page.prefix", f"{depth} first bits of {key.hex()}", first[:32].hex())
        if common < shared:
            siblings += [EMPTY_RECORD] * (common - depth)
            siblings.append(raised(node_record(node), first, shared, common + 1))
            return b""
        siblings += [EMPTY_RECORD] * (shared - depth)
        if key[shared >> 3] >> (7 - (shared & 7)) & 1:
            low, known = parting + 1, node[48:]
            siblings.append(node[:48])
        else:
            high, known = parting + 1, node[:48]
            siblings.append(node[48:])
        depth = shared + 1
    record = leaf_record(page.leaves[low])
    compare(known, record)
    return page.leaves[low]
