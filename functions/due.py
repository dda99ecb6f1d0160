"""Hints for the clock, from what the table's stream tells (`functions.stream`).

A stream record tells that a wallet has a new row; `loyalty.clock.following` reads it and notes what
is due after it, and when. Records come doubled, late and in any order, and noting again changes
nothing; what cannot be read as a wallet's row is passed over. Where the store does not answer, the
stream delivers again from that record on (partial batch responses, ReportBatchItemFailures).
"""

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from msgspec import MsgspecError

from functions.batches import again_from, all_done
from ledger.errors import RuleBroken
from ledger.names import WalletId, is_base32_id
from loyalty.clock.agenda import Agenda
from loyalty.clock.following import follow
from loyalty.coalition import Coalition
from loyalty.ports import StoreUnavailable
from loyalty.refusals import Refused

_log = logging.getLogger(__name__)

UNREADABLE = (LookupError, MsgspecError, Refused, RuleBroken, ValueError)
"""What the rows of one wallet can be wrong by, which no delivery mends. Anything else, like a table
that may not be read, is wrong for all: it is raised, and the stream delivers again."""


def note(coalition: Coalition, agenda: Agenda, event: Mapping[str, Any]) -> dict[str, Any]:
    """Notes what is due after a stream's records, each wallet's at once."""
    for wallet, (seq, number) in _told(event["Records"]).items():
        try:
            follow(coalition, agenda, wallet, seq)
        except StoreUnavailable as error:
            _log.warning("not noted, to be delivered again: %s", error)
            return again_from(number)
        except UNREADABLE:
            # The sweep of every wallet comes upon it again, and reports it.
            _log.exception("nothing was noted of the wallet %s", wallet)
    return all_done()


def _told(records: Iterable[Any]) -> dict[WalletId, tuple[int, str]]:
    """Of each wallet that records tell of, in their order: the first seq, the first record."""
    told: dict[WalletId, tuple[int, str]] = {}
    for record in records:
        with suppress(KeyError, TypeError, ValueError):
            keys, number = record["dynamodb"]["Keys"], record["dynamodb"]["SequenceNumber"]
            (pk, id_), (sk, seq) = (str(keys[name]["S"]).split("#", 1) for name in ("pk", "sk"))
            if pk == "W" and is_base32_id(id_) and sk == "E" and seq.isascii() and seq.isdecimal():
                first, number = told.get(WalletId(id_), (int(seq[:12]), str(number)))
                told[WalletId(id_)] = min(first, int(seq[:12])), number
    return told
