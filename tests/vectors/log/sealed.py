"""The ledger of the vectors, sealed in six batches, and the state behind each block."""

from hashlib import sha256

from tests.naive.build import Log, tile_files
from tests.naive.forms import canon
from tests.naive.rules import Ledger
from tests.naive.trees import leaf_hash, root
from tests.naive.wallets import state
from tests.vectors.accepted import write_ledger
from tests.vectors.forms import Body, b64
from tests.vectors.keys import ENTRIES, ENTRIES_2, LOG, Key

SEALED = (
    (0, 12, "2026-01-01T00:00:02.000Z"),
    (12, 20, "2026-01-17T09:00:02.000Z"),
    (20, 20, "2026-01-17T09:00:04.000Z"),
    (20, 27, "2026-03-02T11:00:02.000Z"),
    (27, 33, "2027-01-16T09:00:02.000Z"),
    (33, 42, "2027-03-05T00:00:02.000Z"),
)
"""The batches: entries of the ledger from one position to before another, and their block's at."""


def entry_key(at: str) -> Key:
    return ENTRIES if at < "2027-03-03" else ENTRIES_2


def sealed_log(batches: int = len(SEALED)) -> Log:
    entries = write_ledger()[0].entries
    log = Log()
    for first, end, at in SEALED[:batches]:
        log.seal(entries[first:end], at, entry_key(at))
    return log


def log_cases() -> Body:
    """The log, with the state behind each block's digests."""
    positions = {entry: position for position, entry in enumerate(write_ledger()[0].entries)}
    ledger = Ledger()
    rows = []
    for index, entry in enumerate(sealed_log().entries):
        ledger.take(entry)
        row: Body = {"index": index, "hash": b64(leaf_hash(entry))}
        if entry in positions:
            rows.append(row | {"position": positions[entry]})
            continue
        states: dict[str, Body] = {code: {} for code in ledger.currencies}
        for wallet, each in sorted(ledger.wallets.items()):
            states[each["currency"]][wallet] = canon(state(each)).decode()
        rows.append(
            row | {"entry": b64(entry), "states": states, "totals_map": ledger.totals_map()}
        )
    log = sealed_log()
    files = tile_files(log.entries)
    return {
        "entries": rows,
        "size": len(log.entries),
        "root": b64(root(log.leaves)),
        "checkpoint": b64(log.checkpoint(LOG)),
        "tiles": {path: sha256(data).hexdigest() for path, data in files.items()},
    }
