"""Writes log-format.json: test vectors for the sealed log of version 1 of the ledger format.

    python -m tests.vectors.generate_log

Nothing of `ledger` is imported. Trees, blocks and proofs come from tests/naive, which computes them
recursively by their definitions; keys and entries are those of ledger-format.json. The same bytes
come out every time.
"""

import json
from pathlib import Path

from tests.vectors.forms import ORIGIN, Body
from tests.vectors.keys import LOG
from tests.vectors.log.balance_proofs import balance_proof_cases
from tests.vectors.log.balance_tree import balance_tree_cases
from tests.vectors.log.checkpoints import checkpoint_cases
from tests.vectors.log.cosignatures import cosignature_cases
from tests.vectors.log.merkle import merkle_cases
from tests.vectors.log.receipts import receipt_cases
from tests.vectors.log.refused import refused_logs
from tests.vectors.log.sealed import log_cases
from tests.vectors.log.tiles import tile_cases

VECTORS = Path(__file__).parent / "log-format.json"


def vectors() -> Body:
    return {
        "format": "tallystick ledger format, version 1: the sealed log",
        "origin": ORIGIN,
        "log_seed": LOG.seed.hex(),
        "merkle": merkle_cases(),
        "tiles": tile_cases(),
        "log": log_cases(),
        "logs_refused": refused_logs(),
        "checkpoints": checkpoint_cases(),
        "cosignatures": cosignature_cases(),
        "balance_tree": balance_tree_cases(),
        "receipts": receipt_cases(),
        "balance_proofs": balance_proof_cases(),
    }


def text() -> str:
    return json.dumps(vectors(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    VECTORS.write_text(text(), encoding="utf-8")
