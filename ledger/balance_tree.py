"""The balance tree: who is owed what, per currency, under one hash.

docs/ledger-format.md, "The balance tree", a compact sparse Merkle sum tree over 256-bit keys:

    key     H("tallystick/wallet/v1" LF || wallet id), walked from the most significant bit
    state   canonical JSON {"arrears","available","head","held","lots","pending","seq"}
    EMPTY   H(0x02), sum 0
    leaf    H(0x03 || key || u128 owed || H(state))
    node    H(0x04 || u128 sum || hash || u128 sum || hash) of its left and right half

A subtree without leaves is EMPTY, one with exactly one leaf is that leaf, at whatever depth; else
it is a node of its halves. How it is stored is in `ledger.pages`.

Pages are not believed because they are there. `path` compares every hash on its way with the one
above it. `updated` compares the record of each page that it reads; where pages come from outside,
read them through `checked`, which compares all hashes within: so nobody signs what a damaged page
says.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from hashlib import sha256
from itertools import pairwise
from struct import Struct
from typing import NamedTuple

import orjson

from ledger.errors import RuleBroken
from ledger.names import WalletId
from ledger.pages import (
    FIRST_SLOT,
    LEAF_BYTES,
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
    empty_branch,
    has_singles,
    is_branch,
    read_leaves,
    read_page,
    starts,
)
from ledger.wallets import Wallet, owed

KEY_BITS = 256
MAX_SUM = 2**128 - 1

EMPTY = sha256(b"\x02").digest()
_EMPTY_RECORD = bytes(16) + EMPTY
# A copy of what has taken in the prefix is quicker than a new one that takes in both.
_NODE = sha256(b"\x04")
_number = int.from_bytes
# Of a node's two records: each sum, as its upper and its lower half.
_sums = Struct(">QQ32xQQ32x").unpack


class Leaf(NamedTuple):
    """A wallet in the tree. state: H of its canonical JSON; seq: in no hash, so nobody else's word
    for what it is may be taken."""

    key: bytes
    owed: int
    state: bytes
    seq: int = 0


class Root(NamedTuple):
    """A whole tree: what a block states of it, and where its top page stands."""

    hash: bytes
    owed: int
    page: Ref | None


EMPTY_ROOT = Root(EMPTY, 0, None)

Sibling = tuple[int, bytes]


class BalancePath(NamedTuple):
    """Where the way of one key through the tree ends, and what stands beside it.

    leaf: the key's own; other: the one in its place, if that is another's; neither: it is EMPTY.
    siblings: sum and hash, from the end of the way up to the root's child.
    """

    leaf: Leaf | None
    other: Leaf | None
    siblings: tuple[Sibling, ...]


def wallet_key(wallet: WalletId) -> bytes:
    """A wallet's place in the tree of its currency."""
    return sha256(b"tallystick/wallet/v1\n" + wallet.encode()).digest()


def wallet_state(wallet: Wallet) -> bytes:
    """The canonical JSON of what a leaf stands for."""
    available, held, pending, arrears = wallet.balances
    return orjson.dumps(
        {
            "arrears": arrears,
            "available": available,
            "head": wallet.head,
            "held": held,
            "lots": [tuple(lot) for lot in wallet.lots],
            "pending": pending,
            "seq": wallet.seq,
        }
    )


def leaf_of(wallet: Wallet) -> Leaf:
    """A wallet's leaf, as of its newest entry."""
    state = sha256(wallet_state(wallet)).digest()
    return Leaf(wallet_key(wallet.id), owed(wallet.balances), state, wallet.seq)


def leaf_hash(key: bytes, owed: int, state: bytes) -> bytes:
    """state: H of the state's bytes. Raises RuleBroken for a sum outside u128."""
    return sha256(b"\x03" + key + _u128(owed) + state).digest()


def node_hash(left: Sibling, right: Sibling) -> bytes:
    """Raises RuleBroken for a sum outside u128, that of both included."""
    _u128(left[0] + right[0])
    return sha256(b"\x04" + _u128(left[0]) + left[1] + _u128(right[0]) + right[1]).digest()


def check_path(key: bytes, path: BalancePath, root: bytes, owed: int) -> None:
    """Raises RuleBroken unless the path leads from its end to this root with this sum.

    So it shows that `path.leaf` is the key's leaf in that tree; without one, that the key has none.
    """
    depth = len(path.siblings)
    if depth > KEY_BITS:
        raise RuleBroken("balance.depth", f"at most {KEY_BITS} siblings", depth)
    end = path.leaf or path.other
    if path.leaf is not None and (path.leaf.key != key or path.other is not None):
        raise RuleBroken("balance.leaf", key.hex(), path.leaf.key.hex())
    if end is None:
        total, record = 0, _EMPTY_RECORD
    else:
        if path.leaf is None and end.key == key:
            raise RuleBroken("balance.absence", "a leaf of another key", key.hex())
        if _common(end.key, key) < depth:
            raise RuleBroken("balance.prefix", f"{depth} first bits of {key.hex()}", end.key.hex())
        total = end.owed
        record = _u128(total) + leaf_hash(end.key, total, end.state)
    if path.siblings and path.siblings[0][1] == EMPTY:
        # Else one leaf could be shown at two depths, and one tree would have several roots.
        raise RuleBroken("balance.sibling", "first a subtree with leaves", "EMPTY")
    bits = int.from_bytes(key, "big") >> (KEY_BITS - depth)
    for amount, hash_ in path.siblings:
        if hash_ == EMPTY and amount:
            raise RuleBroken("balance.empty", "sum 0", amount)
        total += amount
        try:
            sibling = amount.to_bytes(16, "big") + hash_
            hashing = _NODE.copy()
            hashing.update(sibling + record if bits & 1 else record + sibling)
            record = total.to_bytes(16, "big") + hashing.digest()
        except OverflowError:
            raise _overflow(total) from None
        bits >>= 1
    if record[16:] != root:
        raise RuleBroken("balance.root", root.hex(), record[16:].hex())
    if total != owed:
        raise RuleBroken("balance.owed", owed, total)


def updated(root: Root, leaves: Sequence[Leaf], read: ReadPage, write: WritePage) -> Root:
    """The tree with these leaves, new ones and changed ones; of several of one key the last counts.

    Each page on their way is read once, and replaced: pages below are written before those above.
    Raises RuleBroken for a page that is not what the root says, and for a sum outside u128.
    """
    if not leaves:
        return root
    packed = {leaf.key: _packed(leaf) for leaf in leaves}
    ref = root.page or NO_REF
    known = _u128(root.owed) + root.hash
    record, _, ref = _Update(read, write).put(ref, 0, known, sorted(packed.values()))
    return Root(record[16:], _number(record[:16], "big"), ref)


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
        _Bunch(again, page.leaves).record(0, len(page.leaves), KEY_BITS)
        if again != page:
            raise RuleBroken("page.nodes", "what follows from its leaves", "others")
        return
    for place in range(1, FIRST_SLOT):
        single = page.single >> (2 * place)
        record, alone = _joined(page.node(place), single)
        if place > 1:
            _compare(page.record(place), record)
            if alone != bool(page.single >> place & 1):
                raise RuleBroken("page.single", alone, not alone)
    if page.single & 3:
        raise RuleBroken("page.single", "places from 2 on", page.single)
    for slot in range(FIRST_SLOT, 2 * FIRST_SLOT):
        if (page.ref(slot) == NO_REF) != (page.record(slot) == _EMPTY_RECORD):
            raise RuleBroken("page.slot", "a page, or nothing below", slot)


def found(root: Root, key: bytes, read: ReadPage) -> Leaf | None:
    """A key's leaf as the pages have it; hashes are not compared."""
    return found_all(root, [key], read).get(key)


def found_all(root: Root, keys: Collection[bytes], read: ReadPage) -> dict[bytes, Leaf]:
    """The leaves of those keys that have one, as the pages have them; hashes are not compared."""
    result: dict[bytes, Leaf] = {}
    if root.page is not None and keys:
        _find(root.page, 0, list(keys), read, result)
    return result


def path(root: Root, key: bytes, read: ReadPage) -> BalancePath:
    """The way of a key through the tree. Raises RuleBroken for a page that does not fit."""
    siblings: list[bytes] = []
    known, depth, ref = _u128(root.owed) + root.hash, 0, root.page
    end = b""
    while ref is not None:
        page = read_page(read(ref).data)
        if isinstance(page, LeavesPage):
            end = _way_among_leaves(page, depth, known, key, siblings)
            break
        if depth >= KEY_BITS:
            raise RuleBroken("page.depth", f"no levels below {KEY_BITS}", depth)
        ref, known = _way_down(page, depth, known, key, siblings)
        depth += PAGE_LEVELS
    else:
        if known != _EMPTY_RECORD:
            raise RuleBroken("page.missing", known.hex(), "no page")
    leaf = _unpacked(end) if end else None
    own = leaf is not None and leaf.key == key
    sums = tuple((int.from_bytes(row[:16], "big"), row[16:]) for row in reversed(siblings))
    return BalancePath(leaf if own else None, None if own else leaf, sums)


# Records and packed leaves: sums stay in the bytes that are hashed.


def _packed(leaf: Leaf) -> bytes:
    key, amount, state, seq = leaf
    if len(key) != 32 or len(state) != 32:
        raise RuleBroken("balance.leaf", "32 bytes each", (key.hex(), state.hex()))
    try:
        return b"".join((key, amount.to_bytes(16, "big"), state, seq.to_bytes(8, "big")))
    except OverflowError:
        raise _overflow((amount, seq)) from None


def _unpacked(data: bytes) -> Leaf:
    return Leaf(
        data[:32],
        int.from_bytes(data[32:48], "big"),
        data[48:80],
        int.from_bytes(data[80:], "big"),
    )


def _leaf_record(data: bytes) -> bytes:
    return data[32:48] + sha256(b"\x03" + data[:80]).digest()


def _node_record(node: bytes | bytearray) -> bytes:
    # All of an update's time is spent here and around here.
    hashing = _NODE.copy()
    hashing.update(node)
    left_high, left, right_high, right = _sums(node)
    total: int = (left_high + right_high << 64) + left + right
    try:
        return total.to_bytes(16, "big") + hashing.digest()
    except OverflowError:
        raise _overflow(total) from None


def _raised(record: bytes, key: bytes, depth: int, to: int) -> bytes:
    """The record of a node at `depth` that is alone below a place higher up."""
    while depth > to:
        depth -= 1
        right = key[depth >> 3] >> (7 - (depth & 7)) & 1
        record = _node_record(_EMPTY_RECORD + record if right else record + _EMPTY_RECORD)
    return record


def _common(one: bytes, other: bytes) -> int:
    """How many first bits two keys, or leaves, share."""
    differ = _number(one[:32], "big") ^ _number(other[:32], "big")
    return KEY_BITS - differ.bit_length()


def _shared(one: bytes, other: bytes) -> int:
    """As `_common`, of a leaf and the next one."""
    if one[:32] >= other[:32]:
        raise RuleBroken("page.order", f"after {one[:32].hex()}", other[:32].hex())
    return _common(one, other)


def _u128(amount: int) -> bytes:
    if not 0 <= amount <= MAX_SUM:
        raise _overflow(amount)
    return amount.to_bytes(16, "big")


def _overflow(amount: object) -> RuleBroken:
    return RuleBroken("balance.sum", "from 0 to 2^128 - 1", amount)


def _slot(key: bytes, depth: int) -> int:
    """Which of the 16 lowest places of a page at this depth a key, or a leaf, is below."""
    byte = key[depth >> 3]
    return FIRST_SLOT + (byte & 15 if depth & 4 else byte >> 4)


def _by_slot(keys: Sequence[bytes], depth: int) -> dict[int, list[bytes]]:
    if depth >= KEY_BITS:
        raise RuleBroken("page.depth", f"no levels below {KEY_BITS}", depth)
    groups: dict[int, list[bytes]] = {}
    at, lower = depth >> 3, depth & 4
    for key in keys:
        slot = FIRST_SLOT + (key[at] & 15 if lower else key[at] >> 4)
        if slot in groups:
            groups[slot].append(key)
        else:
            groups[slot] = [key]
    return groups


def _compare(known: bytes, found: bytes) -> None:
    """known: as a page above has it, or the root."""
    if found != known:
        raise RuleBroken("page.hash", known.hex(), found.hex())


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
            if known != _EMPTY_RECORD:
                raise RuleBroken("page.missing", known.hex(), "no page")
            return self._bunch(LeavesPage([], bytearray(), []), depth, leaves)
        data, record = self._read(ref)
        if is_branch(data):
            # It has more leaves than one: it is a node.
            _compare(known, record or _node_record(BranchPage(data).node(1)))
            if len(leaves) == 1:
                return self._way(data, depth, leaves[0])
            return self._branch(BranchPage(data), depth, leaves)
        _compare(known, record or _top(data, depth))
        changed = _one_changed(data, depth, leaves[0]) if len(leaves) == 1 else None
        if changed:
            return self._written(changed[1], changed[0], data[1] == 1)
        return self._bunch(read_leaves(data), depth, leaves)

    def _written(self, data: bytes, record: bytes, single: bool) -> _Made:
        return record, single, self._write(Page(data, record))

    def _bunch(self, page: LeavesPage, depth: int, leaves: list[bytes]) -> _Made:
        bunch = _Bunch(page, leaves)
        if len(page.leaves) > PAGE_MAX_LEAVES:
            return self._branch(empty_branch(_EMPTY_RECORD), depth, page.leaves)
        record = bunch.record(0, len(page.leaves), depth)
        return self._written(page.packed, record, len(page.leaves) == 1)

    def _branch(self, page: BranchPage, depth: int, leaves: list[bytes]) -> _Made:
        groups = _by_slot(leaves, depth)
        for slot, group in groups.items():
            made = self.put(page.ref(slot), depth + PAGE_LEVELS, page.record(slot), group)
            page.put(slot, *made)
        record, single = _rehashed(page, groups)
        return self._written(page.packed, record, single)

    def _way(self, data: bytes, depth: int, leaf: bytes) -> _Made:
        """As `_branch`, for one leaf, which is the usual case where wallets are many."""
        place = _slot(leaf, depth)
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
            record = _node_record(after[at : at + NODE_BYTES])
        return self._written(bytes(after), record, False)


def _top(data: bytes, depth: int) -> bytes:
    """The record of a page of leaves at a depth."""
    nodes, leaves = starts(data[1])
    first = data[leaves : leaves + LEAF_BYTES]
    depths = data[2:nodes]
    if not depths:
        return _leaf_record(first)
    shared = min(depths)
    at = nodes + NODE_BYTES * depths.index(shared)
    return _raised(_node_record(data[at : at + NODE_BYTES]), first, shared, depth)


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
                record, single = _joined(bytes(node), page.single >> (2 * place))
                page.mark(place, single)
            else:
                record = _node_record(node)
            if place > 1:
                at = RECORD_AT[place]
                data[at : at + RECORD_BYTES] = record
    return record, single


def _joined(node: bytes, single: int) -> tuple[bytes, bool]:
    """The record above two, and whether it is that of a single leaf. single: the same of the left
    (bit 0) and of the right (bit 1)."""
    left, right = node[:48], node[48:]
    if right == _EMPTY_RECORD and (single & 1 or left == _EMPTY_RECORD):
        return left, bool(single & 1)
    if left == _EMPTY_RECORD and single & 2:
        return right, True
    return _node_record(node), False


def _one_changed(data: bytes, depth: int, leaf: bytes) -> tuple[bytes, bytes] | None:
    """A page of leaves of which one changes, and its record; None: it is not among them.

    From the leaf up: one way of hashes is all that changes.
    """
    count = data[1]
    nodes, leaves = starts(count)
    key = leaf[:32]
    low = _leaf_index(data, leaves, key)
    at = leaves + LEAF_BYTES * low
    if data[at : at + 32] != key:
        return None
    page = bytearray(data)
    page[at : at + LEAF_BYTES] = leaf
    record = _leaf_record(leaf)
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
            record = _raised(record, key, shared, parting + 1)
        page[mine : mine + RECORD_BYTES] = record
        record = _node_record(page[at : at + NODE_BYTES])
        shared = parting
    if shared > depth:
        record = _raised(record, key, shared, depth)
    return record, bytes(page)


def _leaf_index(data: bytes, leaves: int, key: bytes) -> int:
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


class _Bunch:
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
        before = _common(leaves[at - 1], change) if at else -1
        after = _common(change, leaves[at]) if at < len(leaves) else -1
        leaves.insert(at, change)
        self._dirty.insert(at, 1)
        # The node that parted its neighbours still does: it is where the leaf shares less.
        new, depth = (at - 1, before) if before > after else (at, after)
        self._depths.insert(new, depth)
        self._nodes.insert(new, b"")

    def record(self, low: int, high: int, depth: int) -> bytes:
        """The record of the leaves from low to high at a depth; hashes what lies on the way."""
        if high - low == 1:
            return _leaf_record(self._leaves[low])
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
        return _raised(_node_record(node), self._leaves[low], shared, depth)


def _find(
    ref: Ref, depth: int, keys: Sequence[bytes], read: ReadPage, result: dict[bytes, Leaf]
) -> None:
    if ref == NO_REF:
        return
    data = read(ref).data
    if is_branch(data):
        page = BranchPage(data)
        for slot, group in _by_slot(keys, depth).items():
            _find(page.ref(slot), depth + PAGE_LEVELS, group, read, result)
        return
    _, leaves = starts(data[1])
    for key in keys:
        at = leaves + LEAF_BYTES * _leaf_index(data, leaves, key)
        if data[at : at + 32] == key:
            result[key] = _unpacked(data[at : at + LEAF_BYTES])


def _way_down(
    page: BranchPage, depth: int, known: bytes, key: bytes, siblings: list[bytes]
) -> tuple[Ref | None, bytes]:
    """Goes through a page of four levels: the page below, and its record."""
    slot = _slot(key, depth)
    for level in range(PAGE_LEVELS):
        place = slot >> (PAGE_LEVELS - level)
        record, single = _joined(page.node(place), page.single >> (2 * place))
        _compare(known, record)
        if single or known == _EMPTY_RECORD:
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
        place = 2 * place + (page.record(2 * place) == _EMPTY_RECORD)
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
        record = _raised(_node_record(node), first, shared, depth)
        _compare(known, record)
        common = _common(first[:32], key)
        if common < shared:
            siblings += [_EMPTY_RECORD] * (common - depth)
            siblings.append(_raised(_node_record(node), first, shared, common + 1))
            return b""
        siblings += [_EMPTY_RECORD] * (shared - depth)
        if key[shared >> 3] >> (7 - (shared & 7)) & 1:
            low, known = parting + 1, node[48:]
            siblings.append(node[:48])
        else:
            high, known = parting + 1, node[:48]
            siblings.append(node[48:])
        depth = shared + 1
    record = _leaf_record(page.leaves[low])
    _compare(known, record)
    return page.leaves[low]
