"""The Merkle tree of the log: RFC 6962 section 2.1, as RFC 9162 section 2.1 states it.

    leaf   H(0x00 || entry)
    node   H(0x01 || left || right)
    tree   of n > 1 leaves: the node of the tree over the first k and that over the rest, k the
           largest power of two below n; of one leaf that leaf; of none H()

Hashes are 32 raw bytes of SHA-256. A tree is read through a `HashReader`, which knows the roots of
full subtrees only: (level, index) is the one over the leaves from index * 2**level on, 2**level of
them. Everything else follows from those.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from ledger.errors import RuleBroken

HashReader = Callable[[int, int], bytes]
"""The root of the full subtree of 2**level leaves with this index among those of its level."""

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    if not leaf_hashes:
        return EMPTY_ROOT
    level = leaf_hashes
    while len(level) > 1:
        # A last one without a partner is the root of its part of the tree: it goes up as it is.
        alone = level[-1:] if len(level) % 2 else ()
        hashes = iter(level)
        pairs = zip(hashes, hashes, strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level.extend(alone)
    return level[0]


def root_at(size: int, read: HashReader) -> bytes:
    """The root of the tree over the first `size` leaves."""
    return _root_between(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """The hashes beside the path from a leaf to the root, leaf's sibling first (RFC 9162 2.1.3.1).

    Raises RuleBroken unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise RuleBroken("log.inclusion", f"an index below {size}", index)
    beside = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            beside.append(_root_between(middle, end, read))
            end = middle
        else:
            beside.append(_root_between(begin, middle, read))
            begin = middle
    return beside[::-1]


def consistency_proof(old: int, new: int, read: HashReader) -> list[bytes]:
    """What shows that the tree of `new` leaves begins with that of `old` (RFC 9162 2.1.4.1).

    Empty where there is nothing to show: old is 0, or both are the same.
    Raises RuleBroken unless 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise RuleBroken("log.consistency", f"a size of {new} at most", old)
    if old in (0, new):
        return []
    proof = []
    begin, end = 0, new
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            proof.append(_root_between(middle, end, read))
            end = middle
        else:
            proof.append(_root_between(begin, middle, read))
            begin = middle
    # Where old is a full subtree from the first leaf on, the verifier has its root already.
    if begin:
        proof.append(_root_between(begin, end, read))
    return proof[::-1]


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raises RuleBroken("log.inclusion") unless a leaf of this hash stands at the index.

    leaf: the leaf hash, which whoever verifies computes from the entry, never takes from a proof.
    """
    rule = "log.inclusion"
    if not 0 <= index < size:
        raise RuleBroken(rule, f"an index from 0, below {size}", index)
    _check_hashes(rule, (leaf, root, *proof))
    # Below the level at which the paths of this leaf and the last one meet, every node has a
    # sibling, on the side that a bit of the index says. Above, only full subtrees stand on the
    # left. (RFC 9162 section 2.1.3.2 finds the same level by level.)
    inner = (index ^ size - 1).bit_length()
    _check_length(rule, proof, inner + (index >> inner).bit_count())
    found = _folded(leaf, index, proof[:inner])
    for left in proof[inner:]:
        found = node_hash(left, found)
    _check_same(rule, root, found)


def check_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises RuleBroken("log.consistency") unless the new tree begins with the old one."""
    rule = "log.consistency"
    if not 0 <= old_size <= new_size:
        raise RuleBroken(rule, f"a size from 0 to {new_size}", old_size)
    _check_hashes(rule, (old_root, new_root, *proof))
    if old_size in (0, new_size):
        # The empty tree begins every other, and a tree begins itself.
        _check_length(rule, proof, 0)
        if not old_size:
            _check_same(rule, EMPTY_ROOT, old_root)
        if old_size == new_size:
            _check_same(rule, old_root, new_root)
        return
    # A path from the largest full subtree that ends where the old tree does: at height `full`, its
    # index is the one whose bits `at` are. The old tree has nothing to the right of it.
    full = (old_size & -old_size).bit_length() - 1
    at = old_size - 1 >> full
    inner = (at ^ new_size - 1 >> full).bit_length()
    # Where that subtree is the whole old tree, its root is known and not in the proof.
    first = 1 if at else 0
    _check_length(rule, proof, first + inner + (at >> inner).bit_count())
    start = proof[0] if at else old_root
    beside, above = proof[first : first + inner], proof[first + inner :]
    old, new = start, _folded(start, at, beside)
    for height, left in enumerate(beside):
        if at >> height & 1:
            old = node_hash(left, old)
    for left in above:
        old, new = node_hash(left, old), node_hash(left, new)
    _check_same(rule, old_root, old)
    _check_same(rule, new_root, new)


def _folded(start: bytes, index: int, beside: Sequence[bytes]) -> bytes:
    """The root of the full subtree over a node: bits of its index say on which side it stands."""
    found = start
    for height, sibling in enumerate(beside):
        pair = sibling + found if index >> height & 1 else found + sibling
        found = sha256(b"\x01" + pair).digest()
    return found


def _split(count: int) -> int:
    """The largest power of two below a count, which is above 1."""
    return 1 << (count - 1).bit_length() - 1


def _root_between(begin: int, end: int, read: HashReader) -> bytes:
    """The root over the leaves from begin to end, a subtree that the tree's own splits lead to."""
    right, *rest = reversed(list(_full_subtrees(begin, end)))
    root = read(*right)
    for level, index in rest:
        root = node_hash(read(level, index), root)
    return root


def _full_subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The full subtrees that leaves from begin to end consist of, the largest first."""
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield level, begin >> level
        begin += 1 << level


def _check_hashes(rule: str, hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_BYTES:
            raise RuleBroken(rule, f"hashes of {HASH_BYTES} bytes", len(value))


def _check_length(rule: str, proof: Sequence[bytes], length: int) -> None:
    if len(proof) != length:
        raise RuleBroken(rule, f"{length} hashes", f"{len(proof)} hashes")


def _check_same(rule: str, expected: bytes, found: bytes) -> None:
    if found != expected:
        raise RuleBroken(rule, expected.hex(), found.hex())
