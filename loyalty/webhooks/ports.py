"""What delivering events needs of the outside. Adapters for these stand in `storage/`.

A delivery is of one event to one endpoint, and there is one at most. `Queue.put` changes it from
what was read to what follows, or not at all: of two that take up the same one, one does. Nothing
in it is personal: an event's text is made anew for each attempt.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from ledger.names import At


class State(Enum):
    """DUE: to be attempted, from its time on. DELIVERED: taken. DEAD: given up."""

    DUE = "due"
    DELIVERED = "delivered"
    DEAD = "dead"


class Delivery(NamedTuple):
    """One event on its way to one endpoint.

    at: since when it is in its state, or when it is due; attempts: begun so far; reason: why the
    last one failed; replay: the request that last asked for it again; version: counts its writes.
    """

    endpoint: str
    event: str
    state: State
    at: At
    attempts: int = 1
    reason: str = ""
    replay: str = ""
    version: int = 1


class Queue(Protocol):
    """Deliveries. Every read sees all that was written before it. Raises StoreUnavailable."""

    def put(self, new: Delivery, old: Delivery | None) -> bool:
        """Writes `new`, version one up, if it is still `old` (None: there is none yet).

        Returns whether it did.
        """

    def get(self, endpoint: str, event: str) -> Delivery | None: ...

    def due(self, at: At, limit: int) -> Sequence[Delivery]:
        """Those that are due at a moment, at most so many."""

    def dead(self, endpoint: str, after: str, limit: int) -> Sequence[Delivery]:
        """Those of an endpoint that were given up, oldest first, past a cursor (`cursor_of`)."""


def cursor_of(delivery: Delivery) -> str:
    """Where a delivery stands among others of its state."""
    return f"{delivery.at}#{delivery.event}"


class Reply(NamedTuple):
    """What became of an attempt. status: 0 where no answer came, and `reason` says why.

    Reasons are few and fixed: they tell nothing of the network that an attempt was made from.
    """

    status: int
    reason: str = ""
    retry_after_s: int = 0


Send = Callable[[str, Mapping[str, str], bytes], Reply]
"""Posts a body with headers to a URL, within a time that the adapter bounds. Raises nothing."""

Derive = Callable[[str], bytes]
"""32 bytes that belong to a label, and that nobody who does not hold the seed can tell."""


class Webhooks(NamedTuple):
    """What a coalition that sends events has. loopback: http to this machine is allowed, which is
    for development alone.
    """

    queue: Queue
    derive: Derive
    loopback: bool = False
