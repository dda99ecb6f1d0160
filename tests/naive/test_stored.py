"""The naive verifier names the first entry of which a stored byte was changed."""

import pytest

from tests.naive.build import Log, note, tile_files
from tests.naive.small_log import BUNDLE, FILES, LEAVES, SMALL, Verdict, flipped, place_of
from tests.vectors.keys import ENTRIES, LOG, STRANGER


@pytest.mark.parametrize("index", [0, 6, 7, 13, len(SMALL.entries) - 1])
def test_a_byte_of_an_entry_is_named_by_its_index(verdict: Verdict, index: int) -> None:
    changed = flipped(FILES[BUNDLE], place_of(index, FILES[BUNDLE]) + 40)
    fault = verdict(FILES | {BUNDLE: changed})
    assert fault is not None
    assert fault.index == index


def test_a_byte_of_an_entry_and_of_its_leaf_hash_too(verdict: Verdict) -> None:
    entry = flipped(SMALL.entries[9], 40)
    entries = [*SMALL.entries[:9], entry, *SMALL.entries[10:]]
    fault = verdict(FILES | tile_files(entries))
    assert fault is not None
    assert fault.index == 9


def test_a_byte_of_a_leaf_hash_is_named_by_its_index(verdict: Verdict) -> None:
    fault = verdict(FILES | {LEAVES: flipped(FILES[LEAVES], 32 * 11 + 3)})
    assert fault is not None
    assert (fault.index, fault.rule) == (11, "log.leaf")


@pytest.mark.parametrize("path", [BUNDLE, LEAVES])
@pytest.mark.parametrize("change", [b"\x00", None])
def test_a_tile_with_a_byte_more_or_less_is_found(
    verdict: Verdict, path: str, change: bytes | None
) -> None:
    data = FILES[path] + change if change else FILES[path][:-1]
    fault = verdict(FILES | {path: data})
    assert fault is not None
    rule = "log.bundle" if path == BUNDLE else "log.tile"
    assert (fault.index, fault.rule) == (None, rule)


@pytest.mark.parametrize("path", [BUNDLE, LEAVES])
def test_a_tile_that_is_missing_is_found(verdict: Verdict, path: str) -> None:
    fault = verdict({name: data for name, data in FILES.items() if name != path})
    assert fault is not None
    assert (fault.index, fault.rule) == (None, "log.missing")


def test_a_file_among_the_tiles_that_is_none_is_found(verdict: Verdict) -> None:
    fault = verdict(FILES | {"tile/0/0": b""})
    assert fault is not None
    assert fault.rule == "log.path"


def test_an_old_partial_tile_with_another_byte_is_found(verdict: Verdict) -> None:
    path = "tile/0/000.p/16"
    older = tile_files(SMALL.entries[:16])
    fault = verdict(FILES | older | {path: flipped(older[path], 32 * 15)})
    assert fault is not None
    assert (fault.index, fault.rule) == (15, "log.leaf")


CHECKPOINT_FAULTS = {
    "an empty file": b"",
    "a flipped bit of the size": FILES["checkpoint"].replace(b"\n29\n", b"\n28\n"),
    "a flipped bit of the signature": flipped(FILES["checkpoint"], -9),
    "signed by a stranger": SMALL.checkpoint(STRANGER),
    "signed by the entry key": note(FILES["checkpoint"].partition(b"\n\n")[0] + b"\n", ENTRIES),
    "a zero before the size": note(
        FILES["checkpoint"].partition(b"\n\n")[0].replace(b"\n29\n", b"\n029\n") + b"\n", LOG
    ),
    "an extension line": note(FILES["checkpoint"].partition(b"\n\n")[0] + b"\nmore\n", LOG),
}


@pytest.mark.parametrize("name", CHECKPOINT_FAULTS)
def test_a_checkpoint_that_is_not_right_is_found(verdict: Verdict, name: str) -> None:
    assert CHECKPOINT_FAULTS[name] != FILES["checkpoint"]
    fault = verdict(FILES | {"checkpoint": CHECKPOINT_FAULTS[name]})
    assert fault is not None
    assert fault.index is None


def test_another_root_is_found(verdict: Verdict) -> None:
    other = Log()
    other.entries = [*SMALL.entries[:-1], b"x"]
    fault = verdict(FILES | {"checkpoint": other.checkpoint(LOG)})
    assert fault is not None
    assert (fault.index, fault.rule) == (None, "checkpoint.root")
