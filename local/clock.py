"""The coalition's clock on one machine: set from the data during a replay, then running on.

Tokens are judged by the machine's own clock, entries by this one, so that a basket of 2017 earns
points of 2017 while the token that asks for them is of today.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock


class Clock:
    """A `loyalty.ports.Clock` that stands where it was set, until it is let run.

    It never goes back. Safe to share between threads.
    """

    def __init__(self, start: datetime, seconds: Callable[[], float] = time.monotonic) -> None:
        self._at = start.astimezone(UTC)
        self._seconds = seconds
        self._running_since: float | None = None
        self._lock = Lock()

    @classmethod
    def of_the_machine(cls) -> "Clock":
        """The machine's time, running."""
        clock = cls(datetime.now(UTC))
        clock.run()
        return clock

    def __call__(self) -> datetime:
        with self._lock:
            return self._now()

    def set(self, moment: datetime) -> None:
        """Stands at a moment, or where it is if that is later already."""
        with self._lock:
            self._at = max(moment.astimezone(UTC), self._now())
            self._running_since = None

    def run(self) -> None:
        """Goes on in real time from where it stands."""
        with self._lock:
            self._at = self._now()
            self._running_since = self._seconds()

    def _now(self) -> datetime:
        if self._running_since is None:
            return self._at
        return self._at + timedelta(seconds=self._seconds() - self._running_since)
