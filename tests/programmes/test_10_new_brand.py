"""Row 10: a new brand goes live by configuration: tiers, rewards and offers stand in one file."""

import json
from pathlib import Path
from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import GROCER, OPERATOR, House, as_member, gid, verified
from tests.results import EXPLAINED

LOOM = PartnerActor("loom")
FILE = json.loads((Path(__file__).parent / "10_new_brand.json").read_text())
PROGRAMME = gid("Programme", "loom-club")
MAY = """query ($input: MayBuyInput!) { mayBuy(input: $input) { may code } }"""
STANDING = """query ($id: ID!, $programme: ID!) { member(id: $id) {
    standing(programmeId: $programme) { tier { tierId } } } }"""


class Live(House):
    """A coalition that knew nothing of the brand until now."""

    def __init__(self) -> None:
        super().__init__()
        self.results = {**EXPLAINED, "recordEvent": "points vouchers { id rewardId }"}
        # All that there is to do: it joins, has a currency of its own, publishes its file.
        self.done(OPERATOR, "registerPartner", self.registration("loom"))
        self.done(OPERATOR, "createCurrency", self.owned_currency("LOOM", "loom"))
        self.published = self.done(LOOM, "publishProgramme", self.programme(FILE, "loom"))

    def joins(self, **members: str) -> str:
        """The brand enrols a member, who signs up."""
        member = str(self.done(LOOM, "enrolMember", self.input(**members))["member"]["id"])
        assert self.tells(member, "sign-up")["points"] == 50
        return member

    def tells(self, member: str, event: str) -> Any:
        asked = self.input(memberId=member, event=event)
        return self.done(LOOM, "recordEvent", self.signed(LOOM, "earn", asked))

    def buys(self, member: str, cents: int) -> Any:
        money = {"minor": cents, "currency": "EUR"}
        paid = self.purchase(member, 0, LOOM, amount=money)
        return self.done(LOOM, "recordPurchase", paid)

    def tier(self, member: str) -> str | None:
        found = self.ask(as_member(member), STANDING, id=member, programme=PROGRAMME)
        tier = found["member"]["standing"]["tier"]
        return tier and str(tier["tierId"])

    def wants(self, member: str, reward: str) -> dict[str, Any]:
        return self.input(memberId=member, programmeId=PROGRAMME, rewardId=reward)

    def redeems(self, member: str, reward: str) -> Any:
        return self.done(as_member(member), "redeemReward", self.wants(member, reward))

    def uses(self, voucher: str) -> Any:
        return self.done(LOOM, "useVoucher", self.input(voucherId=voucher))["voucher"]


@pytest.fixture
def house() -> Live:
    return Live()


def test_a_member_goes_all_the_way_round(house: Live) -> None:
    """Signs up, buys, climbs, redeems, uses a voucher: 50 + 460 points, Plus, then 150 for €100."""
    member = house.joins(displayName="Zoë")
    assert house.tier(member) is None
    assert house.tells(member, "sign-up")["points"] == 0
    assert house.buys(member, 46_099)["points"] == 460
    assert (house.available(member, "LOOM"), house.tier(member)) == (510, "plus")
    assert house.buys(member, 10_000)["points"] == 150
    voucher = house.redeems(member, "five-euros")["voucher"]
    assert house.available(member, "LOOM") == 460
    assert house.uses(voucher["id"])["usedAt"] is not None
    again = house.refused(LOOM, "useVoucher", house.input(voucherId=voucher["id"]))
    assert again.code == "ALREADY_REDEEMED"
    totals = verified(house.store).totals
    assert totals["partner:loom:issued", "LOOM"] == -660
    assert totals["partner:loom:burned", "LOOM"] == 200


def test_vouchers_come_of_events_and_birthdays(house: Live) -> None:
    """A bag of old clothes brings a discount, a birthday a treat, once."""
    member = house.joins(born="1990-11-01")
    (handed,) = house.tells(member, "recycling")["vouchers"]
    assert handed["rewardId"] == "discount"
    house.uses(handed["id"])
    house.uses(house.redeems(member, "treat")["voucher"]["id"])
    refusal = house.refused(as_member(member), "redeemReward", house.wants(member, "treat"))
    assert refusal.code == "LIMIT_EXCEEDED"


def test_offers_are_there_from_the_first_moment(house: Live) -> None:
    """Members see the collection a day early; a repair evening has two places."""
    members = [house.joins() for _ in range(3)]
    preview = {"programmeId": PROGRAMME, "offerId": "studio-preview"}
    assert house.ask(LOOM, MAY, input=preview)["mayBuy"] == {"may": False, "code": "NOT_YET"}
    own = {**preview, "memberId": members[0]}
    assert house.ask(LOOM, MAY, input=own)["mayBuy"] == {"may": True, "code": None}
    asked = [
        house.input(memberId=each, programmeId=PROGRAMME, offerId="repair-evening")
        for each in members
    ]
    for member, each in zip(members[:2], asked, strict=False):
        house.done(as_member(member), "takePlace", each)
    refusal = house.refused(as_member(members[2]), "takePlace", asked[2])
    assert refusal.code == "OUT_OF_STOCK"


def test_every_entry_names_the_file_that_computed_it(house: Live) -> None:
    """By its digest, with which anyone gets the document."""
    member = house.joins()
    (earned,) = house.buys(member, 10_000)["transactions"]
    assert earned["rule"] == house.published["programme"]["digest"]
    assert house.published["programme"]["document"] == FILE


def test_a_change_is_a_new_version_and_nothing_else(house: Live) -> None:
    """Double points from now on; what was bought before is worth what it was."""
    member = house.joins()
    before = house.later(minutes=5)
    doubled = [{**FILE["earn"][0], "points": 2}, *FILE["earn"][1:]]
    house.later(minutes=5)
    second = {**FILE, "version": 2, "earn": doubled}
    house.done(LOOM, "publishProgramme", house.programme(second, "loom"))
    assert house.buys(member, 1_000)["points"] == 20
    money = {"minor": 1_000, "currency": "EUR"}
    late = house.purchase(member, 0, LOOM, amount=money, purchasedAt=before)
    assert house.done(LOOM, "recordPurchase", late)["points"] == 10


def test_the_other_brands_go_on_as_they_did(house: Live) -> None:
    """A purchase at the grocer's gives its own points and none of the new brand's, and back."""
    member = house.joins()
    house.earned(member, 10, GROCER)
    assert (house.available(member), house.available(member, "LOOM")) == (10, 50)
    house.buys(member, 1_000)
    assert (house.available(member), house.available(member, "LOOM")) == (10, 60)
    foreign = house.refused(GROCER, "publishProgramme", house.programme(FILE, "grocer"))
    assert foreign.code == "NOT_PERMITTED"
