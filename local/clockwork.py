"""The clock of a coalition on this machine: what is due by the day is done by itself.

As it is deployed: records of the table's stream go through `functions.due.note`, and a run is
`functions.clock.tick`. While a coalition is served, a thread does both. A replay, whose time leaps
from day to day, takes turns itself: what is due on a day is done before that day's first purchase,
whenever it is replayed.
"""

import sys
from collections.abc import Mapping
from threading import Event, Lock, Thread
from typing import Any

import functions.clock
import functions.due
from ledger.names import day_of
from local.stream import Doorbell
from loyalty.coalition import Coalition
from storage.agenda_dynamodb import DynamoAgenda
from storage.dynamodb import DynamoStore

POLL_S = 5.0
_TURN_S = 3_600.0
_JOIN_S = 60.0


class Clockwork:
    """Does what is due, in turns or in a thread, until its context ends."""

    def __init__(self, coalition: Coalition, store: DynamoStore) -> None:
        """Within `local_store()`, before anything is written."""
        self._coalition = coalition
        self._agenda = DynamoAgenda(store)
        self._doorbell = Doorbell(store)
        self._undone: list[Mapping[str, Any]] = []
        self._lock = Lock()
        self._day = ""
        self._said = ""
        self._ends = Event()
        self._thread = Thread(target=self._run, name="clock", daemon=True)

    def __enter__(self) -> "Clockwork":
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def start(self) -> None:
        """From here on by itself, every few seconds in which there is something new."""
        self._thread.start()

    def turn(self, *, every_wallet: bool = False) -> dict[str, Any]:
        """All that is due by now. Returns what `functions.clock` answers."""
        with self._lock:
            self._follow()
            day, event = day_of(self._coalition.now()), {"every_wallet": every_wallet}
            answer = functions.clock.tick(self._coalition, self._agenda, event, lambda: _TURN_S)
            self._day = day
            return answer

    def new_day(self) -> None:
        """A turn, if there was none yet on this day."""
        if day_of(self._coalition.now()) != self._day:
            self.turn()

    def _follow(self) -> bool:
        """Notes what is due after what was committed. Whether there was anything."""
        rung = self._undone + self._doorbell.rung()
        answer = functions.due.note(self._coalition, self._agenda, {"Records": rung})
        self._undone = rung if answer["batchItemFailures"] else []
        return bool(rung)

    def _run(self) -> None:
        while not self._ends.wait(POLL_S):
            try:
                with self._lock:
                    new = self._follow()
                if new:
                    self.turn()
                else:
                    self.new_day()
                self._said = ""
            except Exception as error:  # whatever it is, what is due stays due
                fault = f"the clock failed: {type(error).__name__}: {error}"
                if fault != self._said:
                    self._said = fault
                    print(f"tallystick: {fault}", file=sys.stderr)
