"""How often an actor asked, in memory: the twin of the counts in DynamoDB."""

from collections import Counter
from threading import Lock


class MemoryRequestCounts:
    """Counts of the newest minute that it was asked for; earlier ones are forgotten."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def counted(self, party: str, minute: int, requests: int) -> int:
        with self._lock:
            if minute > self._minute:
                self._minute, self._counts = minute, Counter()
            self._counts[party] += requests
            return self._counts[party]
