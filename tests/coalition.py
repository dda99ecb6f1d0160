"""A small coalition for tests: in memory, with its clock, its randomness and its pauses in hand.

Three partners with keys have joined: grocer and fuel issue STARS, the coalition's currency, and
give rewards for them; fuel issues LITRES too, which are its own; florist is in no programme.
Requests go through the product's schema, signed as their senders would: `inputs.py` writes what
they hold, `results.py` what they ask to be answered.
"""

import asyncio
import atexit
from collections.abc import Coroutine, Mapping
from contextvars import copy_context
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from threading import current_thread, main_thread
from typing import Any, NamedTuple, TypeVar

from strawberry.relay import GlobalID

from ledger.canonical import canonical
from ledger.history import History
from ledger.names import at_text, digest, transaction_id
from ledger.notes import SeedSigner
from ledger.verify import verify
from loyalty import governing
from loyalty.actors import Actor, MemberActor, Operator, PartnerActor, Role
from loyalty.coalition import Coalition
from loyalty.governance_drafts import GovernanceDraft
from loyalty.ports import Outcome, TransactionRow
from loyalty.webhooks.ports import Webhooks
from loyalty.webhooks.signing import derived_from
from schema.context import Context
from schema.product import product_schema
from sealing.proving import Prover
from storage.memory import MemoryStore
from storage.memory_queue import MemoryQueue
from storage.reading import ledger_in_order, row_faults
from tests.inputs import Inputs, Keys
from tests.results import ERRORS, RESULTS
from tests.signing import ORIGIN, key_of, signature

R = TypeVar("R")

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPERATOR = Operator("ann", frozenset(Role))
GROCER, FUEL, FLORIST = PartnerActor("grocer"), PartnerActor("fuel"), PartnerActor("florist")
SCHEMA = product_schema()

STARS = {
    "id": "stars",
    "version": 1,
    "name": "Stars",
    "currency": "STARS",
    "earn": [
        {
            "effect": "points_per_amount",
            "id": "base",
            "partners": ["fuel", "grocer"],
            "money": "USD",
            "points": 1,
            "per_minor": 100,
            "rounding": "floor",
        }
    ],
    "rewards": [
        {"id": "coffee", "name": "A coffee", "points": 50, "partner": "grocer"},
        {"id": "wash", "name": "A car wash", "points": 30, "partner": "fuel"},
    ],
    "expiry": {"after": "month_end", "months": 12},
}
LITRES = {
    "id": "litres",
    "version": 1,
    "name": "Litres",
    "currency": "LITRES",
    "earn": [
        {
            "effect": "points_per_amount",
            "id": "per-dollar",
            "partners": ["fuel"],
            "money": "USD",
            "points": 2,
            "per_minor": 100,
            "rounding": "half_up",
        }
    ],
    "rewards": [{"id": "can", "name": "A can", "points": 20, "partner": "fuel"}],
    "expiry": {"after": "never"},
}


class Refusal(NamedTuple):
    """One of `userErrors`."""

    code: str
    field: list[str]
    message: str


class Answer(NamedTuple):
    """A GraphQL response."""

    data: Any
    errors: list[dict[str, Any]]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]


class House(Inputs):
    """The coalition, its store, and the people who send requests.

    prover: of its published log; None where nothing seals it; results: what is asked of mutations.
    """

    prover: Prover | None = None
    results = RESULTS

    def __init__(self, store: MemoryStore | None = None) -> None:
        self._begin(MemoryStore() if store is None else store)
        copy_contents(_founded().store, self.store)
        self.coalition._known._governance = _founded().coalition.governance()

    def _begin(self, store: MemoryStore, keys: str = "key") -> None:
        self.store = store
        self.clock = NOON
        self.pauses_s: list[float] = []
        self._verified: Any = None
        self._random = Random(7)
        self._webhooks = MemoryQueue()
        self.coalition = Coalition(
            ORIGIN,
            self.store,
            SeedSigner(f"{ORIGIN}/entries", b"e" * 32),
            lambda: self.clock,
            self._random.randbytes,
            self.pauses_s.append,
            Webhooks(self._webhooks, derived_from(b"w" * 32)),
        )
        self._keys = Keys(keys)

    def copied(self, store: MemoryStore | None = None) -> "House":
        """Another one that is as this one is now, in an empty store: neither changes the other."""
        other = House(store)
        other.goes_on_from(self)
        return other

    def goes_on_from(self, other: "House") -> None:
        """All that it holds is from here on a copy of what the other one holds now."""
        copy_contents(other.store, self.store)
        self.clock = other.clock
        self.pauses_s[:] = other.pauses_s
        self._verified = other._verified
        self._random.setstate(other._random.getstate())
        self._webhooks._deliveries.update(other._webhooks._deliveries)
        self._keys = copy(other._keys)
        known = other.coalition._known
        self.coalition._known._governance = known._governance
        self.coalition._known._versions = dict(known._versions)

    def _found(self) -> None:
        assert governing.found(self.coalition, SeedSigner(ORIGIN, b"l" * 32).verifier)
        for partner in ("grocer", "fuel", "florist"):
            self.done(OPERATOR, "registerPartner", self.registration(partner))
        self.done(OPERATOR, "createCurrency", self.input(code="STARS", decimals=0))
        self.done(OPERATOR, "createCurrency", self.owned_currency("LITRES", "fuel"))
        self.done(OPERATOR, "publishProgramme", self.programme(STARS, "fuel", "grocer"))
        self.done(FUEL, "publishProgramme", self.programme(LITRES, "fuel"))

    def keyed(self, *operators: Operator) -> None:
        """Gives operators keys to sign with."""
        for each in operators:
            self.done(each, "registerOperatorKey", self.operator_key(each))

    def approval(self, operator: Operator, adjustment: Mapping[str, Any]) -> dict[str, Any]:
        """A signed input of `approveAdjustment` for what an operator has read."""
        asked_, subject = digest(canonical(adjustment["input"])), own_id(adjustment["id"])
        given = signature(operator.id, "adjust", subject, asked_)
        return self.input(adjustmentId=adjustment["id"], signature=given)

    def purchase(
        self, member: str, minor: int, actor: PartnerActor = GROCER, **members: object
    ) -> dict[str, Any]:
        """A signed input of `recordPurchase`."""
        money = {"minor": minor, "currency": "USD"}
        given = {"memberId": member, "amount": money, **members}
        return self.signed(actor, "earn", self.input(**given))

    # What comes of it

    def execute(self, document: str, actor: Actor | None, **variables: object) -> Answer:
        """The response to a GraphQL document. No defect of ours may show in it."""
        context = Context(self.coalition, actor, self.prover)
        running = SCHEMA.execute(document, variable_values=variables, context_value=context)
        result = _run(running)
        answer = Answer(result.data, [error.formatted for error in result.errors or []])
        assert "INTERNAL" not in answer.codes, answer
        return answer

    def send(self, actor: Actor | None, mutation: str, input_: object) -> Answer:
        """The response to a mutation."""
        type_ = f"{mutation[0].upper()}{mutation[1:]}Input"
        body = f"{mutation}(input: $input) {{ {self.results[mutation]} {ERRORS} }}"
        return self.execute(f"mutation ($input: {type_}!) {{ {body} }}", actor, input=input_)

    def done(self, actor: Actor, mutation: str, input_: object) -> Any:
        """The result of a mutation that must succeed."""
        answer = self.send(actor, mutation, input_)
        assert not answer.errors, answer.errors
        payload = answer.data[mutation]
        assert payload.pop("userErrors") == [], answer.data
        return payload

    def refused(self, actor: Actor, mutation: str, input_: object) -> Refusal:
        """Why a mutation was refused; nothing was written, and the ledger still verifies."""
        before = contents(self.store)
        answer = self.send(actor, mutation, input_)
        assert not answer.errors, answer.errors
        payload = answer.data[mutation]
        (error,) = payload.pop("userErrors")
        assert not any(payload.values()), payload
        assert contents(self.store) == before
        self.verify()
        return Refusal(error["code"], error["field"], error["message"])

    def verify(self) -> None:
        """Finds no fault in the ledger; does it again only if the store holds something else."""
        now = contents(self.store)
        if now != self._verified:
            verified(self.store)
            self._verified = now

    def failed(self, actor: Actor | None, mutation: str, input_: object) -> tuple[str, str]:
        """Code and message of the GraphQL error of a mutation that wrote nothing."""
        before = contents(self.store)
        answer = self.send(actor, mutation, input_)
        (error,) = answer.errors
        assert answer.data is None
        assert contents(self.store) == before
        return error["extensions"]["code"], error["message"]

    def ask(self, actor: Actor, query: str, **variables: object) -> Any:
        """The data of a query that must succeed."""
        answer = self.execute(query, actor, **variables)
        assert not answer.errors, answer.errors
        return answer.data

    # What tests begin with

    def enrolled(self, name: str | None = None) -> str:
        """The global id of a new member."""
        members = {} if name is None else {"displayName": name}
        return self.done(OPERATOR, "enrolMember", self.input(**members))["member"]["id"]

    def earned(self, member: str, points: int, actor: PartnerActor = GROCER) -> str:
        """The global id of a transaction that gave a member so many STARS."""
        paid = self.purchase(member, points * 100, actor)
        return self.done(actor, "recordPurchase", paid)["transactions"][-1]["id"]

    def held(self, member: str) -> str:
        """The global id of a hold of the points of a coffee."""
        wanted = self.input(
            memberId=member,
            programmeId=gid("Programme", "stars"),
            rewardId="coffee",
            orderReference="order 1",
        )
        return self.done(as_member(member), "holdReward", wanted)["transaction"]["id"]

    def voucher(self, member: str) -> str:
        """The global id of a voucher for a coffee."""
        wanted = self.input(
            memberId=member, programmeId=gid("Programme", "stars"), rewardId="coffee"
        )
        return self.done(as_member(member), "redeemReward", wanted)["voucher"]["id"]

    def wallet(self, member: str, currency: str = "STARS") -> Any:
        """What a member sees of a wallet."""
        query = """query ($id: ID!, $currency: String!) { member(id: $id) {
            wallet(currency: $currency) { id available lapsed held pending arrears
            lots { expires issuer points lapsed } head { seq entryHash at } } } }"""
        data = self.ask(as_member(member), query, id=member, currency=currency)
        return data["member"]["wallet"]

    def available(self, member: str, currency: str = "STARS") -> int:
        return self.wallet(member, currency)["available"]

    def later(self, **by: int) -> str:
        """Moves the clock and tells the time."""
        self.clock += timedelta(**by)
        return at_text(self.clock)

    def entries(self) -> int:
        """How many entries the ledger has."""
        return len(ledger_in_order(self.store))

    def revoke(self, partner: str) -> None:
        """Ends a partner's key at once, as no mutation does."""
        self.govern("key", party=f"partner:{partner}", vkey=str(key_of(partner).verifier))

    def leave(self, partner: str) -> None:
        """A partner leaves. No mutation does that yet."""
        self.govern("partner", partner=partner)

    def govern(self, type_: str, **members: str) -> None:
        draft = GovernanceDraft(self.coalition)
        status = "left" if type_ == "partner" else "revoked"
        draft.add(type_, status=status, **members)
        row = TransactionRow(transaction_id("system:test", next(self._keys)), None, None)
        assert self.store.commit(draft.commit(row)) is Outcome.DONE


@cache
def _founded() -> House:
    """One in which all of it is founded: each test begins with a copy of what it holds."""
    house = House.__new__(House)
    house._begin(MemoryStore(), "founding")
    house._found()
    return house


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One event loop for all requests of the main thread: to make one takes longer than most."""
    runner = asyncio.Runner()
    atexit.register(runner.close)
    return runner.get_loop()


def _run(running: Coroutine[Any, Any, R]) -> R:
    """What a coroutine returns. Nothing that it began goes on after it."""
    if current_thread() is not main_thread():
        return asyncio.run(running)
    # Not by the runner, which sets a handler of SIGINT up and down again each time.
    loop = _loop()
    result = loop.run_until_complete(loop.create_task(running, context=copy_context()))
    assert not asyncio.all_tasks(loop)
    return result


def copy_contents(source: MemoryStore, to: MemoryStore) -> None:
    parts = contents(source)
    to._transactions, to._wallets, to._governance, to._records, to._standings, to._tallies = parts


def gid(type_: str, id_: str) -> str:
    return str(GlobalID(type_, id_))


def an_operator(id_: str, *roles: Role) -> Operator:
    """Someone who runs the coalition, in all roles if none is named."""
    return Operator(id_, frozenset(roles or Role))


def own_id(global_id: str) -> str:
    return GlobalID.from_id(global_id).node_id


def as_member(member: str) -> MemberActor:
    return MemberActor(own_id(member))


def contents(store: MemoryStore) -> Any:
    """All that a store holds, to compare."""
    return (
        dict(store._transactions),
        {id_: list(rows) for id_, rows in store._wallets.items()},
        list(store._governance),
        dict(store._records),
        dict(store._standings),
        dict(store._tallies),
    )


def verified(store: MemoryStore) -> History:
    """The history of a store's ledger, in which an auditor finds no fault."""
    result = verify(ledger_in_order(store), origin=ORIGIN, cores=1)
    assert result.fault is None, result.fault
    assert list(row_faults(store.ledger_rows(), result.history)) == []
    return result.history
