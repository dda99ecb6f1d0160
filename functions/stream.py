"""What follows the table's stream beside the sealer: hints for the clock, then events.

A shard of a stream has two readers at most (ADR 16). Each part passes over the records that are
none of its own. If either is to have records again the stream delivers again for both, and both
may: doing again what was done changes nothing.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.batches import all_done
from functions.due import note
from functions.events import tell
from functions.telemetry import Telemetry
from functions.wiring import followed_coalition_of
from functions.wiring_behind import agenda_of, deliverer_of
from loyalty.clock.agenda import Agenda
from loyalty.coalition import Coalition
from loyalty.webhooks.delivering import Deliverer

TOLD = Telemetry("stream")


@TOLD
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Lambda's entry point."""
    return follow(*_followers(), event)


def follow(
    coalition: Coalition, agenda: Agenda, deliverer: Deliverer | None, event: Mapping[str, Any]
) -> dict[str, Any]:
    """deliverer: None where a coalition sends no events."""
    noted = note(coalition, agenda, event)
    told = all_done() if deliverer is None else tell(deliverer, event)
    # Events come again from the first record on, hints from one of the batch.
    return told if told["batchItemFailures"] else noted


@cache
def _followers() -> tuple[Coalition, Agenda, Deliverer | None]:
    coalition = followed_coalition_of(os.environ)
    if coalition.webhooks is None:
        return coalition, agenda_of(os.environ), None
    deliverer = deliverer_of(os.environ, lambda _: TOLD.count("DeadLetters"))
    return coalition, agenda_of(os.environ), deliverer
