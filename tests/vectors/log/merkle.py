"""Vectors of the Merkle tree: roots, inclusion, consistency, and proofs that are refused."""

from collections.abc import Sequence

from tests.naive.trees import consistency, inclusion, leaf_hash, root
from tests.vectors.forms import Body, b64


def some_entries(size: int) -> list[bytes]:
    """Entry i of a tree that is only there for its shape is the decimal number i."""
    return [str(index).encode() for index in range(size)]


def merkle_cases() -> Body:
    leaves = [leaf_hash(entry) for entry in some_entries(65_537)]
    sizes = [*range(18), 31, 32, 33, 255, 256, 257, 511, 512, 513, 1000]
    places = [
        (1, 0),
        (2, 0),
        (2, 1),
        (3, 2),
        (7, 0),
        (7, 3),
        (7, 6),
        (8, 5),
        (257, 256),
        (1000, 999),
    ]
    growth = [
        (1, 2),
        (1, 7),
        (2, 7),
        (3, 7),
        (4, 7),
        (6, 7),
        (7, 7),
        (4, 8),
        (255, 256),
        (256, 1000),
    ]
    return {
        "leaf_hashes": [b64(leaf) for leaf in leaves[:3]],
        "roots": [{"size": size, "root": b64(root(leaves[:size]))} for size in sizes],
        "inclusion": [
            {
                "size": size,
                "index": index,
                "hashes": [b64(each) for each in inclusion(index, leaves[:size])],
            }
            for size, index in places
        ],
        "inclusion_refused": refused_inclusion(leaves[:7]),
        "consistency": [
            {"old": old, "size": size, "hashes": [b64(x) for x in consistency(old, leaves[:size])]}
            for old, size in growth
        ],
        "consistency_refused": refused_consistency(leaves[:7]),
    }


def refused_inclusion(leaves: Sequence[bytes]) -> list[Body]:
    path = inclusion(3, leaves)
    whole = root(leaves)
    node = root(leaves[:2])
    rows: list[tuple[str, bytes, int, int, Sequence[bytes], bytes]] = [
        ("a hash too few", leaves[3], 3, 7, path[:-1], whole),
        ("a hash too many", leaves[3], 3, 7, [*path, path[-1]], whole),
        ("another index", leaves[3], 2, 7, path, whole),
        ("another leaf", leaves[2], 3, 7, path, whole),
        ("another size", leaves[6], 6, 8, inclusion(6, leaves), whole),
        ("an index that is the size", leaves[6], 7, 7, inclusion(6, leaves), whole),
        ("an index below 0", leaves[3], -1, 7, path, whole),
        ("hashes in another order", leaves[3], 3, 7, path[::-1], whole),
        ("a node offered as a leaf", node, 0, 4, [path[1]], root(leaves[:4])),
        ("a tree without entries", leaves[0], 0, 0, [], root([])),
        ("another root", leaves[3], 3, 7, path, leaves[0]),
        ("a hash of 31 bytes", leaves[3], 3, 7, [path[0][:31], *path[1:]], whole),
    ]
    return [
        {
            "name": name,
            "leaf_hash": b64(leaf),
            "index": index,
            "size": size,
            "hashes": [b64(each) for each in hashes],
            "root": b64(root_),
            "rule": "log.inclusion",
        }
        for name, leaf, index, size, hashes, root_ in rows
    ]


def refused_consistency(leaves: Sequence[bytes]) -> list[Body]:
    path = consistency(3, leaves)
    old, new = root(leaves[:3]), root(leaves)
    rows: list[tuple[str, int, bytes, int, bytes, Sequence[bytes]]] = [
        ("a hash too few", 3, old, 7, new, path[:-1]),
        ("a hash too many", 3, old, 7, new, [*path, path[-1]]),
        ("another old root", 3, leaves[0], 7, new, path),
        ("another new root", 3, old, 7, leaves[0], path),
        ("another old size", 2, old, 7, new, path),
        ("a tree that became smaller", 7, new, 3, old, path),
        ("two trees of one size", 7, new, 7, leaves[0], []),
        ("hashes where none are needed", 7, new, 7, new, path),
        ("hashes after nothing", 0, root([]), 7, new, path),
    ]
    return [
        {
            "name": name,
            "old_size": old_size,
            "old_root": b64(old_root),
            "size": size,
            "root": b64(new_root),
            "hashes": [b64(each) for each in hashes],
            "rule": "log.consistency",
        }
        for name, old_size, old_root, size, new_root, hashes in rows
    ]
