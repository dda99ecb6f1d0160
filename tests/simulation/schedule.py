"""A random schedule: several APIs, two sealers and two witnesses, and everything that goes wrong.

All follows from the seed: who is slow, whose clock steps, which call fails and how, which records
of the stream are lost, doubled or late, which process sleeps for long and wakes into another world.
Some seeds have one thing more: an entry key that ends; a backup that is put back, a clock that is a
day slow, a row that somebody changed. Of those three sealing has to stop, and what is published has
to stay as it is.
"""

import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

from functions import sealer as function
from ledger.checkpoints import CHECKPOINT
from ledger.errors import RuleBroken
from ledger.names import At, at_moment, at_text
from loyalty.ports import StoreUnavailable
from loyalty.refusals import Code, Refused
from sealing.publication import checkpoint_of
from sealing.sealer import CLOCK_TOLERANCE, ENTRY_MAX_AGE, Sealer
from sealing.stopped import Reason, SealingStopped
from tests.simulation.asks import Ask
from tests.simulation.checking import (
    ViolatedError,
    check_audit,
    check_recovered,
    check_stopped,
    drain,
    require,
)
from tests.simulation.faults import Call, Fault, Killed, Tally, Wire, Wires
from tests.simulation.keys import FUEL, GROCER, OPERATOR, as_member
from tests.simulation.turns import FOREVER, Actor, Turns
from tests.simulation.world import Snapshot, World, change_entry_key, founded, members_of

PARTNERS = ("grocer", "fuel")
MEMBERS = 3
_ISSUERS = {"grocer": GROCER, "fuel": FUEL}
_OF_COMMIT = (Fault.UNSENT, Fault.UNANSWERED, Fault.KILLED, Fault.KILLED_AFTER, Fault.LATE)
_KINDS: dict[str, tuple[Fault, ...]] = {
    "rows.commit": (*_OF_COMMIT, Fault.BUSY, Fault.CONFLICT, Fault.CONFLICT),
}
_OF_WRITE = (*_OF_COMMIT, Fault.BUSY)
_OF_READ = (Fault.UNSENT, Fault.KILLED, Fault.BUSY)
_CLOCK_STEPS_S = (0, 0, -0.001, 0.002, -0.4, 0.9, -3, 3, -7, 60, -600, 600, 3600, -18_000)
_SPECIAL = {1: "restored", 3: "restored under a sealer", 5: "slow", 7: "tampered", 9: "ending"}
_NEAR_STEPS_S = (0, 0, -0.001, 0.002, -0.4, 0.9, -3, 3, -7, 9)
"""While a key ends: two clocks differ by less than the 20 seconds that there is room for."""
_PASSING_S = (5, 19, 45, 59.9, 60, 61)
_TIME_STEPS_MS = (0, 0, 0, 1, 5, 40, 400)
_WITNESS_MODES = ("honest", "honest", "honest", "down", "lags", "lies", "nonsense")


class Result(NamedTuple):
    """What came of a seed. trace: every call, and what became of it; kept where it is asked for."""

    seed: int
    calls: int
    operations: int
    violation: str | None
    trace: list[tuple[object, ...]]


def run_seed(seed: int, tally: Tally | None = None) -> Result:
    """Runs one seed to its end and judges it."""
    simulation = Simulation(seed, tally or Tally())
    violation = None
    try:
        simulation.run()
        if seed % 4 == 0:
            check_audit(simulation.world)
    except (ViolatedError, SealingStopped) as violated:
        violation = str(violated)
    except Exception:  # a defect, wherever it is
        violation = traceback.format_exc()
    wires = simulation.world.wires
    return Result(seed, wires.calls, simulation.operations, violation, wires.trace)


class Simulation:
    """One seed's world, and who acts in it."""

    def __init__(self, seed: int, tally: Tally) -> None:
        self._random = random = Random(seed)
        self._table = founded(PARTNERS, MEMBERS)
        self.world = World(Wires(self._plan, tally), self._table)
        self.world.wires.late = self._keep_late
        self.operations = 0
        self._turns = Turns(random, self._tick)
        self._quiet = False
        self._late: list[tuple[int, Callable[[], object]]] = []
        self._offsets: dict[str, timedelta] = {}
        self._stops: list[Reason] = []
        self._rung: list[tuple[str, int]] = []
        self._read = 0
        self._rate = random.choice([0, 0, 0.005, 0.02, 0.02, 0.05, 0.1])
        self._sleepy = random.choice([0, 0.002, 0.01])
        self._clocks = random.choice([0, 0, 0.01, 0.03])
        self._untruthful = random.random() < 0.3
        self._special = _SPECIAL.get(seed % 10, "")
        self._slow = self._special == "slow"
        self._ends = self._special == "ending"
        self._sleeper: Actor | None = None
        self._special_at = random.randrange(60, 300)
        self._snapshot: Snapshot | None = None
        self._restored = False
        self._members = members_of(self._table)
        self._vouchers: dict[str, str] = {}
        self._asks = list(self._imagined())

    # What is asked

    def _imagined(self) -> Iterator[Ask]:
        """The requests of this seed."""
        random = self._random
        earned: list[Ask] = []
        count = random.randrange(8, 32)
        for number in range(count):
            key = f"request-{number}"
            member, other = random.sample(self._members, 2)
            kind = random.choices(
                ["purchase", "transfer", "reverse", "redeem", "use", "enrol", "governance"],
                [10 if number > 3 else 40, 4, 5, 4, 3, 1, 3],
            )[0]
            if kind == "purchase" or (kind == "reverse" and not earned):
                partner = _ISSUERS[random.choice(PARTNERS)]
                earned.append(Ask("purchase", partner, key, (member, random.randrange(1, 20))))
                yield earned[-1]
            elif kind == "reverse":
                of = random.choice(earned[-4:])
                yield Ask("reverse", of.actor, key, (of.id, random.randrange(1, of.args[1] + 2)))
            elif kind == "transfer":
                to = (other, random.choice(["STARS", "STARS", "MILES"]), random.randrange(1, 9))
                yield Ask("transfer", as_member(member), key, to)
            elif kind == "redeem":
                yield Ask("redeem", as_member(member), key, (member,))
            elif kind == "use":
                yield Ask("use", GROCER, key)
            elif kind == "enrol":
                yield Ask("enrol", OPERATOR, key, (f"Member {number}",))
            else:
                yield from self._governing(key)

    def _governing(self, key: str) -> Iterator[Ask]:
        kind = self._random.choice(["miles", "partner", "currency"])
        if kind == "partner":
            yield Ask("partner", OPERATOR, key, (f"shop-{key[8:]}",))
        elif kind == "currency":
            yield Ask("currency", OPERATOR, key, (f"C{key[8:]}X",))
        else:
            # Two at once try to begin the same.
            yield Ask("currency", OPERATOR, f"{key}/1", ("MILES",))
            yield Ask("programme", OPERATOR, f"{key}/2", ("miles", "MILES", *PARTNERS))

    # What goes on beside the processes

    def _tick(self, step: int) -> None:
        """Time passes; calls that were under way arrive; clocks step; witnesses change."""
        random, world = self._random, self.world
        world.now += timedelta(milliseconds=random.choice(_TIME_STEPS_MS))
        if self._late and self._late[0][0] <= step:
            self._land(self._late.pop(0)[1])
        if random.random() < self._clocks:
            name = random.choice(self._turns.actors).name
            steps = _NEAR_STEPS_S if self._ends else _CLOCK_STEPS_S
            self._offsets[name] = timedelta(seconds=random.choice(steps))
        if random.random() < 0.01:
            honest = _WITNESS_MODES[:4]
            modes = _WITNESS_MODES if self._untruthful else honest
            random.choice(world.witnesses).mode = random.choice(modes)
        if step >= self._special_at and self._special:
            self._specially()

    def _specially(self) -> None:
        world = self.world
        if self._special.startswith("restored"):
            note = world.log.read(CHECKPOINT)
            if self._snapshot is None:
                if self._special != "restored":
                    return
                self._snapshot = world.snapshot()
                return
            head = self._snapshot.head
            there = 0 if head is None else checkpoint_of(head.checkpoint).size
            if note is not None and checkpoint_of(note).size > there and self._ready_to_restore():
                world.restore(self._snapshot)
                self._restored = world.forgetful = True
                if self._sleeper is not None:
                    self._sleeper.asleep_until = self._turns.step + self._random.randrange(60)
                self._special = ""
                world.wires.trace.append(("a backup is put back", there))
        elif self._special == "slow":
            world.now += timedelta(hours=40)
            self._offsets["api-0"] = -timedelta(hours=30)
            self._special = ""
        elif self._special == "ending":
            change_entry_key(world)
            self._special = "ended"
            self._special_at += self._random.randrange(5, 60)
        elif self._special == "ended":
            world.now += timedelta(seconds=self._random.choice(_PASSING_S))
            self._special_at += self._random.randrange(5, 60)
        elif self._special == "tampered":
            world.store.tampers = True
            self._special = ""

    def _before_swap(self, actor: Actor) -> int:
        """The backup is of just before a swap, and the sealer that asks for it sleeps until it is
        put back: what it builds on is then the newest head again. Returns how long."""
        if self._snapshot is not None or self.world.store.head is None or self._quiet:
            return 0
        self._snapshot, self._sleeper = self.world.snapshot(), actor
        return FOREVER

    def _ready_to_restore(self) -> bool:
        return self._random.random() < 0.05

    def _keep_late(self, happens: Callable[[], object]) -> None:
        self._late.append((self._turns.step + self._random.choice([1, 5, 30, 150, 900]), happens))
        self._late.sort(key=lambda each: each[0])

    def _land(self, happens: Callable[[], object]) -> None:
        self.world.wires.trace.append(("a late call is executed", happens))
        with suppress(StoreUnavailable):
            happens()

    def _plan(self, call: Call) -> Fault | None:
        if self._quiet or self._random.random() >= self._rate:
            return None
        kinds = _KINDS.get(call.port, _OF_WRITE if call.writes else _OF_READ)
        return self._random.choice(kinds)

    def _pause(self, actor: Actor, port: str) -> None:
        steps = 0
        if self._special == "restored under a sealer" and port == "heads.swap":
            steps = self._before_swap(actor)
        if not steps and not self._quiet and self._random.random() < self._sleepy:
            steps = self._random.choice([10, 60, 250, FOREVER])
        self._turns.pause(actor, steps)

    def _clock(self, actor: Actor) -> datetime:
        return self.world.now + self._offsets.get(actor.name, timedelta())

    # The processes

    def _guarded(self, body: Callable[[Actor], None], actor: Actor) -> None:
        try:
            body(actor)
        except Exception:  # a defect, wherever it is
            self.world.violated(f"{actor.name}: {traceback.format_exc()}")

    def _wire(self, actor: Actor) -> Wire:
        return Wire(self.world.wires, actor.name, partial(self._pause, actor))

    def _api(self, asks: list[Ask], actor: Actor) -> None:
        """A client, and the API process that serves it."""
        began = 0
        coalition = None
        for ask in asks:
            ask_ = self._resolved(ask)
            if ask_ is None:
                continue
            self.operations += 1
            for _ in range(6):
                if coalition is None:
                    began += 1
                    coalition = self.world.coalition(
                        self._wire(actor),
                        Random(f"{self._random.random()}/{actor.name}/{began}"),
                        partial(self._clock, actor),
                        lambda _: self._turns.pause(actor, 2),
                    )
                try:
                    self.world.send(coalition, ask_)
                    break
                except Refused as refused:
                    if refused.code is not Code.CONTENDED:
                        require_possible(ask_, refused)
                        self.world.refused[ask_.id] = ask_
                        break
                except StoreUnavailable:
                    self.world.uncertain.add(ask_.id)
                except RuleBroken:
                    # A commit decided before a backup was put back can land on it, with a gap
                    # before it, and somebody can change a row: nothing is made of such rows.
                    if not self._restored and self.world.store.tampered is None:
                        raise
                    self.world.uncertain.add(ask_.id)
                    coalition = None
                except Killed:
                    self.world.uncertain.add(ask_.id)
                    coalition = None
                if self._random.random() < 0.15:
                    break

    def _resolved(self, ask: Ask) -> Ask | None:
        """A voucher to use is one that somebody got by now."""
        if ask.kind != "use":
            return ask
        world = self.world
        vouchers = [
            answer.record
            for id_, answer in world.answered.items()
            if world.sent[id_].kind == "redeem"
        ]
        if ask.key not in self._vouchers and vouchers:
            self._vouchers[ask.key] = vouchers[-1]
        voucher = self._vouchers.get(ask.key)
        return None if voucher is None else ask._replace(args=(voucher,))

    def _sealing(self, actor: Actor) -> None:
        """A sealer, woken by the stream, by its schedule, and by nothing at all."""
        began = 0
        sealer = witnessing = None
        checked = False
        while not self._quiet and self._others_live():
            self._turns.pause(actor, self._random.choice([0, 3, 15, 40]))
            if sealer is None or witnessing is None:
                began += 1
                random = Random(f"{self._random.random()}/{actor.name}/{began}")
                wire, clock = self._wire(actor), partial(self._clock, actor)
                sealer = self.world.sealer(wire, random, clock)
                witnessing = self.world.witnessing(wire, clock)
            self.operations += 1
            try:
                if not checked:
                    function.check_start(witnessing)
                    checked = True
                self._woken(sealer)
                if self._random.random() < 0.5:
                    function.tell(function.ask(witnessing))
            except StoreUnavailable:
                pass
            except Killed:
                sealer, checked = None, False
            except SealingStopped as stopped:
                self._judge(stopped, actor)
                # Whoever looks at it finds that a witness lied, and goes on.
                checked = self._untruthful

    def _woken(self, sealer: Sealer) -> None:
        if self._random.random() < 0.1:
            function.seal(sealer, {})
            return
        records = self._records()
        again = function.seal(sealer, {"Records": records})["batchItemFailures"]
        if again:
            numbers = [each["dynamodb"]["SequenceNumber"] for each in records]
            first = numbers.index(again[0]["itemIdentifier"])
            self._rung += [(number, 0) for number in numbers[first:]]

    def _records(self) -> list[dict[str, Any]]:
        """What the stream delivers: some lost, some doubled, some later, in any order."""
        random, stream = self._random, self.world.store.stream
        fresh = [(str(number), 0) for number in range(self._read, len(stream))]
        self._read = len(stream)
        self._rung += [each for each in fresh if random.random() > 0.05]
        self._rung += [each for each in fresh if random.random() < 0.2]
        random.shuffle(self._rung)
        kept = random.randrange(len(self._rung) + 1) if random.random() < 0.3 else 0
        now, self._rung = self._rung[kept:], self._rung[:kept]
        return [
            {
                "dynamodb": {
                    "SequenceNumber": number,
                    "Keys": {"pk": {"S": f"W#{stream[int(number)]}"}},
                }
            }
            for number, _ in now
        ]

    def _others_live(self) -> bool:
        return any(
            not each.done and each.asleep_until < FOREVER
            for each in self._turns.actors
            if each.name.startswith("api")
        )

    def _judge(self, stopped: SealingStopped, actor: Actor) -> None:
        """A sealer that stops has to have a cause, which the simulation knows of."""
        head = self.world.store.head
        causes = {
            Reason.CLOCK: self._restored
            or (head is not None and self._clock(actor) < at_moment(head.at) - CLOCK_TOLERANCE),
            Reason.TIME: self._too_old(),
            Reason.ROW: self.world.store.tampered is not None or self._restored,
            Reason.DAMAGED: self._restored,
            Reason.REWOUND: self._restored or self._untruthful,
            Reason.FORKED: self._restored,
        }
        self._stops.append(stopped.reason)
        self.world.wires.trace.append((actor.name, "stopped", str(stopped)))
        if not causes.get(stopped.reason):
            self.world.violated(f"{actor.name} stopped without a cause: {stopped}")

    def _too_old(self) -> bool:
        """Whether a transaction waits that the 24 hours do not allow any more."""
        world = self.world
        if world.store.head is None:
            return False
        oldest = at_text(at_moment(world.store.head.at) - ENTRY_MAX_AGE)
        return any(
            row.wallet.at < oldest and row.transaction not in world.heads._indexes
            for rows in world.store._wallets.values()
            for row in rows
        )

    # From the beginning to the end

    def run(self) -> None:
        """Raises ViolatedError."""
        random, turns = self._random, self._turns
        apis = random.randrange(1, 4)
        for number in range(apis):
            asks = [ask for at, ask in enumerate(self._asks) if at % apis == number]
            # Some requests reach two processes.
            asks += [ask for ask in self._asks if random.random() < 0.1]
            body = partial(self._guarded, partial(self._api, asks))
            turns.begin(Actor(f"api-{number}", body))
        for number in range(2):
            turns.begin(Actor(f"sealer-{number}", partial(self._guarded, self._sealing)))
        turns.run()
        self._quiet = True
        random.shuffle(self._late)
        some = random.randrange(len(self._late) + 1)
        for _, happens in self._late[:some]:
            self._land(happens)
        self._settle()
        for _, happens in self._late[some:]:
            self._land(happens)
        self._late = []
        turns.wake()
        turns.run()
        self._settle()

    def _settle(self) -> None:
        """Nothing fails from here on, and every clock is right: does everything come to its end?"""
        world = self.world
        self._offsets.clear()
        for witness in world.witnesses:
            witness.mode = "honest"
        if self._restored:
            self._refused_after_restoring()
            return
        world.now = max(world.now, self._latest()) + timedelta(seconds=1)
        if self._too_old():
            check_stopped(world, self._random, Reason.TIME)
        elif world.store.tampered is not None:
            check_stopped(world, self._random, Reason.ROW)
        else:
            check_recovered(world, self._random)

    def _latest(self) -> datetime:
        """The latest time that anything is dated."""
        store = self.world.store
        times = [row.wallet.at for rows in store._wallets.values() for row in rows]
        times += [At("")] if store.head is None else [store.head.at]
        coalition = self.world.coalition(Wire(Wires(lambda _: None, Tally()), "last"), Random(0))
        times.append(coalition.written().at)
        return at_moment(max(times))

    def _refused_after_restoring(self) -> None:
        """The table has forgotten what is published: nothing may be published any more."""
        world = self.world
        before = len(world.log.versions)
        try:
            drain(world, self._random)
        except SealingStopped as stopped:
            require(stopped.reason in (Reason.REWOUND, Reason.FORKED), f"stopped: {stopped}")
        else:
            raise ViolatedError("a sealer went on from a restored backup")
        require(len(world.log.versions) == before, "published after a backup was restored")
        check_stopped(world, None, None)


def require_possible(ask: Ask, refused: Refused) -> None:
    """No request here is one that is refused for what it is."""
    wrong = {Code.INVALID_INPUT, Code.IDEMPOTENCY_CONFLICT, Code.SIGNATURE_INVALID}
    require(refused.code not in wrong, f"{ask} was refused: {refused}")
