"""Vectors of the tree over the wallets: leaves, roots, sums, and the way to a key."""

from collections.abc import Sequence
from hashlib import sha256

from tests.naive.forms import canon
from tests.naive.trees import EMPTY, Leaf, leaf_sum, sum_path, sum_root, wallet_key, wallet_leaf
from tests.naive.wallets import state
from tests.vectors.forms import Body, b64, base32_id
from tests.vectors.log.sealed import sealed_log
from tests.vectors.parties import WALLETS


def some_wallets(count: int, start: int = 0) -> list[Leaf]:
    return [
        wallet_leaf(base32_id(sha256(str(number).encode()).digest()[:16]), some_state(number))
        for number in range(start, start + count)
    ]


def some_state(number: int) -> Body:
    return {
        "available": 10 * number,
        "held": number % 3,
        "pending": 0,
        "arrears": 0,
        "head": b64(sha256(b"head %d" % number).digest()),
        "seq": number + 1,
        "lots": [["never", "brewco", 10 * number]] if number else [],
    }


def raw(key: str, owed: int) -> Leaf:
    """A leaf of any key, for what the hash of no wallet's id will ever show."""
    return Leaf(bytes.fromhex(key.ljust(64, "0")), owed, sha256(key.encode()).digest())


def balance_tree_cases() -> Body:
    last = "0" * 63
    trees = {
        "no wallet": [],
        "one wallet": some_wallets(1, 5),
        "one wallet with nothing": some_wallets(1),
        "two wallets": some_wallets(2, 1),
        "three wallets": some_wallets(3, 1),
        "ten wallets": some_wallets(10),
        "a thousand wallets": some_wallets(1000),
        "keys that part at the first bit": [raw("00", 1), raw("80", 2)],
        "keys that part at the second bit": [raw("00", 1), raw("40", 2)],
        "keys that part at the last bit": [raw(last + "0", 1), raw(last + "1", 2)],
        "two that part at the last bit, and a third": [
            raw(last + "0", 1), raw(last + "1", 2), raw("80", 3),
        ],
        "one at each depth of 16": [raw("0001", 0)] + [
            raw(f"{1 << bits:04x}", bits) for bits in range(1, 16)
        ],
        "pairs that share 24 bits": [
            raw(f"{n:06x}{low}", n + 1) for n in (0, 1, 2**23, 2**24 - 1) for low in ("7f", "80")
        ],
        "sums beyond 2^53": [raw("00", 2**53 - 1), raw("40", 2**53 - 1), raw("80", 2**60)],
        "the greatest sum": [raw("00", 2**128 - 2), raw("80", 1)],
    }  # fmt: skip
    return {
        "empty": b64(EMPTY[1]),
        "wallet_keys": [
            {"wallet": wallet, "key": wallet_key(wallet).hex()} for wallet in WALLETS.values()
        ],
        "states": [
            {
                "wallet": wallet,
                "state": canon(state(row)).decode(),
                "owed": str(wallet_leaf(wallet, state(row)).owed),
                "state_hash": b64(wallet_leaf(wallet, state(row)).state),
                "leaf_hash": b64(leaf_sum(wallet_leaf(wallet, state(row)))[1]),
            }
            for wallet, row in sorted(sealed_log().ledger.wallets.items())
        ],
        "trees": [tree_case(name, leaves) for name, leaves in trees.items()],
        "refused": [
            {
                "name": "a sum of 2^128",
                "leaves": leaf_rows([raw("00", 2**128 - 1), raw("80", 1)]),
                "rule": "balance.sum",
            }
        ],
    }


def leaf_rows(leaves: Sequence[Leaf]) -> list[Body]:
    return [
        {"key": leaf.key.hex(), "owed": str(leaf.owed), "state_hash": b64(leaf.state)}
        for leaf in leaves
    ]


def tree_case(name: str, leaves: Sequence[Leaf]) -> Body:
    """A tree and, of some keys in it and not in it, the way to them."""
    owed, hash_ = sum_root(leaves)
    keys = [leaf.key for leaf in leaves[:3]]
    keys += [wallet_key(WALLETS["alice"]), bytes(32), b"\xff" * 32]
    rows: Body = {"leaves": leaf_rows(leaves)}
    if len(leaves) > 100:
        rows = {"wallets": len(leaves)}
    ways = []
    for key in dict.fromkeys(keys):
        path, end = sum_path(leaves, key)
        way: Body = {"key": key.hex(), "path": [[str(total), b64(each)] for total, each in path]}
        ways.append(way | ({"ends_in": end.key.hex()} if end else {}))
    return {"name": name, **rows, "root": b64(hash_), "owed": str(owed), "ways": ways}
