"""A coalition that lives through faults: the in-memory twins, and a record of all that they held.

The twins here keep what a test needs to judge by and the product does not: every object that was
ever published, every head that was ever swapped in, every request that was ever sent.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from random import Random
from typing import Any, NamedTuple

from ledger.canonical import canonical
from ledger.checkpoints import CHECKPOINT, Checkpoint, opened
from ledger.cosignatures import cosignatures
from ledger.instructions import instruction, registration
from ledger.names import At, CurrencyCode, TransactionId, WalletId, digest, transaction_id
from ledger.notes import COSIGNATURE, SeedSigner, VerifierKey
from ledger.tiles import tiles_of
from loyalty import governing
from loyalty.actors import Actor, MemberActor, Operator, PartnerActor, Role
from loyalty.authority import Signature
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Request, request_of
from loyalty.governance_drafts import GovernanceDraft, PartnerSignature
from loyalty.members import enrol_member
from loyalty.own_keys import Held, add_own_key, revoke_own_key
from loyalty.ports import Commit, Outcome, StoreUnavailable, TransactionRow
from loyalty.purchases import Basket, record_purchase
from loyalty.reversals import reverse_transaction
from loyalty.rewards import Redemption, Till, redeem_reward, use_voucher
from loyalty.transfers import Gift, transfer_points
from sealing.ports import Answer as WitnessAnswer
from sealing.ports import Head, Swap
from sealing.publication import checkpoint_of
from sealing.sealer import Keys, Sealer
from sealing.witnesses import WitnessTarget, one_by_one
from sealing.witnessing import Witnessing
from storage.memory import MemoryStore
from storage.memory_log import MemoryHeads, MemoryObjects
from tests.simulation.faults import Tally, Wire, Wires
from witness.protocol import Seen, decide, parse_request

ORIGIN = "stars.example/ledger"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPERATOR = Operator("ann", frozenset(Role))
GROCER, FUEL = PartnerActor("grocer"), PartnerActor("fuel")


class Remembering(SeedSigner):
    """A signer that signs a message once: the same one always has the same signature."""

    __slots__ = ("sign",)

    def __init__(self, name: str, seed: bytes, type_: bytes = b"\x01") -> None:
        super().__init__(name, seed, type_)
        self.sign = lru_cache(20_000)(super().sign)


LOG_KEY = Remembering(ORIGIN, b"l" * 32)
ENTRY_KEY = Remembering(f"{ORIGIN}/entries", b"e" * 32)
NEXT_ENTRY_KEY = Remembering(f"{ORIGIN}/entries", b"n" * 32)
"""Held by every process beside the other, as after a deployment with both."""
WITNESSES = tuple(
    Remembering(f"{name}.example/witness", name.encode().ljust(32, b"w"), COSIGNATURE)
    for name in ("grocer", "fuel")
)


@cache
def key_of(partner: str) -> Remembering:
    return Remembering(f"{partner}.example", partner.encode().ljust(32, b"."))


def programme(
    id_: str, version: int, currency: str, partners: tuple[str, ...]
) -> dict[str, object]:
    """A document by which these partners give a point for each unit of money."""
    return {
        "id": id_,
        "version": version,
        "name": id_.title(),
        "currency": currency,
        "earn": [
            {
                "effect": "points_per_amount",
                "id": "base",
                "partners": list(partners),
                "money": "USD",
                "points": 1,
                "per_minor": 100,
                "rounding": "floor",
            }
        ],
        "rewards": [{"id": "coffee", "name": "A coffee", "points": 5, "partner": partners[0]}],
        "expiry": {"after": "month_end", "months": 12},
    }


class Ask(NamedTuple):
    """A request that someone sends, and sends again until it is answered."""

    kind: str
    actor: Actor
    key: str
    args: tuple[Any, ...] = ()

    @property
    def request(self) -> Request:
        return request_of(self.actor, self.key, [self.kind, *self.args], self.kind)

    @property
    def id(self) -> TransactionId:
        return self.request.id


class Published(MemoryObjects):
    """The published objects. What was ever there is kept; what must not happen is told at once."""

    def __init__(self, world: "World") -> None:
        super().__init__()
        self._world = world
        self.versions: list[tuple[str, bytes]] = []
        self.first: dict[str, bytes] = {}

    def replace(self, path: str, data: bytes, tag: str | None) -> bool:
        before = self.read(path)
        if not super().replace(path, data, tag):
            return False
        if path == CHECKPOINT:
            self._checkpoint(before, data)
        elif self.first.setdefault(path, data) != data:
            self._world.violated(f"published bytes of {path} changed")
        self.versions.append((path, data))
        return True

    def delete(self, path: str) -> None:
        super().delete(path)
        self._world.violated(f"the published {path} was deleted")

    def _checkpoint(self, before: bytes | None, note: bytes) -> None:
        """A checkpoint is there only when all that it covers is, and never goes back."""
        checkpoint = opened_once(note)
        missing = [tile.path for tile in tiles_of(checkpoint.size) if self.read(tile.path) is None]
        if missing:
            self._world.violated(f"a checkpoint of {checkpoint.size} without {missing}")
        if before is None:
            return
        old = checkpoint_of(before)
        if old.size > checkpoint.size:
            self._world.violated(f"the checkpoint went back from {old.size} to {checkpoint.size}")
        if old == checkpoint and not cosigners(before) <= cosigners(note):
            self._world.violated(f"cosignatures of the checkpoint of {old.size} were lost")


class RecordingHeads(MemoryHeads):
    """The log's head, and every head that there ever was."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.swapped: list[Head] = []

    def swap(self, old: bytes | None, new: Head) -> Swap:
        swapped = super().swap(old, new)
        if swapped is Swap.DONE:
            self.swapped.append(new)
        return swapped


class RecordingStore(MemoryStore):
    """The rows, and the stream of what was written to them."""

    def __init__(self) -> None:
        super().__init__()
        self.stream: list[WalletId] = []
        self.tampers = False
        self.tampered: WalletId | None = None

    def commit(self, commit: Commit) -> Outcome:
        outcome = super().commit(commit)
        if outcome is Outcome.DONE:
            self.stream += [row.wallet.id for row in commit.wallets]
            if self.tampers and commit.wallets and self.tampered is None:
                self._tamper(commit.wallets[0].wallet.id)
        return outcome

    def _tamper(self, id_: WalletId) -> None:
        """Somebody gives a wallet a point in its newest row."""
        row = self._wallets[id_][-1]
        more = row.wallet.balances._replace(available=row.wallet.balances.available + 1)
        self._wallets[id_][-1] = row._replace(wallet=row.wallet._replace(balances=more))
        self.tampered = id_


class MemoryWitness:
    """A witness that does as c2sp.org/tlog-witness says, as long as it is `honest`."""

    def __init__(self, signer: SeedSigner, now: Callable[[], datetime], random: Random) -> None:
        self.signer = signer
        self.mode = "honest"
        self.seen: Seen | None = None
        self.cosigned: list[Seen] = []
        self._now = now
        self._random = random

    @property
    def target(self) -> WitnessTarget:
        return WitnessTarget(self.signer.verifier, f"https://{self.signer.verifier.name}")

    def post(self, body: bytes) -> WitnessAnswer:
        if self.mode == "down":
            raise StoreUnavailable("the witness is down")
        if self.mode == "nonsense":
            status = self._random.choice([200, 204, 302, 400, 404, 409, 422, 500, 503])
            return WitnessAnswer(status, "text/x.tlog.size", self._random.randbytes(40))
        if self.mode == "lies":
            return self._random.choice(
                [
                    WitnessAnswer(409, "text/x.tlog.size", b"999999\n"),
                    WitnessAnswer(422, "text/plain", b"no"),
                    WitnessAnswer(200, "text/plain", b"\xe2\x80\x94 x " + b"A" * 100 + b"\n"),
                ]
            )
        request = parse_request(body)
        seen = self.seen
        if self.mode == "lags" and len(self.cosigned) > 1:
            # What it cosigned last did not get to its disk.
            seen = self.cosigned[-2]
        decision = decide(
            seen, request, [LOG_KEY.verifier], self.signer, int(self._now().timestamp())
        )
        if decision.fork is not None:
            raise AssertionError("a witness saw two checkpoints of one size")
        if decision.seen is not None:
            self.seen = decision.seen
            self.cosigned.append(decision.seen)
        status, answer, content_type = decision.response
        return WitnessAnswer(status, content_type, answer)


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
        self.log = Published(self)
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
        answer = _PERFORM[ask.kind](coalition, ask.request, *ask.args)
        earlier = self.answered.setdefault(ask.id, answer)
        if earlier != answer and not self.forgetful:
            self.violated(f"{ask} was answered with {earlier}, then with {answer}")
        return answer


class _Post:
    def __init__(self, witnesses: Mapping[str, MemoryWitness]) -> None:
        self._witnesses = witnesses

    def post(self, url: str, body: bytes) -> WitnessAnswer:
        return self._witnesses[url].post(body)


@lru_cache(20_000)
def opened_once(note: bytes) -> Checkpoint:
    """The checkpoint of a note that the log key signed. Raises RuleBroken."""
    return opened(note, [LOG_KEY.verifier])


@lru_cache(20_000)
def cosigners(note: bytes) -> frozenset[VerifierKey]:
    """Which witnesses' signatures a published checkpoint has; all of them hold."""
    return frozenset(cosignatures(note, [signer.verifier for signer in WITNESSES]))


def _signature(request: Request, operation: str) -> Signature:
    """A partner's, over its request."""
    assert isinstance(request.actor, PartnerActor)
    message = instruction(ORIGIN, operation, request.id, request.asked)
    return _signed(request.actor.id, message)


def _signed(partner: str, message: bytes) -> Signature:
    signer = key_of(partner)
    return Signature(signer.verifier.label, b64encode(signer.sign(message)).decode())


def _enrol(coalition: Coalition, request: Request, name: str) -> Answer:
    return enrol_member(coalition, request, name)


def _purchase(coalition: Coalition, request: Request, member: str, points: int) -> Answer:
    basket, signature = Basket(points * 100, "USD"), _signature(request, "earn")
    return record_purchase(coalition, request, member, basket, None, signature).answer


def _transfer(
    coalition: Coalition, request: Request, to_member: str, currency: str, points: int
) -> Answer:
    return transfer_points(coalition, request, Gift(to_member, CurrencyCode(currency), points))


def _reverse(coalition: Coalition, request: Request, of: TransactionId, points: int) -> Answer:
    return reverse_transaction(coalition, request, of, points, _signature(request, "reverse"))


def _redeem(coalition: Coalition, request: Request, member: str) -> Answer:
    return redeem_reward(coalition, request, Redemption(member, "stars", "coffee"), None)


def _use(coalition: Coalition, request: Request, voucher: str) -> Answer:
    return use_voucher(coalition, request, voucher, Till())


def _currency(coalition: Coalition, request: Request, code: str) -> Answer:
    return governing.create_currency(coalition, request, code, 0, None)


def _programme(
    coalition: Coalition, request: Request, id_: str, currency: str, *partners: str
) -> Answer:
    document = programme(id_, 1, currency, partners)
    rule = digest(canonical(document))
    message = instruction(ORIGIN, "programme", f"{id_}@1", rule)
    signed = [PartnerSignature(each, _signed(each, message)) for each in partners]
    return governing.publish_programme(coalition, request, document, signed)


def _partner(coalition: Coalition, request: Request, partner: str) -> Answer:
    signer = key_of(partner)
    vkey = str(signer.verifier)
    proof = signer.sign(registration(ORIGIN, f"partner:{partner}", vkey))
    text = b64encode(proof).decode()
    return governing.register_partner(coalition, request, partner, partner.title(), vkey, text)


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


_PERFORM: dict[str, Callable[..., Answer]] = {
    "enrol": _enrol,
    "purchase": _purchase,
    "transfer": _transfer,
    "reverse": _reverse,
    "redeem": _redeem,
    "use": _use,
    "currency": _currency,
    "programme": _programme,
    "partner": _partner,
}


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


def as_member(member: str) -> MemberActor:
    return MemberActor(member)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def time_of(head: Head | None) -> At | None:
    return head and head.at
