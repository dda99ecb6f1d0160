"""A coalition that lives through faults: all that outlives a process, and what all have seen."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from ledger.names import At, TransactionId, transaction_id
from loyalty import governing
from loyalty.coalition import Coalition
from loyalty.committing import Answer
from loyalty.governance_drafts import GovernanceDraft
from loyalty.own_keys import Held, add_own_key, revoke_own_key
from loyalty.ports import Outcome, TransactionRow
from sealing.ports import Answer as WitnessAnswer
from sealing.ports import Head
from sealing.sealer import Keys, Sealer
from sealing.witnesses import one_by_one
from sealing.witnessing import Witnessing
from storage.memory_log import MemoryObjects
from tests.simulation.asks import PERFORM, Ask
from tests.simulation.faults import Tally, Wire, Wires
from tests.simulation.keys import (
    ENTRY_KEY,
    LOG_KEY,
    NEXT_ENTRY_KEY,
    NOON,
    OPERATOR,
    ORIGIN,
    WITNESSES,
)
from tests.simulation.twins import MemoryWitness, Published, RecordingHeads, RecordingStore


class Snapshot(NamedTuple):
    """The table, as a backup has it."""

    parts: tuple[Any, ...]
    head: Head | None
    indexes: Mapping[TransactionId, int]


class World:
    """All that outlives a process, and what everyone in it has seen."""

    def __init__(self, wires: Wires | None = None, founded: Snapshot | None = None) -> None:
        self.wires = wires or Wires(lambda call: None, Tally())
        self.now = NOON
        self.violations: list[str] = []
        self.forgetful = False
        self.batch_entries = 0
        self.store = RecordingStore()
        self.heads = RecordingHeads(self.store)
        self.log = Published(self.violated)
        self.own = MemoryObjects()
        self.sent: dict[TransactionId, Ask] = {}
        self.answered: dict[TransactionId, Answer] = {}
        self.refused: dict[TransactionId, Ask] = {}
        self.uncertain: set[TransactionId] = set()
        self.witnesses = [
            MemoryWitness(signer, lambda: self.now, Random(signer.verifier.name))
            for signer in WITNESSES
        ]
        if founded is not None:
            self.restore(founded)

    def violated(self, what: str) -> None:
        self.violations.append(what)
        self.wires.trace.append(("violated", what))

    # The processes

    def coalition(
        self,
        wire: Wire,
        random: Random,
        clock: Callable[[], datetime] | None = None,
        sleep: Callable[[float], None] = lambda _: None,
    ) -> Coalition:
        """An API process that has just started."""
        rows = wire.to("rows", self.store)
        clock = clock or (lambda: self.now)
        return Coalition(
            ORIGIN,
            rows,
            ENTRY_KEY,
            clock,
            random.randbytes,
            sleep,
            further_signers=(NEXT_ENTRY_KEY,),
        )

    def sealer(
        self, wire: Wire, random: Random, clock: Callable[[], datetime] | None = None
    ) -> Sealer:
        """A sealer that has just started."""
        return Sealer(
            ORIGIN,
            wire.to("rows", self.store),
            wire.to("heads", self.heads),
            wire.to("log", self.log),
            wire.to("own", self.own),
            Keys((LOG_KEY,), ENTRY_KEY, (NEXT_ENTRY_KEY,)),
            clock or (lambda: self.now),
            random.randbytes,
            self.batch_entries or random.choice([3, 100]),
        )

    def witnessing(self, wire: Wire, clock: Callable[[], datetime] | None = None) -> Witnessing:
        """Who asks the witnesses, and has just started."""
        by_url = {f"{each.target.url}/add-checkpoint": each for each in self.witnesses}
        port = wire.to("witness", _Post(by_url))
        return Witnessing(
            wire.to("log", self.log),
            [each.target for each in self.witnesses],
            port.post,
            clock or (lambda: self.now),
            one_by_one,
        )

    # Backups

    def snapshot(self) -> Snapshot:
        store = self.store
        parts = (
            dict(store._transactions),
            {id_: list(rows) for id_, rows in store._wallets.items()},
            list(store._governance),
            dict(store._records),
            dict(store._standings),
        )
        return Snapshot(parts, store.head, dict(self.heads._indexes))

    def restore(self, snapshot: Snapshot) -> None:
        """The table is again what it was then; objects are not."""
        store = self.store
        transactions, wallets, governance, records, standings = snapshot.parts
        store._transactions = dict(transactions)
        store._wallets = {id_: list(rows) for id_, rows in wallets.items()}
        store._governance = list(governance)
        store._records = dict(records)
        store._standings = dict(standings)
        store.head = snapshot.head
        self.heads._indexes = dict(snapshot.indexes)

    # What is asked

    def send(self, coalition: Coalition, ask: Ask) -> Answer:
        """One attempt at a request. Whatever it raises, an answer that comes twice is the same."""
        self.sent.setdefault(ask.id, ask)
        answer = PERFORM[ask.kind](coalition, ask.request, *ask.args)
        earlier = self.answered.setdefault(ask.id, answer)
        if earlier != answer and not self.forgetful:
            self.violated(f"{ask} was answered with {earlier}, then with {answer}")
        return answer


class _Post:
    def __init__(self, witnesses: Mapping[str, MemoryWitness]) -> None:
        self._witnesses = witnesses

    def post(self, url: str, body: bytes) -> WitnessAnswer:
        return self._witnesses[url].post(body)


def leave(world: World, partner: str) -> None:
    """A partner leaves. No mutation does that yet."""
    coalition = world.coalition(Wire(world.wires, "desk"), Random(0))
    draft = GovernanceDraft(coalition)
    draft.add("partner", partner=partner, status="left")
    row = TransactionRow(transaction_id("system:test", partner), None, None)
    assert world.store.commit(draft.commit(row)) is Outcome.DONE


def change_entry_key(world: World) -> None:
    """Operators change the entry key, by a clock that is right: it ends a minute later."""
    desk = world.coalition(Wire(Wires(lambda _: None, Tally()), "desk"), Random(0))
    held = Held(frozenset({str(NEXT_ENTRY_KEY.verifier)}), frozenset())
    add_own_key(desk, "entries", str(NEXT_ENTRY_KEY.verifier), held)
    revoke_own_key(desk, "entries", ENTRY_KEY.verifier.label, held)


@lru_cache(4)
def founded(partners: tuple[str, ...], members: int) -> Snapshot:
    """A table in which these partners have one currency and one programme, nothing of it sealed."""
    world = World()
    coalition = world.coalition(Wire(world.wires, "founding"), Random(1))
    assert governing.found(coalition, LOG_KEY.verifier)
    asks = [
        *(Ask("partner", OPERATOR, f"founding-{each}", (each,)) for each in partners),
        Ask("currency", OPERATOR, "founding-currency", ("STARS",)),
        Ask("programme", OPERATOR, "founding-programme", ("stars", "STARS", *partners)),
        *(Ask("enrol", OPERATOR, f"founding-{i}", (f"Member {i}",)) for i in range(members)),
    ]
    for ask in asks:
        world.send(coalition, ask)
    return world.snapshot()


def members_of(snapshot: Snapshot) -> list[str]:
    """Ids of the members that were founded."""
    return sorted(id_ for kind, id_ in snapshot.parts[3] if kind.__name__ == "Member")


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def time_of(head: Head | None) -> At | None:
    return head and head.at
