"""A small coalition for tests: in memory, with its clock, its randomness and its pauses in hand.

Three partners with keys have joined: grocer and fuel issue STARS, the coalition's currency, and
give rewards for them; fuel issues LITRES too, which are its own; florist is in no programme.
Requests go through the product's schema, signed as their senders would.
"""

import asyncio
import atexit
from base64 import b64encode
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextvars import copy_context
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from threading import Thread, current_thread, main_thread
from typing import Any, NamedTuple, TypeVar

from strawberry.relay import GlobalID

from ledger.canonical import canonical
from ledger.history import History
from ledger.instructions import instruction, registration
from ledger.names import At, at_text, digest, transaction_id
from ledger.notes import SeedSigner
from ledger.verify import verify
from loyalty import governing
from loyalty.actors import Actor, MemberActor, Operator, PartnerActor, Role
from loyalty.coalition import Coalition
from loyalty.governance_drafts import GovernanceDraft
from loyalty.ports import Commit, GovernanceRow, Outcome, StoreUnavailable, TransactionRow
from loyalty.webhooks.ports import Webhooks
from loyalty.webhooks.signing import derived_from
from schema.context import Context
from schema.product import product_schema
from sealing.proving import Prover
from storage.memory import MemoryStore
from storage.memory_queue import MemoryQueue
from storage.reading import ledger_in_order, row_faults

R = TypeVar("R")

ORIGIN = "stars.example/ledger"
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

TRANSACTION = """{ id kind at rule of { id } entryHash by { party key signature asked }
    postings { account currency amount } lots { wallet expires issuer change }
    chains { wallet seq available arrears } }"""
GIFT_CARD = "giftCard { id programmeId currency balance blocked claimed }"
ACCOUNT = """account { id name kind wallet { id available }
    users { memberId isOwner joined pointsPerMonth spentThisMonth } }"""
ADJUSTMENT = """{ id points reason sponsorId askedBy status decidedBy declinedBecause waitsUntil
    subject asked input transaction { id kind by { party } approved { party } } }"""
ENDPOINT = "{ id url types registeredAt disabledAt publicKeys }"
KEY = "key { party verifierKey since until }"
RESULTS = {
    "registerPartner": "partner { id partnerId name keys }",
    "registerOperatorKey": "operator { operatorId keys }",
    "addPartnerKey": f"partner {{ partnerId keys }} {KEY}",
    "revokeKey": KEY,
    "createCurrency": "currency { code owner decimals }",
    "publishProgramme": "programme { id name version currency digest document }",
    "enrolMember": "member { id displayName enrolledAt wallets { currency available } }",
    "setProfile": "member { id displayName born jurisdiction }",
    "setConsent": "member { id consents { purpose given at by source } }",
    "recordPurchases": f"""results {{ reference points transactions {TRANSACTION}
        userErrors {{ code field message }} }}""",
    "giveFeedback": "feedback { id partnerId score text givenAt by }",
    "assignFeedback": "feedback { id assignedTo assignedAt }",
    "followUpFeedback": "feedback { id followedUpAt followedUpBy note }",
    "forgetMember": "member { id displayName born forgottenAt }",
    "linkExternalId": "member { id externalIds { system id partnerId linkedAt } }",
    "unlinkExternalId": "member { id externalIds { system id partnerId linkedAt } }",
    "blockCard": "member { id externalIds { system id partnerId linkedAt } }",
    "recordPurchase": f"points transactions {TRANSACTION}",
    "recordEvent": f"points transactions {TRANSACTION}",
    "takePlace": "place { id offerId partnerId takenAt givenBackAt }",
    "giveBackPlace": "place { id givenBackAt }",
    "donatePoints": f"owed {{ minor currency }} transaction {TRANSACTION}",
    "redeemReward": "voucher { id rewardId name partnerId issuedAt usedAt } transaction "
    + TRANSACTION,
    "useVoucher": "voucher { id partnerId usedAt }",
    "exchangePoints": f"received transaction {TRANSACTION}",
    "refundRedemption": f"voucher {{ id usedAt voidAt }} transaction {TRANSACTION}",
    "adjustPoints": f"transaction {TRANSACTION} adjustment {ADJUSTMENT}",
    "approveAdjustment": f"adjustment {ADJUSTMENT}",
    "declineAdjustment": f"adjustment {ADJUSTMENT}",
    "transferPoints": f"transaction {TRANSACTION}",
    "reverseTransaction": f"transaction {TRANSACTION}",
    "confirmTransaction": f"transaction {TRANSACTION}",
    "holdReward": f"transaction {TRANSACTION}",
    "captureHold": f"transaction {TRANSACTION}",
    "payTier": "standing { tier { tierId name benefits { benefitId partnerId } } segments }",
    "useBenefit": "usedAt payable",
    "voidHold": f"transaction {TRANSACTION}",
    "giveRecognition": "recognition { id points givenAt message giverName receiverName }",
    "eraseRecognitionMessage": "recognition { id message }",
    "setTeam": "team",
    "issueGiftCard": f"{GIFT_CARD} transaction {TRANSACTION}",
    "topUpGiftCard": f"{GIFT_CARD} transaction {TRANSACTION}",
    "payWithGiftCard": f"{GIFT_CARD} transaction {TRANSACTION}",
    "replaceGiftCard": f"{GIFT_CARD} transaction {TRANSACTION}",
    "claimGiftCard": GIFT_CARD,
    "mergeMembers": f"member {{ id }} transactions {TRANSACTION}",
    "openAccount": ACCOUNT,
    "inviteToAccount": ACCOUNT,
    "joinAccount": ACCOUNT,
    "leaveAccount": ACCOUNT,
    "changeAccountUser": ACCOUNT,
    "classifyAccount": ACCOUNT,
    "makeReferralCode": "code",
    "useReferralCode": "usedAt",
    "recordGuestOrder": "claimableUntil",
    "claimGuestOrder": f"points transactions {TRANSACTION}",
    "cancelGuestOrder": "cancelledAt",
    "registerEndpoint": f"endpoint {ENDPOINT}",
    "rotateEndpointSecret": f"endpoint {ENDPOINT}",
    "removeEndpoint": "removedId",
    "replayEvent": "eventId",
}
# What a purchase was decided by: not said again where a request is answered again.
DECISIONS = """explanation { programme { programmeId } currency points expires
    rules { ruleId points code message } }"""
EXPLAINED = {
    **RESULTS,
    "recordPurchase": f"{RESULTS['recordPurchase']} {DECISIONS}",
    "recordEvent": f"{RESULTS['recordEvent']} {DECISIONS}",
    "issueGiftCard": f"{RESULTS['issueGiftCard']} code",
    "replaceGiftCard": f"{RESULTS['replaceGiftCard']} code",
}
# What a partner signs each of them as.
OPERATIONS = {
    "recordPurchase": "earn",
    "recordGuestOrder": "earn",
    "recordEvent": "earn",
    "issueGiftCard": "earn",
    "topUpGiftCard": "earn",
    "mergeMembers": "transfer",
    "payWithGiftCard": "redeem",
    "replaceGiftCard": "transfer",
    "redeemReward": "redeem",
    "refundRedemption": "refund",
    "adjustPoints": "adjust",
    "reverseTransaction": "reverse",
    "confirmTransaction": "confirm",
    "holdReward": "hold",
    "captureHold": "capture",
    "voidHold": "void",
}
ERRORS = "userErrors { code field message }"


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


class Keys:
    """Idempotency keys without end, which a copy goes on with by itself."""

    def __init__(self, prefix: str) -> None:
        self._prefix, self._given = prefix, 0

    def __next__(self) -> str:
        self._given += 1
        return f"{self._prefix}-{self._given - 1}"


class House:
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

    # What is sent

    def input(self, **members: object) -> dict[str, Any]:
        """An input with an idempotency key of its own."""
        return {"idempotencyKey": next(self._keys), **members}

    def signed(
        self, actor: PartnerActor | Operator, operation: str, input_: Mapping[str, Any]
    ) -> Any:
        """An input with its sender's signature over the instruction that it gives."""
        subject = transaction_id(actor.party, input_["idempotencyKey"])
        return {**input_, "signature": signature(actor.id, operation, subject, asked(input_))}

    def registration(self, partner: str, **members: object) -> dict[str, Any]:
        """An input of `registerPartner` with the proof that the key is held."""
        signer = key_of(partner)
        vkey = str(signer.verifier)
        proof = signer.sign(registration(ORIGIN, f"partner:{partner}", vkey))
        return self.input(
            **{
                "partnerId": partner,
                "name": partner.title(),
                "verifierKey": vkey,
                "proof": b64encode(proof).decode(),
                **members,
            }
        )

    def operator_key(self, operator: Operator, key: str = "") -> dict[str, Any]:
        """An input of `registerOperatorKey` with the proof that the key is held.

        key: of whose name; the operator's own, if absent.
        """
        signer = key_of(key or operator.id)
        vkey = str(signer.verifier)
        proof = signer.sign(registration(ORIGIN, operator.party, vkey))
        return self.input(verifierKey=vkey, proof=b64encode(proof).decode())

    def keyed(self, *operators: Operator) -> None:
        """Gives operators keys to sign with."""
        for each in operators:
            self.done(each, "registerOperatorKey", self.operator_key(each))

    def partner_key(self, partner: str, key: str, by: str = "") -> dict[str, Any]:
        """An input of `addPartnerKey` for the key of that name; by: whose key consents."""
        signer, party = key_of(key), f"partner:{partner}"
        vkey = str(signer.verifier)
        proof = b64encode(signer.sign(registration(ORIGIN, party, vkey))).decode()
        members = {"party": party, "vkey": vkey, "status": "added", "proof": proof}
        given = self.governs(by or partner, "key", members)
        return self.input(partnerId=partner, verifierKey=vkey, proof=proof, signature=given)

    def revocation(self, party: str, key: str, by: str) -> dict[str, Any]:
        """An input of `revokeKey` for the key of that name; by: whose key asks."""
        verifier = key_of(key).verifier
        members = {"party": party, "vkey": str(verifier), "status": "revoked"}
        given = self.governs(by, "key", members)
        return self.input(party=party, key=verifier.label, signature=given)

    def governs(self, by: str, type_: str, members: Mapping[str, Any]) -> dict[str, str]:
        """A signature over the instruction of the next governance entry."""
        subject = str(self.coalition.written().seq + 1)
        return signature(by, type_, subject, digest(canonical(members)))

    def approval(self, operator: Operator, adjustment: Mapping[str, Any]) -> dict[str, Any]:
        """A signed input of `approveAdjustment` for what an operator has read."""
        asked_, subject = digest(canonical(adjustment["input"])), own_id(adjustment["id"])
        given = signature(operator.id, "adjust", subject, asked_)
        return self.input(adjustmentId=adjustment["id"], signature=given)

    def owned_currency(self, code: str, owner: str, decimals: int = 0) -> dict[str, Any]:
        """An input of `createCurrency` with its owner's signature."""
        members = {"currency": code, "owner": f"partner:{owner}", "decimals": decimals}
        subject = str(self.coalition.written().seq + 1)
        return self.input(
            code=code,
            decimals=decimals,
            owner=owner,
            signature=signature(owner, "currency", subject, digest(canonical(members))),
        )

    def programme(self, document: Mapping[str, Any], *partners: str) -> dict[str, Any]:
        """An input of `publishProgramme` with the signatures of these partners."""
        return self.input(document=document, signatures=programme_signatures(document, *partners))

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


class Faulty(MemoryStore):
    """A store that fails as it is told, a word for each commit to come.

    busy, moved: nothing is written; lost: written, but the answer is lost; unknown: neither written
    nor answered; ok: as it should be. `down`: every read fails, too.
    """

    def __init__(self) -> None:
        super().__init__()
        self.script: Iterator[str] = iter(())
        self.commits = 0
        self.down = False
        self.meanwhile: Callable[[], object] | None = None

    def commit(self, commit: Commit) -> Outcome:
        self.commits += 1
        if self.meanwhile is not None:
            # Once, or it would meet itself.
            happens, self.meanwhile = self.meanwhile, None
            other = Thread(target=happens)
            other.start()
            other.join()
        word = next(self.script, "ok")
        if word in ("ok", "lost"):
            outcome = super().commit(commit)
            return outcome if word == "ok" else Outcome.UNKNOWN
        return Outcome(word)

    def transactions(self, ids: Collection[Any]) -> Any:
        self._check()
        return super().transactions(ids)

    def wallets(self, wallets: Collection[Any]) -> Any:
        self._check()
        return super().wallets(wallets)

    def wallet_history(self, wallet: Any, before_seq: int | None, limit: int) -> Any:
        self._check()
        return super().wallet_history(wallet, before_seq, limit)

    def governance(self, after_seq: int) -> Sequence[GovernanceRow]:
        self._check()
        return super().governance(after_seq)

    def sealed_at(self) -> At | None:
        self._check()
        return super().sealed_at()

    def record(self, kind: Any, id_: str) -> Any:
        self._check()
        return super().record(kind, id_)

    def _check(self) -> None:
        if self.down:
            raise StoreUnavailable("Could not connect to https://dynamodb.example: secret-host")


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


@cache
def key_of(partner: str) -> SeedSigner:
    return SeedSigner(f"{partner}.example", partner.encode().ljust(32, b"."))


def signature(partner: str, operation: str, subject: str, asked_: str) -> dict[str, str]:
    signer = key_of(partner)
    given = signer.sign(instruction(ORIGIN, operation, subject, asked_))
    return {"key": signer.verifier.label, "signature": b64encode(given).decode()}


def programme_signatures(document: Mapping[str, Any], *partners: str) -> list[dict[str, Any]]:
    """Of each partner over a programme's digest."""
    rule = digest(canonical(document))
    subject = f"{document['id']}@{document['version']}"
    return [
        {"partnerId": each, "signature": signature(each, "programme", subject, rule)}
        for each in partners
    ]


def asked(input_: Mapping[str, Any]) -> str:
    """What is signed of an input: its digest without signatures and absent members."""
    members = {
        name: value
        for name, value in input_.items()
        if value is not None and name not in ("signature", "signatures")
    }
    return digest(canonical(members))


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
