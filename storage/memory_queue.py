"""The in-memory twin of the queue of deliveries: the same semantics, without I/O."""

from collections.abc import Sequence
from threading import Lock

from ledger.names import At
from loyalty.webhooks.ports import Delivery, State, cursor_of


class MemoryQueue:
    """A `loyalty.webhooks.ports.Queue` that forgets everything when the process ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._deliveries: dict[tuple[str, str], Delivery] = {}

    def put(self, new: Delivery, old: Delivery | None) -> bool:
        key = new.endpoint, new.event
        with self._lock:
            found = self._deliveries.get(key)
            if (found and found.version) != (old and old.version):
                return False
            self._deliveries[key] = new
        return True

    def get(self, endpoint: str, event: str) -> Delivery | None:
        return self._deliveries.get((endpoint, event))

    def due(self, at: At, limit: int) -> Sequence[Delivery]:
        found = [each for each in self._in(State.DUE) if each.at <= at]
        return found[:limit]

    def dead(self, endpoint: str, after: str, limit: int) -> Sequence[Delivery]:
        found = (each for each in self._in(State.DEAD) if each.endpoint == endpoint)
        return [each for each in found if cursor_of(each) > after][:limit]

    def _in(self, state: State) -> list[Delivery]:
        with self._lock:
            found = [each for each in self._deliveries.values() if each.state is state]
        return sorted(found, key=cursor_of)
