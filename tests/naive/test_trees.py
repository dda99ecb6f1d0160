"""The naive verifier's trees, by the definitions of RFC 6962, tlog-tiles and the format."""

import pytest

from tests.naive.forms import WrongError
from tests.naive.trees import (
    EMPTY,
    Leaf,
    consistency,
    inclusion,
    leaf_hash,
    leaf_sum,
    node_sum,
    root,
    root_by_inclusion,
    sum_path,
    sum_root,
    tile_at,
    tiles_of,
)


def test_an_inclusion_leads_to_the_root_for_every_leaf_of_every_small_tree() -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(20)]
    for size in range(1, 20):
        for index in range(size):
            path = inclusion(index, leaves[:size])
            found = root_by_inclusion(leaves[index], index, size, path)
            assert found == root(leaves[:size])


def test_a_consistency_proof_of_the_same_size_is_empty() -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(7)]
    assert consistency(7, leaves) == []
    # RFC 6962, section 2.1.3: the tree of 7 leaves and that of 3, of 4 and of 6
    a, b, c, d, e, f, g = leaves
    ab, cd, ef = root([a, b]), root([c, d]), root([e, f])
    assert consistency(3, leaves) == [c, d, ab, root([e, f, g])]
    assert consistency(4, leaves) == [root([e, f, g])]
    assert consistency(6, leaves) == [ef, g, root([a, b, c, d])]
    assert cd == root([c, d])


def test_tiles_have_the_paths_and_widths_of_the_specification() -> None:
    """The tree of 70,000 leaves that tlog-tiles describes."""
    tiles = tiles_of(70_000)
    assert len([tile for tile in tiles if tile.level == 0 and tile.width == 256]) == 273
    paths = {tile.path for tile in tiles}
    assert {"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"} <= paths
    assert tile_at("tile/5/x001/x234/067").index == 1_234_067
    assert tile_at("tile/entries/x001/234.p/9").path == "tile/entries/x001/234.p/9"
    for path in ("tile/00/000", "tile/0/0", "tile/0/x000/001", "tile/0/000.p/0", "tile/64/000"):
        with pytest.raises(WrongError):
            tile_at(path)


def test_a_sum_tree_of_two_wallets_that_part_late_has_empty_siblings() -> None:
    one, two = Leaf(bytes(32), 5, bytes(32)), Leaf(bytes(31) + b"\x01", 7, bytes(32))
    expected = node_sum(leaf_sum(one), leaf_sum(two))
    for _ in range(255):
        expected = node_sum(expected, EMPTY)
    assert sum_root([two, one]) == expected
    path, end = sum_path([one, two], one.key)
    assert end == one
    assert len(path) == 256
    assert path[0] == leaf_sum(two)
    assert sum_root([]) == EMPTY
    assert sum_root([one]) == leaf_sum(one)
