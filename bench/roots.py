"""The root over a million entries, beside pymerkle: from the entries to the root, leaf by leaf.

Both hash each entry and then what is above it. pymerkle's tree in memory is the one that its
documentation begins with; that in SQLite is quicker, and stands beside for fairness.
"""

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from time import perf_counter

from pymerkle import InmemoryTree, SqliteTree

from bench.figures import Figure, at_least, noted
from ledger.tree import leaf_hash, root_of

_TURNS = 3


def figures(leaves: int = 1_000_000) -> Iterator[Figure]:
    entries = [b"entry %d" % number for number in range(leaves)]
    made = f"{leaves:,} entries"
    memory, sqlite = _ratios(entries)
    yield at_least("root, beside pymerkle's tree in memory", memory, 3, "x as fast", made)
    yield noted("the same, beside its tree in SQLite", sqlite, "x as fast", made)


def _ratios(entries: Sequence[bytes]) -> tuple[float, float]:
    memory, sqlite = [], []
    for _ in range(_TURNS):
        own_s, own = _timed(lambda: root_of([leaf_hash(entry) for entry in entries]))
        memory_s, theirs = _timed(lambda: _in_memory(entries))
        sqlite_s, stored = _timed(lambda: _in_sqlite(entries))
        if not own == theirs == stored:
            raise SystemExit("pymerkle has another root of the same entries")
        memory.append(memory_s / own_s)
        sqlite.append(sqlite_s / own_s)
    return median(memory), median(sqlite)


def _in_memory(entries: Sequence[bytes]) -> bytes:
    return bytes(InmemoryTree.init_from_entries(list(entries), algorithm="sha256").get_state())


def _in_sqlite(entries: Sequence[bytes]) -> bytes:
    with SqliteTree(":memory:", algorithm="sha256") as tree:
        tree.append_entries(list(entries))
        return bytes(tree.get_state())


def _timed(call: Callable[[], bytes]) -> tuple[float, bytes]:
    start = perf_counter()
    root = call()
    return perf_counter() - start, root
