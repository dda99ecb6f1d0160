"""A small history, run with given faults at given calls: every one of them, and every two.

One partner, two members. Points are earned, given away, taken back and spent, a currency is added,
and in between the sealer seals and asks its witnesses. A request is sent again until it is
answered. A seal that fails is not: the next one has to find its way.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import NamedTuple

from functions.sealer import ask, check_start
from loyalty.coalition import Coalition
from loyalty.ports import StoreUnavailable
from loyalty.refusals import Refused
from sealing.sealer import Sealer
from sealing.stopped import SealingStopped
from sealing.witnessing import Witnessing
from tests.simulation.asks import Ask
from tests.simulation.checking import ViolatedError, check_recovered
from tests.simulation.faults import (
    IN_PAIRS,
    OF_READS,
    OF_WRITES,
    Call,
    Fault,
    Killed,
    Tally,
    Wire,
    Wires,
)
from tests.simulation.keys import GROCER, OPERATOR, as_member
from tests.simulation.world import World, founded, members_of

ATTEMPTS = 8
"""A request that is sent so often is answered: no more than two of its calls fail."""

Faults = Mapping[int, Fault]
"""What becomes of the calls with these numbers."""


class Ran(NamedTuple):
    """A run: its calls, in order, and what was wrong, if anything."""

    calls: list[Call]
    violation: str | None
    trace: list[tuple[object, ...]]


class _Processes:
    """An API and a sealer, each with nothing in memory when it begins."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._began = 0
        self.restart()

    def restart(self) -> None:
        self._began += 1
        world, random = self._world, Random(self._began)
        self.api: Coalition = world.coalition(Wire(world.wires, "api"), random)
        self.sealer: Sealer = world.sealer(Wire(world.wires, "sealer"), random)
        self.witnessing: Witnessing = world.witnessing(Wire(world.wires, "sealer"))
        self._checked = False

    def ask(self, ask: Ask) -> None:
        for _ in range(ATTEMPTS):
            try:
                self._world.send(self.api, ask)
            except Killed:
                self.restart()
            except StoreUnavailable:
                continue
            else:
                return
        raise ViolatedError(f"{ask} was not answered in {ATTEMPTS} attempts")

    def seal(self) -> None:
        try:
            if not self._checked:
                check_start(self.witnessing)
                self._checked = True
            self.sealer.drain(frozenset(self._world.store.wallet_ids()))
            ask(self.witnessing)
        except Killed:
            self.restart()
        except StoreUnavailable:
            pass


def steps(members: list[str]) -> Iterator[Ask | None]:
    """What is asked, in order; None: a seal."""
    ana, ben = members
    earned = Ask("purchase", GROCER, "earned", (ana, 10))
    yield earned
    yield None
    yield Ask("transfer", as_member(ana), "given", (ben, "STARS", 7))
    yield Ask("currency", OPERATOR, "added", ("MILES",))
    yield None
    yield Ask("reverse", GROCER, "returned", (earned.id, 6))
    yield Ask("redeem", as_member(ben), "spent", (ben,))
    yield None


def run(faults: Faults, tally: Tally | None = None) -> Ran:
    """The history with these faults, then recovery, once and twice, then all invariants."""
    calls: list[Call] = []

    def plan(call: Call) -> Fault | None:
        calls.append(call)
        return faults.get(call.number)

    wires = Wires(plan, tally or Tally())
    table = founded(("grocer",), 2)
    world = World(wires, table)
    violation = None
    try:
        processes = _Processes(world)
        for step in steps(members_of(table)):
            world.now += timedelta(milliseconds=700)
            if step is None:
                processes.seal()
            else:
                processes.ask(step)
        check_recovered(world, Random(99))
    except (ViolatedError, SealingStopped, Refused) as violated:
        violation = str(violated)
    except Exception as error:  # a defect, wherever it is
        violation = f"{type(error).__name__}: {error}"
    return Ran(calls, violation, wires.trace)


def singles(of_writes: Sequence[Fault] = OF_WRITES) -> Iterator[Faults]:
    """Every call, with every fault."""
    for call in run({}).calls:
        for fault in of_writes if call.writes else OF_READS:
            yield {call.number: fault}


def pairs_after(first: Faults) -> Iterator[Faults]:
    """A fault and every one that can follow it, in the run that it leads to."""
    ((number, _),) = first.items()
    for call in run(first).calls:
        if call.number > number:
            for fault in IN_PAIRS if call.writes else OF_READS:
                yield {**first, call.number: fault}
