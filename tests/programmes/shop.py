"""A coalition founded for one programme file: its partners with keys, its currency, its rules."""

import json
from pathlib import Path
from typing import Any

from loyalty.actors import PartnerActor
from loyalty.programmes import read_programme
from tests.coalition import EXPLAINED, OPERATOR, House, as_member, gid

HERE = Path(__file__).parent


class Shop(House):
    """name: of the programme file beside this one."""

    results = EXPLAINED

    def __init__(self, name: str, decimals: int = 0) -> None:
        super().__init__()
        self.document = json.loads((HERE / name).read_text())
        programme = read_programme(self.document).programme
        self.programme_id, self.currency = programme.id, programme.currency
        partners = sorted(programme.partners())
        for partner in partners:
            if partner not in self.coalition.governance().partners:
                self.done(OPERATOR, "registerPartner", self.registration(partner))
        currency = self.input(code=self.currency, decimals=decimals)
        self.done(OPERATOR, "createCurrency", currency)
        self.publishes(self.document, *partners)

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
        programme = gid("Programme", self.programme_id)
        return self.input(memberId=member, programmeId=programme, rewardId=reward)

    def redeems(self, member: str, reward: str) -> Any:
        return self.done(as_member(member), "redeemReward", self.wants(member, reward))
