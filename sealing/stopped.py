"""Why a sealer stops: something is wrong that it must neither repair nor publish.

Whoever runs it looks at the reason; nothing was lost, entries wait where they were committed.
"""

from enum import Enum


class Reason(Enum):
    """CLOCK: this machine's clock is behind the last block. TIME: an entry is dated before what the
    last block allows. ROW: a row and its entry disagree. DAMAGED: stored bytes are not what was
    written. LIMIT: a sum past 2^53 - 1. KEY: a log key in force has no signer here, or the entry
    key is not in force. FORKED: published bytes differ from the head's. REWOUND: the published log,
    or a witness, is ahead of the head, as after a backup was restored."""

    CLOCK = "clock"
    TIME = "time"
    ROW = "row"
    DAMAGED = "damaged"
    LIMIT = "limit"
    KEY = "key"
    FORKED = "forked"
    REWOUND = "rewound"


class SealingStopped(Exception):
    """Raised to whoever runs the sealer, for an alarm."""

    def __init__(self, reason: Reason, expected: object, found: object) -> None:
        super().__init__(f"sealing stopped ({reason.value}): expected {expected}, found {found}")
        self.reason = reason
