"""The balance tree: who is owed what, per currency, under one hash.

docs/ledger-format.md, "The balance tree", a compact sparse Merkle sum tree over 256-bit keys:

    key     H("tallystick/wallet/v1" LF || wallet id), walked from the most significant bit
    state   canonical JSON {"arrears","available","head","held","lots","pending","seq"}
    EMPTY   H(0x02), sum 0
    leaf    H(0x03 || key || u128 owed || H(state))
    node    H(0x04 || u128 sum || hash || u128 sum || hash) of its left and right half

A subtree without leaves is EMPTY, one with exactly one leaf is that leaf, at whatever depth; else
it is a node of its halves. Who has a proof needs no more than this; a tree is stored in pages
(`ledger.pages`), made by `ledger.balance_updates` and read by `ledger.balance_reads`.

    record  u128 sum || hash of a subtree, as the node above it is hashed over
"""

from hashlib import sha256
from struct import Struct
from typing import NamedTuple

import orjson

from ledger.errors import RuleBroken
from ledger.names import WalletId
from ledger.pages import KEY_BITS, Ref
from ledger.wallets import Wallet, owed

MAX_SUM = 2**128 - 1

EMPTY = sha256(b"\x02").digest()
EMPTY_RECORD = bytes(16) + EMPTY
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


class BalancePath(NamedTuple):
    """Where the way of one key through the tree ends, and what stands beside it.

    leaf: the key's own; other: the one in its place, if that is another's; neither: it is EMPTY.
    siblings: sum and hash, from the end of the way up to the root's child.
    """

    leaf: Leaf | None
    other: Leaf | None
    siblings: tuple[tuple[int, bytes], ...]


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
    return sha256(b"\x03" + key + u128(owed) + state).digest()


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
        total, record = 0, EMPTY_RECORD
    else:
        if path.leaf is None and end.key == key:
            raise RuleBroken("balance.absence", "a leaf of another key", key.hex())
        if common_bits(end.key, key) < depth:
            raise RuleBroken("balance.prefix", f"{depth} first bits of {key.hex()}", end.key.hex())
        total = end.owed
        record = u128(total) + leaf_hash(end.key, total, end.state)
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
            raise sum_overflow(total) from None
        bits >>= 1
    if record[16:] != root:
        raise RuleBroken("balance.root", root.hex(), record[16:].hex())
    if total != owed:
        raise RuleBroken("balance.owed", owed, total)


# Records and packed leaves: sums stay in the bytes that are hashed.


def packed_leaf(leaf: Leaf) -> bytes:
    """The 88 bytes of a leaf in a page. Raises RuleBroken for what does not fit in them."""
    key, amount, state, seq = leaf
    if len(key) != 32 or len(state) != 32:
        raise RuleBroken("balance.leaf", "32 bytes each", (key.hex(), state.hex()))
    try:
        return b"".join((key, amount.to_bytes(16, "big"), state, seq.to_bytes(8, "big")))
    except OverflowError:
        raise sum_overflow((amount, seq)) from None


def read_leaf(data: bytes) -> Leaf:
    """data: 88 bytes."""
    return Leaf(
        data[:32],
        int.from_bytes(data[32:48], "big"),
        data[48:80],
        int.from_bytes(data[80:], "big"),
    )


def leaf_record(data: bytes) -> bytes:
    """data: a packed leaf."""
    return data[32:48] + sha256(b"\x03" + data[:80]).digest()


def node_record(node: bytes | bytearray) -> bytes:
    """node: the records of its halves. Raises RuleBroken for a sum outside u128."""
    # All of an update's time is spent here and around here.
    hashing = _NODE.copy()
    hashing.update(node)
    left_high, left, right_high, right = _sums(node)
    total: int = (left_high + right_high << 64) + left + right
    try:
        return total.to_bytes(16, "big") + hashing.digest()
    except OverflowError:
        raise sum_overflow(total) from None


def joined(node: bytes, single: int) -> tuple[bytes, bool]:
    """The record above two, and whether it is that of a single leaf. single: the same of the left
    (bit 0) and of the right (bit 1)."""
    left, right = node[:48], node[48:]
    if right == EMPTY_RECORD and (single & 1 or left == EMPTY_RECORD):
        return left, bool(single & 1)
    if left == EMPTY_RECORD and single & 2:
        return right, True
    return node_record(node), False


def raised(record: bytes, key: bytes, depth: int, to: int) -> bytes:
    """The record of a node at `depth` that is alone below a place higher up."""
    while depth > to:
        depth -= 1
        right = key[depth >> 3] >> (7 - (depth & 7)) & 1
        record = node_record(EMPTY_RECORD + record if right else record + EMPTY_RECORD)
    return record


def compare(known: bytes, found: bytes) -> None:
    """Raises RuleBroken unless a record is the one known, from a page above or from the root."""
    if found != known:
        raise RuleBroken("page.hash", known.hex(), found.hex())


def common_bits(one: bytes, other: bytes) -> int:
    """How many first bits two keys, or leaves, share."""
    differ = _number(one[:32], "big") ^ _number(other[:32], "big")
    return KEY_BITS - differ.bit_length()


def u128(amount: int) -> bytes:
    """Raises RuleBroken for a sum outside it."""
    if not 0 <= amount <= MAX_SUM:
        raise sum_overflow(amount)
    return amount.to_bytes(16, "big")


def sum_overflow(amount: object) -> RuleBroken:
    """What to raise for a sum outside u128."""
    return RuleBroken("balance.sum", "from 0 to 2^128 - 1", amount)
