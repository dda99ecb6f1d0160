"""Events: told of by the table's stream (`functions.stream`), and on a schedule what is due again.

A stream record says in which row a request stands, never what it did. Records come doubled, late
and in any order; one that names no such row is passed over. Where a row's deliveries could not be
put, the batch is reported as failed from its first record, and the stream delivers it again
(partial batch responses, ReportBatchItemFailures). Once they are put, the schedule sends what this
does not come to.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from functions.batches import all_again, all_done
from functions.telemetry import Telemetry
from functions.wiring_behind import deliverer_of
from ledger.names import TransactionId
from loyalty.ports import StoreUnavailable
from loyalty.webhooks.delivering import Deliverer, told_of

TOLD = Telemetry("events")
_log = logging.getLogger(__name__)


@TOLD
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Lambda's entry point."""
    return tell(_deliverer(), event)


def tell(deliverer: Deliverer, event: Mapping[str, Any]) -> dict[str, Any]:
    """Sends what a stream's records tell of, or what is due for an event that has none."""
    records = event.get("Records")
    if records is None:
        return {"attempts": deliverer.sweep()}
    try:
        begun = deliverer.notice(list(_requests(records)))
    except StoreUnavailable as error:
        _log.warning("no events told, to be delivered again: %s", error)
        return all_again(records)
    try:
        deliverer.attempt(begun)
    except StoreUnavailable as error:
        _log.warning("left to the schedule: %s", error)
    return all_done()


def _requests(records: Any) -> Iterator[TransactionId]:
    """The requests whose rows stream records tell of."""
    for record in records:
        with suppress(KeyError, TypeError):
            keys = record["dynamodb"]["Keys"]
            id_ = told_of(str(keys["pk"]["S"]), str(keys["sk"]["S"]))
            if id_ is not None:
                yield id_


@cache
def _deliverer() -> Deliverer:
    return deliverer_of(os.environ, lambda _: TOLD.count("DeadLetters"))
