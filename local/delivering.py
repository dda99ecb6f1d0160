"""Events of a coalition on this machine, sent by themselves.

As it is deployed: the records of the table's stream go through `functions.events.tell`, which comes
again without records for what is due. Here a thread does both every second. An endpoint may be on
this machine, over http.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import functions.events
from local.stream import Doorbell
from loyalty.coalition import Coalition
from loyalty.webhooks.delivering import Deliverer
from storage.dynamodb import DynamoStore
from storage.webhook_http import WebhookPost

POLL_S = 1.0
_END_S = 30.0


@contextmanager
def told_events(coalition: Coalition, store: DynamoStore) -> Iterator[None]:
    """Sends a coalition's events until the context ends. Within `local_store()`.

    Whatever goes wrong is said once on standard error, and tried again.
    """
    doorbell = Doorbell(store, lambda pk: pk.startswith("T#"))
    deliverer = Deliverer(coalition, WebhookPost(loopback=True), lambda: datetime.now(UTC))
    ends = Event()
    thread = Thread(target=_run, args=(doorbell, deliverer, ends), name="events", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join(_END_S)


def _run(doorbell: Doorbell, deliverer: Deliverer, ends: Event) -> None:
    undone: list[dict[str, Any]] = []
    said = ""
    while not ends.is_set():
        try:
            undone += doorbell.rung()
            answer = functions.events.tell(deliverer, {"Records": undone})
            if not answer["batchItemFailures"]:
                undone = []
            functions.events.tell(deliverer, {})
        except Exception as error:  # whatever it is, it comes again
            fault = f"events are not sent: {type(error).__name__}: {error}"
            if fault != said:
                said = fault
                print(f"tallystick: {fault}", file=sys.stderr)
        ends.wait(POLL_S)
