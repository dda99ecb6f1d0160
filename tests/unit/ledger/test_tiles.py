"""The log as files, c2sp.org/tlog-tiles: their paths, their content, and trees that grow."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.errors import RuleBroken
from ledger.tiles import (
    ENTRIES,
    GrowingTree,
    Tile,
    TileReader,
    new_tiles,
    pack_entries,
    parse_path,
    tiles_of,
    unpack_entries,
)
from ledger.tree import (
    EMPTY_ROOT,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
    root_of,
)
from tests.unit.ledger.strategies import QUICK, broken_by, rule_of

COUNT = 1200
LOG = [b"entry %d" % number for number in range(COUNT)]
LEAVES = [leaf_hash(entry) for entry in LOG]
TILES = st.builds(
    Tile,
    st.integers(ENTRIES, 63),
    st.integers(0, 2**63 // 256 - 1) | st.integers(0, 2000),
    st.integers(1, 256),
)


def log_of(size: int) -> dict[Tile, bytes]:
    """Every file of the log at this size."""
    tree = GrowingTree()
    tree.append([b"entry %d" % number for number in range(size)])
    return tree.take_tiles()


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0, 256), "tile/0/000"),
        (Tile(0, 1067, 3), "tile/0/x001/067.p/3"),
        (Tile(3, 1234067, 256), "tile/3/x001/x234/067"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
        (Tile(ENTRIES, 0, 256), "tile/entries/000"),
        (Tile(ENTRIES, 1000, 1), "tile/entries/x001/000.p/1"),
    ],
)
def test_paths(tile, path):
    """The spec's own example among them."""
    assert tile.path == path
    assert parse_path(path) == tile


@QUICK
@given(TILES)
def test_a_path_names_one_tile(tile):
    """What is written is read as the same tile."""
    assert parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1000",
        "tile/0/x000/067",
        "tile/0/x000/x001/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/x1/067",
        "tile/0/X001/067",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/00",
        "tile/0/000.p/03",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/3/",
        "tile/0/000/",
        "tile/0/000\n",
        "/tile/0/000",
        "tile//000",
        "tile/entries/000.P/3",
        "tile/Entries/000",
        "tile/data/000",
        "tile/0/../000",
        "tile/0/x036/x028/x797/x018/x963/968",
        "tile/0/\u0660\u0660\u0660",
    ],
)
def test_a_tile_has_no_other_path(path):
    """Padding, signs, other digits, empty or full partial tiles, an index past every size."""
    assert rule_of(parse_path, path) == "log.path"


@QUICK
@given(st.text(alphabet="tile/0123x.pentris\n", max_size=24) | st.text(max_size=20))
@example("tile/0/" + "x999/" * 50 + "000")
def test_arbitrary_paths_are_refused_by_rule(text):
    """Whatever is read is the path of what it is read as."""
    for path in (text, "tile/" + text, "tile/0/" + text):
        if broken_by(parse_path, path) is None:
            assert parse_path(path).path == path


def test_the_tiles_of_the_specs_example():
    """A tree of 70,000: 273 full and one of 112, one full and one of 17, one of 1."""
    tiles = list(tiles_of(70_000))
    hashes = [tile for tile in tiles if tile.level != ENTRIES]
    assert [tile for tile in hashes if tile.width < 256] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert [tile for tile in hashes if tile.level == 0][:-1] == [(0, n, 256) for n in range(273)]
    assert [tile for tile in hashes if tile.level == 1][:-1] == [(1, 0, 256)]
    bundles = [tile for tile in tiles if tile.level == ENTRIES]
    assert [tile[1:] for tile in bundles] == [tile[1:] for tile in hashes if tile.level == 0]


def test_a_full_tile_brings_the_level_above_and_no_empty_one():
    """A tree of 256 is one full tile and one of width 1; a tree of none has no tile."""
    assert list(tiles_of(256)) == [(ENTRIES, 0, 256), (0, 0, 256), (1, 0, 1)]
    assert list(tiles_of(0)) == []
    assert max(tiles_of(1)) == (0, 0, 1)


def test_hashes_stand_where_the_spec_puts_them():
    """Tile n of level l begins with the root of leaves from n 256^(l+1) on, and so on."""
    log = log_of(COUNT)
    for tile, data in log.items():
        if tile.level == ENTRIES:
            entries = LOG[tile.index * 256 :][: tile.width]
            assert data == b"".join(len(e).to_bytes(2, "big") + e for e in entries)
            continue
        span = 256**tile.level
        for position in range(tile.width):
            begin = (tile.index * 256 + position) * span
            root = root_of(LEAVES[begin : begin + span])
            assert data[32 * position : 32 * position + 32] == root
        assert len(data) == 32 * tile.width


@QUICK
@given(st.lists(st.binary(max_size=20) | st.just(b"x" * 65_535), max_size=20))
def test_a_bundle_gives_back_its_entries(entries):
    """Empty entries and the longest ones too."""
    assert unpack_entries(pack_entries(entries), len(entries)) == entries


def test_an_entry_that_no_length_prefix_holds_is_refused():
    """By a bundle and by a tree, which then is as it was."""
    tree = GrowingTree()
    tree.append(LOG[:3])
    long = [LOG[3], b"x" * 65_536]
    assert rule_of(pack_entries, long) == rule_of(tree.append, long) == "log.entry"
    assert tree.size == 3
    assert tree.root() == root_of(LEAVES[:3])
    assert tree.take_tiles() == log_of(3)


@QUICK
@given(st.integers(1, 20), st.data())
def test_a_truncated_or_over_long_bundle_is_refused(width, data):
    """Not one byte less or more, and not another number of entries."""
    bundle = pack_entries(LOG[:width])
    cut = data.draw(st.integers(0, len(bundle) - 1))
    more = data.draw(st.binary(min_size=1, max_size=30))
    for wrong in (bundle[:cut], bundle + more, bundle + bundle[: 2 + len(LOG[0])]):
        assert rule_of(unpack_entries, wrong, width) == "log.bundle"
    for other in (0, width - 1, width + 1, 256):
        assert rule_of(unpack_entries, bundle, other) == "log.bundle"


@QUICK
@given(st.binary(max_size=40), st.integers(0, 5))
def test_arbitrary_bundles_are_refused_by_rule(data, width):
    """What is read packs to the same bytes."""
    if broken_by(unpack_entries, data, width) is None:
        assert pack_entries(unpack_entries(data, width)) == data


BATCHES = st.lists(
    st.sampled_from([0, 1, 2, 5, 200, 255, 256, 257, 512, 513]) | st.integers(0, 300), max_size=6
)


@QUICK
@given(BATCHES)
@example([256, 256, 1])
@example([255, 1])
@example([65_536, 1])
@example([65_535, 2])
def test_a_tree_that_grows_is_the_tree_of_its_entries(batches):
    """Whatever the batches: roots, tiles, and the tiles that are new at each step."""
    tree, published, size = GrowingTree(), {}, 0
    for count in batches:
        entries = [b"entry %d" % number for number in range(size, size + count)]
        tree.append(entries)
        taken = tree.take_tiles()
        assert len(taken) == len(new_tiles(size, size + count))
        assert taken.keys() == set(new_tiles(size, size + count))
        size += count
        published |= taken
        assert set(tiles_of(size)) <= published.keys()
        assert tree.size == size
        assert tree.root() == root_at(size, TileReader(size, published.get))
    leaves = [leaf_hash(b"entry %d" % number) for number in range(size)]
    assert tree.root() == root_of(leaves)
    assert {tile: published[tile] for tile in tiles_of(size)} == log_of(size)


@QUICK
@given(BATCHES)
def test_tiles_that_are_taken_late_are_the_same(batches):
    """Taken once after several batches: all that is new since the last time."""
    tree, size = GrowingTree(), 0
    for count in batches:
        tree.append(LOG[size : size + count])
        size = min(size + count, COUNT)
    assert tree.take_tiles() == log_of(size)
    assert tree.take_tiles() == {}


@QUICK
@given(st.integers(0, COUNT), st.integers(0, 600))
@example(0, 1)
@example(256, 0)
@example(512, 512)
@example(1199, 1)
def test_a_loaded_tree_goes_on_where_it_left_off(size, more):
    """From partial tiles alone, and from full ones where the log has dropped those."""
    whole = GrowingTree()
    whole.append(LOG[:size])
    first = whole.take_tiles()
    following = [b"following %d" % number for number in range(more)]
    whole.append(following)
    second = whole.take_tiles()
    partial_only = {tile: data for tile, data in first.items() if tile.width < 256}
    full_only = {tile: data for tile, data in (first | second).items() if tile.width == 256}
    sources = [partial_only]
    if all(tile._replace(width=256) in full_only for tile in partial_only):
        sources.append(full_only)
    for source in sources:
        tree = GrowingTree.load(size, source.get)
        assert tree.root() == root_of(LEAVES[:size])
        assert tree.take_tiles() == {}
        tree.append(following)
        assert tree.root() == whole.root()
        assert tree.take_tiles() == second


def test_nothing_has_no_tiles_and_the_empty_root():
    """A tree that begins."""
    assert GrowingTree().root() == GrowingTree.load(0, {}.get).root() == EMPTY_ROOT
    assert GrowingTree().take_tiles() == {}


def test_a_tree_is_not_loaded_from_what_does_not_fit():
    """Tiles that are missing or of a wrong length, and entries of other hashes."""
    size = 300
    good = log_of(size)
    bundle, hashes, above = Tile(ENTRIES, 1, 44), Tile(0, 1, 44), Tile(1, 0, 1)
    for tile in (bundle, hashes, above):
        for content in (None, b"", good[tile][:-1], good[tile] + b"\0"):
            changed = {**good, tile: content}
            assert rule_of(GrowingTree.load, size, changed.get) in ("log.tile", "log.bundle")
    swapped = unpack_entries(good[bundle], 44)
    swapped[3], swapped[4] = swapped[4], swapped[3]
    changed = {**good, bundle: pack_entries(swapped)}
    assert rule_of(GrowingTree.load, size, changed.get) == "log.tile"


def test_a_changed_hash_shows_in_the_root_of_a_loaded_tree():
    """Any byte of any hash at the right edge: which is why a loaded root is compared."""
    size = 70_000
    log = log_of(size)
    root = GrowingTree.load(size, log.get).root()
    for tile in (Tile(1, 1, 17), Tile(2, 0, 1)):
        data = bytearray(log[tile])
        data[-1] ^= 1
        assert GrowingTree.load(size, {**log, tile: bytes(data)}.get).root() != root


@QUICK
@given(st.integers(1, COUNT), st.data())
def test_proofs_from_tiles_hold(size, data):
    """Inclusion of any entry, consistency with any size, the entry itself."""
    log = log_of(size)
    read = TileReader(size, log.get)
    root = root_of(LEAVES[:size])
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    assert read.entry(index) == LOG[index]
    check_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, read), root)
    proof = consistency_proof(old, size, read)
    check_consistency(old, root_of(LEAVES[:old]), size, root, proof)


def test_full_subtrees_of_every_level_are_read():
    """Those within a tile, those that a tile holds, across the first two levels."""
    size = 1024 + 3
    read = TileReader(size, log_of(size).get)
    for level in range(11):
        for index in range(size >> level):
            expected = root_of(LEAVES[index << level : (index + 1) << level])
            assert read(level, index) == expected


@pytest.mark.parametrize(("level", "index"), [(0, 300), (8, 1), (9, 0), (-1, 0), (0, -1), (70, 0)])
def test_what_is_no_full_subtree_is_not_read(level, index):
    """A reader of a size does not know what comes after it, though the tiles may hold it."""
    read = TileReader(300, log_of(COUNT).get)
    assert rule_of(read, level, index) == "log.tile"


def test_a_missing_or_damaged_tile_is_named():
    """Missing, too short, too long: hashes and entries alike."""
    size = 300
    good = log_of(size)
    for tile, action in (
        (Tile(0, 1, 44), lambda read: read(0, 299)),
        (Tile(0, 0, 256), lambda read: read(3, 5)),
        (Tile(1, 0, 1), lambda read: read(8, 0)),
        (Tile(ENTRIES, 1, 44), lambda read: read.entry(299)),
    ):
        for content in (None, b"", good[tile][:-1], good[tile] + b"\0"):
            read = TileReader(size, {**good, tile: content}.get)
            rule = rule_of(action, read)
            assert rule == (
                "log.bundle" if tile.level == ENTRIES and content is not None else "log.tile"
            )
    for index in (300, -1):
        assert rule_of(TileReader(size, good.get).entry, index) == "log.tile"


def test_a_partial_tile_that_the_log_has_dropped_is_read_from_the_full_one():
    """The full tile begins with it; what it holds beyond the size is not read."""
    log = log_of(600)
    read = TileReader(500, {tile: log[tile] for tile in log if tile.width == 256}.get)
    assert [read(0, index) for index in range(256, 500)] == LEAVES[256:500]
    assert read.entry(499) == LOG[499]
    assert rule_of(read.entry, 500) == "log.tile"


def test_a_tile_is_fetched_once_while_it_is_in_use():
    """A proof needs each tile once, and the next proof none of the same."""
    log = log_of(COUNT)
    fetched = []

    def fetch(tile: Tile) -> bytes | None:
        fetched.append(tile)
        return log.get(tile)

    read = TileReader(COUNT, fetch)
    inclusion_proof(5, COUNT, read)
    inclusion_proof(6, COUNT, read)
    read.entry(5)
    read.entry(6)
    assert len(fetched) == len(set(fetched))


def test_what_a_store_raises_goes_through():
    """An adapter's own error is not taken for a fault of the log."""

    def broken(tile: Tile) -> bytes:
        raise OSError(tile.path)

    with pytest.raises(OSError, match="tile/0/000"):
        TileReader(3, broken)(0, 0)
    with pytest.raises(RuleBroken):
        TileReader(3, {}.get)(0, 0)
