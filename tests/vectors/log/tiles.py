"""Vectors of tiles and bundles: their paths, their bytes, and those that are refused."""

from hashlib import sha256

from tests.naive.trees import Tile, leaf_hash, pack, tile_hashes, tiles_of
from tests.vectors.forms import Body, b64
from tests.vectors.log.merkle import some_entries


def tile_cases() -> Body:
    paths = [
        Tile(0, 0, 256), Tile(0, 0, 1), Tile(0, 0, 255), Tile(-1, 0, 256), Tile(-1, 999, 7),
        Tile(0, 1000, 256), Tile(1, 17, 16), Tile(2, 67, 112), Tile(0, 1_234_067, 256),
        Tile(7, 0, 1),
    ]  # fmt: skip
    refused = [
        ("a level with a zero before it", "tile/00/000"),
        ("a level above 63", "tile/64/000"),
        ("an index of one digit", "tile/0/0"),
        ("an index with a part too many", "tile/0/x000/001"),
        ("a last part with an x", "tile/0/x001"),
        ("a first part without an x", "tile/0/001/000"),
        ("a width of 0", "tile/0/000.p/0"),
        ("a width of 256", "tile/0/000.p/256"),
        ("a width with a zero before it", "tile/0/000.p/01"),
        ("something after the width", "tile/0/000.p/1/"),
        ("something before", "/tile/0/000"),
        ("the bundles under another name", "tile/entry/000"),
        ("a line feed at the end", "tile/0/000\n"),
        ("digits that are not ASCII", "tile/0/\u0660\u0660\u0660"),
    ]
    return {
        "paths": [
            {"level": tile.level, "index": tile.index, "width": tile.width, "path": tile.path}
            for tile in paths
        ],
        "paths_refused": [{"name": name, "path": path} for name, path in refused],
        "trees": [tree_files(size) for size in (1, 2, 3, 255, 256, 257, 513, 65_537)],
        "bundles_refused": refused_bundles(),
    }


def tree_files(size: int) -> Body:
    """Every tile of a tree, with the digest of its bytes, and the bytes themselves if few."""
    entries = some_entries(size)
    leaves = [leaf_hash(entry) for entry in entries]
    files = []
    for tile in tiles_of(size):
        if tile.index not in (0, 1, size // 256 // 2, size // 256) and size > 1000:
            continue
        start = tile.start()
        if tile.level < 0:
            data = pack(entries[start : start + tile.width])
        else:
            data = b"".join(tile_hashes(tile, leaves))
        row = {"path": tile.path, "bytes": len(data), "sha256": sha256(data).hexdigest()}
        files.append(row | ({"base64": b64(data)} if len(data) < 100 else {}))
    return {"size": size, "tiles": len(tiles_of(size)), "files": files}


def refused_bundles() -> list[Body]:
    data = pack([b"one", b"two"])
    rows = [
        ("an entry fewer than its width", data, 3),
        ("an entry more than its width", data, 1),
        ("a byte after the last entry", data + b"\x00", 2),
        ("the last byte is missing", data[:-1], 2),
        ("half a length", data + b"\x00", 3),
        ("a length beyond the end", b"\x00\x04one", 1),
        ("nothing", b"", 1),
    ]
    return [
        {"name": name, "base64": b64(each), "width": width, "rule": "log.bundle"}
        for name, each, width in rows
    ]
