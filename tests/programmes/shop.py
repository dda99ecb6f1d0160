"""A coalition founded for one programme file: its partners with keys, its currency, its rules."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from threading import Lock
from time import sleep
from typing import Any

from ledger.names import transaction_id
from loyalty.actors import Actor, PartnerActor
from loyalty.committing import News, read_answer
from loyalty.programmes import read_programme
from storage.memory import MemoryStore
from tests.coalition import OPERATOR, House, as_member, gid
from tests.results import DECISIONS, EXPLAINED

HERE = Path(__file__).parent


class Shop(House):
    """name: of the programme file beside this one."""

    results = EXPLAINED

    def __init__(self, name: str, decimals: int = 0, store: MemoryStore | None = None) -> None:
        super().__init__(store)
        self.goes_on_from(_opened(name, decimals))
        self.document = _document(name)
        programme = read_programme(self.document).programme
        self.programme_id, self.currency = programme.id, programme.currency

    def publishes(self, document: dict[str, Any], *partners: str) -> None:
        """The operator does, with the signatures of these partners."""
        self.done(OPERATOR, "publishProgramme", self.programme(document, *partners))

    def buys(self, member: str, minor: int, at: str, **members: object) -> Any:
        """What `recordPurchase` answers a partner: points, transactions, explanation."""
        actor = PartnerActor(at)
        return self.done(actor, "recordPurchase", self.purchase(member, minor, actor, **members))

    def has(self, member: str) -> int:
        return self.available(member, self.currency)

    def why_not(self, answer: Any) -> dict[str, str]:
        """The codes of the rules of this programme that gave nothing."""
        (own,) = [
            each
            for each in answer["explanation"]
            if each["programme"]["programmeId"] == self.programme_id
        ]
        return {row["ruleId"]: row["code"] for row in own["rules"] if row["code"]}

    def wants(self, member: str, reward: str) -> dict[str, Any]:
        """A member's input of `redeemReward`."""
        return self.input(memberId=member, programmeId=self._programme(), rewardId=reward)

    def redeems(self, member: str, reward: str) -> Any:
        return self.done(as_member(member), "redeemReward", self.wants(member, reward))

    def gives(self, giver: str, to: str, points: int) -> Any:
        asked = self.input(toMemberId=to, currency=self.currency, points=points)
        return self.done(as_member(giver), "transferPoints", asked)

    def standing(self, member: str) -> Any:
        """Where a member stands in the programme, as it sees that itself."""
        query = """query ($id: ID!, $programme: ID!) { member(id: $id) {
            standing(programmeId: $programme) { tier { tierId name } segments badges
            measures { measureId total } } } }"""
        data = self.ask(as_member(member), query, id=member, programme=self._programme())
        found = data["member"]["standing"]
        return {
            **found,
            "measures": {each["measureId"]: each["total"] for each in found["measures"]},
        }

    def previews(self, minor: int, at: str, **members: object) -> Any:
        """What a partner is told that a purchase would give by this programme."""
        query = f"""query ($input: PreviewEarnInput!) {{ previewEarn(input: $input) {{
            decisions {{ {DECISIONS.partition("{")[2].rpartition("}")[0]} }}
            userErrors {{ code }} }} }}"""
        amount = {"minor": minor, "currency": "USD"}
        input_ = {"partnerId": gid("Partner", at), "amount": amount, **members}
        answer = self.ask(PartnerActor(at), query, input=input_)["previewEarn"]
        assert not answer["userErrors"], answer
        (own,) = [
            each
            for each in answer["decisions"]
            if each["programme"]["programmeId"] == self.programme_id
        ]
        return own

    def order_of(self, sent: Any, by: PartnerActor) -> str:
        """The global id of the order that a request recorded, also where it gave no points."""
        return gid("Transaction", transaction_id(by.party, sent["idempotencyKey"]))

    def news(self, type_: str) -> list[News]:
        """All that was told of this type, in order."""
        rows = self.store._transactions.values()
        told = [each for row in rows for each in read_answer(row).news]
        return [each for each in told if each.type == type_]

    def at_once(self, requests: Sequence[tuple[Actor, str, Any]]) -> list[Any]:
        """The payloads of requests that are sent by as many threads."""
        lock, random = Lock(), Random(9)

        def bits(count: int) -> bytes:
            with lock:
                return random.randbytes(count)

        self.coalition = replace(self.coalition, sleep=sleep, random_bytes=bits)
        with ThreadPoolExecutor(len(requests)) as pool:
            answers = list(pool.map(lambda each: (each[1], self.send(*each)), requests))
        assert all(not answer.errors for _, answer in answers), answers
        return [answer.data[name] for name, answer in answers]

    def _programme(self) -> str:
        return gid("Programme", self.programme_id)


def _document(name: str) -> dict[str, Any]:
    return json.loads((HERE / name).read_text())  # type: ignore[no-any-return]


@cache
def _opened(name: str, decimals: int) -> House:
    """One in which the programme is published: each shop begins with a copy of what it holds."""
    house, document = House(), _document(name)
    programme = read_programme(document).programme
    partners = sorted(programme.partners())
    for partner in partners:
        if partner not in house.coalition.governance().partners:
            house.done(OPERATOR, "registerPartner", house.registration(partner))
    currency = house.input(code=programme.currency, decimals=decimals)
    house.done(OPERATOR, "createCurrency", currency)
    house.done(OPERATOR, "publishProgramme", house.programme(document, *partners))
    return house
