"""A grocer's whole year through the use cases: a tiered programme of six partners, in memory.

Every purchase is signed by its partner's key, every coupon is redeemed and used, every entry is
signed; at the end the ledger is verified. What it shows is that nothing gets slower as the year
goes on.
"""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from os import urandom
from time import perf_counter
from typing import Any, NamedTuple

from bench.figures import Figure, at_least, noted
from ledger.instructions import authorise, registration
from ledger.names import at_text
from ledger.notes import SeedSigner
from ledger.verify import verify
from local.coalition import stars
from local.journey import PARTNERS, CouponUse, Journey, Purchase, read_journey
from loyalty.actors import MemberActor, Operator, PartnerActor, Role
from loyalty.authority import Signature
from loyalty.coalition import Coalition
from loyalty.committing import request_of
from loyalty.governance_drafts import PartnerSignature
from loyalty.governing import create_currency, found, publish_programme, register_partner
from loyalty.members import enrol_member
from loyalty.programmes import read_programme
from loyalty.purchases import Basket, record_purchase
from loyalty.refusals import Code, Refused
from loyalty.rewards import Redemption, Till, redeem_reward, use_voucher
from storage.memory import MemoryStore
from storage.reading import ledger_in_order

ORIGIN = "journey.example/ledger"
DESK = Operator("desk", frozenset(Role))
_FIRST = 10_000
"""Baskets that a whole year's rate is compared with."""


class Replayed(NamedTuple):
    """purchases: how many, in so many seconds; entries: of the ledger, all of which verify."""

    purchases: int
    coupons: int
    seconds: float
    entries: int
    verified_s: float

    @property
    def rate(self) -> float:
        return self.purchases / self.seconds


def figures() -> Iterator[Figure]:
    few = replay(read_journey(_FIRST))
    year = replay(read_journey())
    made = f"{year.purchases:,} purchases, {year.coupons:,} coupons, {year.entries:,} entries"
    yield noted("purchases a second, a year in memory", year.rate, "purchases", made)
    ratio = year.rate / few.rate
    against = f"{few.rate:,.0f} a second of {few.purchases:,} purchases"
    yield at_least("a whole year", ratio, 0.8, f"x the rate of {_FIRST:,} baskets", against)


def replay(journey: Journey) -> Replayed:
    """Raises AssertionError where the ledger does not verify."""
    year = _Year()
    started = perf_counter()
    for event in journey.events:
        year.take(event)
    seconds = perf_counter() - started
    started = perf_counter()
    entries = ledger_in_order(year.store)
    result = verify(entries, origin=ORIGIN)
    assert result.fault is None, result.fault
    verified_s = perf_counter() - started
    return Replayed(year.purchases, year.coupons, seconds, len(entries), verified_s)


class _Year:
    """A coalition whose clock is the data's."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.moment = datetime(2016, 12, 31, tzinfo=UTC)
        entries = SeedSigner(f"{ORIGIN}/entries", b"e" * 32)
        self._coalition = Coalition(
            ORIGIN, self.store, entries, lambda: self.moment, urandom, _never
        )
        self._keys = {
            each: SeedSigner(f"{each}.example", each.encode().ljust(32)) for each in PARTNERS
        }
        self._members: dict[str, str] = {}
        self._rewards: dict[str, str] = {}
        self.purchases = self.coupons = 0
        self._constitute(stars())

    def take(self, event: Purchase | CouponUse) -> None:
        self.moment = max(self.moment, event.at)
        member = self._members.get(event.household) or self._enrol(event.household)
        if isinstance(event, Purchase):
            self._buy(event, member)
        else:
            self._use_coupon(event, member)

    def _buy(self, event: Purchase, member: str) -> None:
        actor, key = PartnerActor(event.partner), self._keys[event.partner]
        asked = {"member": member, "amount": event.amount_minor, "basket": event.basket_id}
        request = request_of(actor, f"sale-{event.basket_id}", asked, "recordPurchase")
        by = authorise(key, actor.party, ORIGIN, "earn", request.id, request.asked)
        basket = Basket(event.amount_minor, "USD", at_text(event.at), store=event.store)
        signature = Signature(str(by.key), str(by.sig))
        record_purchase(self._coalition, request, member, basket, event.basket_id, signature)
        self.purchases += 1

    def _use_coupon(self, event: CouponUse, member: str) -> None:
        self.coupons += 1
        number = self.coupons
        wanted = Redemption(member, "stars", self._rewards[event.partner])
        request = request_of(MemberActor(member), f"coupon-{number}", {"number": number})
        try:
            voucher = redeem_reward(self._coalition, request, wanted, None).record
        except Refused as refused:
            if refused.code is not Code.INSUFFICIENT_POINTS:
                raise
            return
        used = request_of(PartnerActor(event.partner), f"use-{number}", {"number": number})
        use_voucher(self._coalition, used, voucher, Till())

    def _enrol(self, household: str) -> str:
        request = request_of(DESK, f"household-{household}", {"household": household})
        member = enrol_member(self._coalition, request, None).record
        return self._members.setdefault(household, member)

    def _constitute(self, document: dict[str, Any]) -> None:
        coalition = self._coalition
        found(coalition, SeedSigner(ORIGIN, b"l" * 32).verifier)
        for partner, key in self._keys.items():
            party, vkey = f"partner:{partner}", str(key.verifier)
            proof = b64encode(key.sign(registration(ORIGIN, party, vkey))).decode()
            request = request_of(DESK, f"join-{partner}", {"partner": partner})
            register_partner(coalition, request, partner, partner.title(), vkey, proof)
        create_currency(coalition, request_of(DESK, "currency", {}), document["currency"], 0, None)
        version = read_programme(document)
        self._rewards = {each.partner: each.id for each in version.programme.rewards}
        subject = f"{version.programme.id}@{version.programme.version}"
        signed = []
        for partner in version.programme.partners():
            key, party = self._keys[partner], f"partner:{partner}"
            by = authorise(key, party, ORIGIN, "programme", subject, version.rule)
            signed.append(PartnerSignature(partner, Signature(str(by.key), str(by.sig))))
        publish_programme(coalition, request_of(DESK, "programme", {}), document, signed)


def _never(seconds: float) -> None:
    raise AssertionError(f"one thread alone waits for nobody, not {seconds} s")
