"""A small log, exported, that the tests of the naive verifier tamper with.

It is built by `build`, from the entries of tests/vectors, which are written down by hand.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.naive.build import Exported, Log, export, tile_files
from tests.naive.forms import read_vkey
from tests.naive.log import Fault
from tests.vectors.keys import ENTRIES, ENTRIES_2, LOG
from tests.vectors.parties import WALLETS
from tests.vectors.writing import body_of

FOLDER = Path(__file__).parents[1]
VECTORS: dict[str, Any] = json.loads((FOLDER / "vectors" / "ledger-format.json").read_bytes())
LEDGER = [b64decode(row["entry"]) for row in VECTORS["ledger"]]
SOME = 25
"""So many entries make the log that most tests tamper with: in 4 batches, one of them empty."""

ALICE, NOBODY = WALLETS["alice"], "7" + "z" * 25


def at_of(entry: bytes) -> str:
    return str(body_of(entry)["at"])


def sealed(entries: list[bytes], batch: int = 7) -> Log:
    """The 12 entries of governance, then so many at a time; a block has its last entry's time."""
    log = Log()
    starts = [0, *range(12, len(entries), batch)]
    for first, end in zip(starts, [*starts[1:], len(entries)], strict=True):
        some = entries[first:end]
        key = ENTRIES if at_of(some[-1]) < "2027-03-03" else ENTRIES_2
        log.seal(some, at_of(some[-1]), key)
    return log


def small() -> Log:
    log = sealed(LEDGER[:SOME])
    log.seal([], "2026-03-02T12:00:00.000Z", ENTRIES)
    return log


def exported(log: Log) -> Exported:
    receipts = {
        str(body["id"]): index
        for index, body in enumerate(body_of(entry) for entry in log.entries)
        if body["type"] == "tx"
    }
    balances = {id_: row["currency"] for id_, row in log.ledger.wallets.items()}
    balances[NOBODY] = "STAR"
    return export(log, log.checkpoint(LOG), LOG.vkey, receipts, balances)


SMALL = small()
FILES = exported(SMALL).files
LOG_KEYS = [read_vkey(LOG.vkey)]

Verdict = Callable[[Mapping[str, bytes]], Fault | None]


def signed_again(entries: list[bytes]) -> dict[str, bytes]:
    """What a dishonest log publishes: whatever it likes, with a root and a signature that fit."""
    log = Log()
    log.entries = entries
    files = {"checkpoint": log.checkpoint(LOG), "log.vkey": FILES["log.vkey"]}
    return files | tile_files(entries)


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def place_of(index: int, bundle: bytes) -> int:
    """Where an entry's first byte stands in the first bundle."""
    place = 2
    for _ in range(index):
        place += 2 + int.from_bytes(bundle[place - 2 : place], "big")
    assert int.from_bytes(bundle[place - 2 : place], "big")
    return place


BUNDLE = f"tile/entries/000.p/{len(SMALL.entries)}"
LEAVES = f"tile/0/000.p/{len(SMALL.entries)}"
