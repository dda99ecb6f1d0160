"""Hints for the clock as a Lambda function, woken by the table's stream.

A stream record tells that a wallet has a new row; `loyalty.clock.following` reads it and notes what
is due after it, and when. Records come doubled, late and in any order, and noting again changes
nothing; what cannot be read as a wallet's row is passed over. Where the store does not answer, the
stream delivers again from that record on (partial batch responses, ReportBatchItemFailures).
"""

import logging
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.wiring import agenda_of, coalition_of
from ledger.names import WalletId, is_base32_id
from loyalty.clock.agenda import Agenda
from loyalty.clock.following import follow
from loyalty.coalition import Coalition
from loyalty.ports import StoreUnavailable

_log = logging.getLogger(__name__)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Lambda's entry point."""
    return note(*_clock(), event)


def note(coalition: Coalition, agenda: Agenda, event: Mapping[str, Any]) -> dict[str, Any]:
    """Notes what is due after a stream's records."""
    for record in event["Records"]:
        row = _row(record)
        try:
            if row is not None:
                follow(coalition, agenda, *row)
        except StoreUnavailable as error:
            _log.warning("not noted, to be delivered again: %s", error)
            number = record["dynamodb"]["SequenceNumber"]
            return {"batchItemFailures": [{"itemIdentifier": number}]}
        except Exception:
            # One wallet's. The sweep of every wallet comes upon it again, and reports it.
            _log.exception("nothing was noted of the wallet %s", row and row[0])
    return {"batchItemFailures": []}


def _row(record: Any) -> tuple[WalletId, int] | None:
    """The wallet and the seq of the row that a record is of."""
    try:
        keys = record["dynamodb"]["Keys"]
        (pk, wallet), (sk, seq) = (str(keys[name]["S"]).split("#", 1) for name in ("pk", "sk"))
    except (KeyError, TypeError, ValueError):
        return None
    known = pk == "W" and is_base32_id(wallet) and sk == "E" and seq.isascii() and seq.isdecimal()
    return (WalletId(wallet), int(seq[:12])) if known else None


@cache
def _clock() -> tuple[Coalition, Agenda]:
    return coalition_of(os.environ), agenda_of(os.environ)
