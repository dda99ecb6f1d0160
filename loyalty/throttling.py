"""How much a party may ask of the ledger in a minute, whichever process it asks.

A minute's count is of the clock's minute, so at its turn a party may have twice its number within a
few seconds; what protects the stage as a whole is the gateway's own limit. A refused request counts
like one that was answered, but a process that has refused a party asks no further in that minute:
whoever hammers on costs nothing more.
"""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import Protocol

from loyalty.actors import Actor, MemberActor, Operator, PartnerActor
from loyalty.ports import Clock

A_MINUTE: Mapping[type[Actor], int] = MappingProxyType(
    {MemberActor: 60, Operator: 600, PartnerActor: 6_000}
)
"""Mutations, and queries from 500 rows on; each is one for every 50 rows that it may read
(`schema.costs`)."""

A_MINUTE_OF_NOBODY = 300
"""Requests of one source without a token that we know, in one process."""


class RequestCounts(Protocol):
    """Counts by the minute. Adapters stand in `storage/`."""

    def counted(self, party: str, minute: int, requests: int) -> int:
        """Counts so many more in a minute since 1970. Returns all that there are of it now.

        Atomic: of two at the same time one sees both. Raises StoreUnavailable.
        """


class Limiter:
    """Who has to wait. Safe to share between threads."""

    def __init__(self, counts: RequestCounts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock
        self._full: set[str] = set()
        self._minute = 0
        self._lock = Lock()

    def actor_waits_s(self, actor: Actor, requests: int) -> int:
        """How long an actor has to wait before so many; 0 if it need not."""
        return self.waits_s(actor.party, requests, A_MINUTE[type(actor)])

    def waits_s(self, party: str, requests: int, a_minute: int) -> int:
        """How long it has to wait, in seconds; 0 if it need not."""
        minute, second = _minute_of(self._clock())
        with self._lock:
            if minute != self._minute:
                self._minute, self._full = minute, set()
            full = party in self._full
        if not full:
            full = self._counts.counted(party, minute, requests) > a_minute
            if full:
                with self._lock:
                    self._full.add(party)
        return 60 - second if full else 0


def _minute_of(now: datetime) -> tuple[int, int]:
    return divmod(int(now.timestamp()), 60)
