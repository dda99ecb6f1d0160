"""Actors that take turns: threads of which one runs at a time, the next one chosen by a seed.

An actor runs until it pauses, which it does before each call of a port. Then the next is chosen,
and all others wait. So a seed gives the same order every time, down to each call.
"""

from collections.abc import Callable
from random import Random
from threading import Lock, Thread

FOREVER = 10**9


class Actor:
    """Someone who does something by himself. body: what he does, until he is done."""

    def __init__(self, name: str, body: Callable[["Actor"], None]) -> None:
        self.name = name
        self.body = body
        self.asleep_until = 0
        self.done = False
        self.turn = Lock()
        self.turn.acquire()


class Turns:
    """Whose turn it is. tick: called at every step, by whoever has it."""

    def __init__(self, random: Random, tick: Callable[[int], None]) -> None:
        self.step = 0
        self.actors: list[Actor] = []
        self._random = random
        self._tick = tick
        self._main = Lock()
        self._main.acquire()

    def begin(self, actor: Actor) -> None:
        self.actors.append(actor)
        Thread(target=self._live, args=(actor,), name=actor.name, daemon=True).start()

    def run(self) -> None:
        """Lets all of them run, until each is done or asleep for ever."""
        chosen = self._choose()
        if chosen is not None:
            chosen.turn.release()
            self._main.acquire()

    def wake(self) -> None:
        """Whoever sleeps goes on at the next `run`."""
        for actor in self.actors:
            actor.asleep_until = 0

    def pause(self, actor: Actor, steps: int = 0) -> None:
        """Others may take their turn; steps: how many are taken at least, if there are others."""
        self.step += 1
        self._tick(self.step)
        if steps:
            actor.asleep_until = self.step + steps
        chosen = self._choose()
        if chosen is not actor:
            self._hand(chosen)
            actor.turn.acquire()

    def _live(self, actor: Actor) -> None:
        actor.turn.acquire()
        try:
            actor.body(actor)
        finally:
            actor.done = True
            self._hand(self._choose())

    def _hand(self, chosen: Actor | None) -> None:
        (self._main if chosen is None else chosen.turn).release()

    def _choose(self) -> Actor | None:
        alive = [each for each in self.actors if not each.done and each.asleep_until < FOREVER]
        if not alive:
            return None
        awake = [each for each in alive if each.asleep_until <= self.step]
        if not awake:
            self.step = min(each.asleep_until for each in alive)
            awake = [each for each in alive if each.asleep_until <= self.step]
        return self._random.choice(awake)
