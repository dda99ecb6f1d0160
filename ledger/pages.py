"""Pages of a balance tree: the bytes that hold it, copied on write.

A page holds the tree below one place, at a depth that is a multiple of 4. Pages are never changed:
an update writes new ones for whatever lies on its way and shares the rest, so an old root stays
readable for as long as its pages are kept.

    record   u128 sum || hash                                               48 bytes
    leaf     key[32] || u128 owed || H(state)[32] || u64 seq                88 bytes
    Ref      object[16] || u32 offset || u32 length: where a page stands    24 bytes

A page of few leaves, n from 1 to 32:

    0x01 || u8 n || depths[n - 1] || nodes[(n - 1) * 96] || leaves[n * 88]

    leaves   sorted by key
    depths   of each leaf but the last: how many first bits it shares with the next one
    nodes    of each leaf but the last: the two records below the place where it and the next one
             part, left and right, which is what that node's hash is over

A page of four levels and 16 pages below:

    0x02 || u32 single || records[30 * 48] || refs[16 * 24]

    records  of places 2 to 31, where place 1 is the page's own and 2k, 2k + 1 are below place k:
             so the two that a node's hash is over are adjacent
    refs     of the pages below places 16 to 31; zero bytes where there is no wallet
    single   bit p is set where exactly one wallet is below place p; then its record is that leaf's

So one wallet's change re-hashes its own way alone, whatever else a page holds. `seq` is in no hash;
it tells a sealer which of a wallet's entries are in the tree.
"""

import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple, NewType

from ledger.errors import RuleBroken

KEY_BITS = 256
"""How deep a tree can be."""
PAGE_MAX_LEAVES = 32
PAGE_LEVELS = 4
RECORD_BYTES = 48
NODE_BYTES = 2 * RECORD_BYTES
LEAF_BYTES = 88
REF_BYTES = 24
FIRST_SLOT = 16
"""The first of the 16 lowest places of a page of four levels."""

_LEAVES = 1
_BRANCH = 2
_RECORDS = 5
_REFS = _RECORDS + 30 * RECORD_BYTES
BRANCH_BYTES = _REFS + 16 * REF_BYTES

# Where they start in a page of four levels, by place: its record, its node, the ref below it.
# A page has neither a record of place 1 nor nodes and refs of others than their places.
RECORD_AT = tuple(_RECORDS + (place - 2) * RECORD_BYTES for place in range(2 * FIRST_SLOT))
NODE_AT = tuple(_RECORDS + (place - 1) * NODE_BYTES for place in range(FIRST_SLOT))
REF_AT = tuple(_REFS + (place - FIRST_SLOT) * REF_BYTES for place in range(2 * FIRST_SLOT))

_NO_SINGLES = bytes(_RECORDS - 1)

# As one value of 24 bytes, as it stands in a page: there are two for each wallet that changes.
Ref = NewType("Ref", bytes)
NO_REF = Ref(bytes(REF_BYTES))

_REF = struct.Struct(">16sII")


def ref_of(object_: bytes, offset: int, length: int) -> Ref:
    """Where a page stands: an object's name, 16 bytes, and which of its bytes."""
    return Ref(_REF.pack(object_, offset, length))


def read_ref(ref: Ref) -> tuple[bytes, int, int]:
    """Object, offset and length."""
    object_, offset, length = _REF.unpack(ref)
    return object_, offset, length


class Page(NamedTuple):
    """A page's bytes. record: that of its place, as the page above has it, if whoever keeps it made
    it along with these bytes; None: it has yet to be computed from them."""

    data: bytes
    record: bytes | None = None


ReadPage = Callable[[Ref], Page]
WritePage = Callable[[Page], Ref]


class LeavesPage(NamedTuple):
    """Few leaves, as 88 bytes each; nodes[i] is b"" where it has to be computed anew."""

    leaves: list[bytes]
    depths: bytearray
    nodes: list[bytes]

    @property
    def packed(self) -> bytes:
        head = bytes((_LEAVES, len(self.leaves)))
        return b"".join((head, self.depths, *self.nodes, *self.leaves))


class BranchPage:
    """Four levels. Places count from 1, that of the page itself, in the order of a heap.

    before: the page as it was read; what is put goes into `data` alone.
    """

    __slots__ = ("before", "data", "single")

    def __init__(self, data: bytes) -> None:
        self.before = data
        self.data = bytearray(data)
        self.single = int.from_bytes(data[1:_RECORDS], "big")

    def record(self, place: int) -> bytes:
        at = RECORD_AT[place]
        return self.before[at : at + RECORD_BYTES]

    def node(self, place: int) -> bytes:
        """The records of the two places below one, as they were read."""
        at = NODE_AT[place]
        return self.before[at : at + NODE_BYTES]

    def ref(self, slot: int) -> Ref:
        at = REF_AT[slot]
        return Ref(self.before[at : at + REF_BYTES])

    def put(self, slot: int, record: bytes, single: bool, ref: Ref) -> None:
        """What is below one of the lowest places from now on."""
        at = RECORD_AT[slot]
        self.data[at : at + RECORD_BYTES] = record
        if single or self.single:
            self.mark(slot, single)
        at = REF_AT[slot]
        self.data[at : at + REF_BYTES] = ref

    def mark(self, place: int, single: bool) -> None:
        if single:
            self.single |= 1 << place
        else:
            self.single &= ~(1 << place)

    @property
    def packed(self) -> bytes:
        self.data[1:_RECORDS] = self.single.to_bytes(4, "big")
        return bytes(self.data)


def empty_branch(record: bytes) -> BranchPage:
    """A page of four levels with this record in every place, and nothing below."""
    head = bytes((_BRANCH,)) + bytes(4)
    return BranchPage(head + 30 * record + 16 * NO_REF)


def has_singles(data: bytes) -> bool:
    """Whether any place in a page of four levels has one wallet alone below it."""
    return data[1:_RECORDS] != _NO_SINGLES


def is_branch(data: bytes) -> bool:
    """Which of the two forms a page has. Raises RuleBroken for any other form, and length.

    Hashes are not computed here: whoever goes down a tree compares each with the one above.
    """
    kind = data[0] if data else 0
    if kind == _BRANCH:
        if len(data) != BRANCH_BYTES:
            raise RuleBroken("page.length", BRANCH_BYTES, len(data))
        return True
    if kind != _LEAVES:
        raise RuleBroken("page.kind", (_LEAVES, _BRANCH), kind)
    count = data[1] if len(data) > 1 else 0
    if not 1 <= count <= PAGE_MAX_LEAVES:
        raise RuleBroken("page.leaves", f"1 to {PAGE_MAX_LEAVES}", count)
    length = 2 + (count - 1) * (1 + NODE_BYTES) + count * LEAF_BYTES
    if len(data) != length:
        raise RuleBroken("page.length", length, len(data))
    return False


def read_page(data: bytes) -> LeavesPage | BranchPage:
    """Takes a page apart. Raises RuleBroken for any other form."""
    return BranchPage(data) if is_branch(data) else read_leaves(data)


def read_leaves(data: bytes) -> LeavesPage:
    """Takes a page apart of which it is known that it is one of leaves."""
    nodes, leaves = starts(data[1])
    return LeavesPage(
        [data[at : at + LEAF_BYTES] for at in range(leaves, len(data), LEAF_BYTES)],
        bytearray(data[2:nodes]),
        [data[at : at + NODE_BYTES] for at in range(nodes, leaves, NODE_BYTES)],
    )


def starts(count: int) -> tuple[int, int]:
    """Where nodes and leaves start in a page of so many leaves; depths start at 2."""
    return 1 + count, 1 + count + (count - 1) * NODE_BYTES


def slot_of(key: bytes, depth: int) -> int:
    """Which of the 16 lowest places of a page at this depth a key, or a leaf, is below. Raises
    RuleBroken where a page at this depth can have none."""
    _check_depth(depth)
    byte = key[depth >> 3]
    return FIRST_SLOT + (byte & 15 if depth & 4 else byte >> 4)


def by_slot(keys: Sequence[bytes], depth: int) -> dict[int, list[bytes]]:
    """Keys, or leaves, by `slot_of`."""
    _check_depth(depth)
    groups: dict[int, list[bytes]] = {}
    at, lower = depth >> 3, depth & 4
    for key in keys:
        slot = FIRST_SLOT + (key[at] & 15 if lower else key[at] >> 4)
        if slot in groups:
            groups[slot].append(key)
        else:
            groups[slot] = [key]
    return groups


def _check_depth(depth: int) -> None:
    if depth >= KEY_BITS:
        raise RuleBroken("page.depth", f"no levels below {KEY_BITS}", depth)


class MemoryPages:
    """Pages in memory, for an auditor and for tests.

    `updated(root, leaves, pages.take, pages.write)` drops every page that it replaces, so that
    memory stays in proportion to wallets; then the old root is no longer readable, not even after
    an update that failed. With `pages.read` it is.
    """

    def __init__(self) -> None:
        self._pages: dict[Ref, Page] = {}
        self._written = 0

    def __len__(self) -> int:
        return len(self._pages)

    def read(self, ref: Ref) -> Page:
        """Raises RuleBroken for a page that is not there."""
        page = self._pages.get(ref)
        if page is None:
            raise RuleBroken("page.missing", "a page that was written and not replaced", ref.hex())
        return page

    def take(self, ref: Ref) -> Page:
        """Reads a page that is about to be replaced, and forgets it."""
        page = self.read(ref)
        del self._pages[ref]
        return page

    def write(self, page: Page) -> Ref:
        # From 1, so that no Ref is that of zero bytes.
        self._written += 1
        ref = ref_of(_MEMORY, self._written, len(page.data))
        self._pages[ref] = page
        return ref


_MEMORY = b"memory".ljust(16, b"\0")
