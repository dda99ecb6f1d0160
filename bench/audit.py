"""Auditing a published log from memory, on all cores, beside libsodium alone; and in what memory.

As in `bench.verification`, but of a log: tiles, blocks and balances are made again as well. Memory
is that of a process of its own, which audits a log in a folder.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from os import cpu_count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.figures import Figure, at_least, at_most
from bench.ledgers import LedgerMaker
from bench.logs import sealed
from bench.verification import bare_s, signed_entries
from ledger.audit import audit
from ledger.notes import VerifierKey
from ledger.tiles import TileReader

_WALLETS = 2_000
_BARE_CHECKS = 12_000
_TURNS = 7
_SMALLER = 10
"""How many times the log of few entries goes into that of many."""

# ru_maxrss would be that of the process which starts it, if that is larger.
_RESIDENT = """
import sys
from ledger.audit import audit
from ledger.notes import VerifierKey
from local.log_source import log_source
with log_source(sys.argv[1]) as source:
    found = audit(source, [VerifierKey.parse(sys.argv[2])])
assert found.fault is None, found.fault
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def figures(entries: int, memory_entries: int) -> Iterator[Figure]:
    """entries: of the log that is timed; memory_entries: of the larger of the two that are not."""
    yield _speed(entries)
    yield _memory(memory_entries)


class _Memory:
    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)


def _speed(entries: int) -> Figure:
    cores = cpu_count() or 1
    maker = LedgerMaker(1, _WALLETS, signed=True)
    files: dict[str, bytes] = {}
    size = sealed(maker, entries, files.__setitem__).size
    source, keys = _Memory(files), [maker.log_signer.verifier]
    reader = TileReader(size, lambda tile: source.read(tile.path))
    last = [reader.entry(index) for index in range(max(size - _BARE_CHECKS, 0), size)]
    signed = signed_entries(maker.entry_signer.verifier.public, last)
    ratios, signatures = [], 0
    for _ in range(_TURNS):
        before = bare_s(signed)
        start = perf_counter()
        found = audit(source, keys, cores=cores)
        elapsed = perf_counter() - start
        if found.fault is not None:
            raise SystemExit(f"the log that the benchmark made is wrong: {found.fault}")
        signatures = found.signatures
        ratios.append((before + bare_s(signed)) / 2 / (elapsed * cores / signatures))
    detail = f"{size:,} entries, {signatures / size:.2f} signatures each"
    turns = f"turns {min(ratios):.2f} to {max(ratios):.2f}"
    unit = f"x {cores} cores x libsodium, in signatures"
    return at_least("audit", median(ratios), 0.75, unit, f"{detail}; {turns}")


def _memory(entries: int) -> Figure:
    few, many = (_resident_mib(count) for count in (entries // _SMALLER, entries))
    made = f"{entries:,} and {entries // _SMALLER:,} entries of {_WALLETS:,} wallets"
    sizes = f"{many:.0f} and {few:.0f} MiB"
    return at_most("audit, memory", many / few, 1.3, "x that of a tenth", f"{made}: {sizes}")


def _resident_mib(entries: int) -> float:
    """What the process of an audit comes to at most."""
    with TemporaryDirectory() as folder:
        maker = LedgerMaker(3, _WALLETS, signed=False)

        def write(path: str, data: bytes) -> None:
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

        sealed(maker, entries, write)
        key: VerifierKey = maker.log_signer.verifier
        command = [sys.executable, "-c", _RESIDENT, folder, str(key)]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        return int(told.stdout) / 1024
