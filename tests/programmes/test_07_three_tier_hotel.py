"""Row 7: a hotel with three tiers, reached by nights."""

from collections import Counter
from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import GROCER, OPERATOR, as_member
from tests.programmes.shop import Shop

HOTEL = PartnerActor("hotel")


@pytest.fixture
def shop() -> Shop:
    return Shop("07_three_tier_hotel.json")


def stays(shop: Shop, member: str, nights: int) -> int:
    """The points of a stay at $200 a night."""
    line = {"sku": "room", "category": "night", "minor": nights * 20_000, "quantity": nights}
    return shop.buys(member, nights * 20_000, "hotel", lines=[line])["points"]


def wants(shop: Shop, member: str, benefit: str, reference: str, **more: Any) -> dict[str, Any]:
    programme = shop.wants(member, "night")["programmeId"]
    asked = shop.input(memberId=member, programmeId=programme, reference=reference)
    return {**asked, "benefitId": benefit, **more}


def dollars(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "USD"}


def test_blue_is_for_every_member_and_pays_180_of_200(shop: Shop) -> None:
    """The member rate is a tenth less, from the first night on."""
    member = shop.enrolled()
    assert shop.standing(member)["tier"] == {"tierId": "blue", "name": "Blue"}
    asked = wants(shop, member, "rate", "stay 1", amount=dollars(20_000))
    assert shop.done(HOTEL, "useBenefit", asked)["payable"] == 18_000


def test_more_nights_are_more_points(shop: Shop) -> None:
    """500 a night; half as much again in Gold."""
    member = shop.enrolled()
    assert [stays(shop, member, nights) for nights in (1, 4, 20)] == [500, 2_000, 10_000]
    assert shop.standing(member)["tier"]["tierId"] == "gold"
    assert stays(shop, member, 1) == 750


def test_gold_has_an_upgrade_and_one_spa_credit_a_stay(shop: Shop) -> None:
    """$50 off a bill, once for each stay; what the bill is less than that is not paid out."""
    member = shop.enrolled()
    stays(shop, member, 25)
    shop.done(HOTEL, "useBenefit", wants(shop, member, "upgrade", "stay 1"))
    for reference, bill, left in (("stay 1", 12_000, 7_000), ("stay 2", 3_000, 0)):
        asked = wants(shop, member, "spa", reference, amount=dollars(bill))
        assert shop.done(HOTEL, "useBenefit", asked)["payable"] == left
        again = wants(shop, member, "spa", reference, amount=dollars(bill))
        assert shop.refused(HOTEL, "useBenefit", again).code == "ALREADY_REDEEMED"


def test_blue_has_no_upgrade(shop: Shop) -> None:
    """Nor has anyone a benefit of a tier that is over."""
    member = shop.enrolled()
    asked = wants(shop, member, "upgrade", "stay 1")
    assert shop.refused(HOTEL, "useBenefit", asked).code == "NOT_ELIGIBLE"
    stays(shop, member, 10)
    shop.done(HOTEL, "useBenefit", wants(shop, member, "upgrade", "stay 1"))
    # A year that ends on 31 December, and 90 days of grace.
    shop.later(days=40 + 90)
    shop.done(HOTEL, "useBenefit", wants(shop, member, "upgrade", "stay 2"))
    shop.later(days=1)
    asked = wants(shop, member, "upgrade", "stay 3")
    assert shop.refused(HOTEL, "useBenefit", asked).code == "NOT_ELIGIBLE"


def test_sixteen_desks_give_one_credit(shop: Shop) -> None:
    """One is told that it may, the others that it was given."""
    member = shop.enrolled()
    stays(shop, member, 25)
    asked = [
        (HOTEL, "useBenefit", wants(shop, member, "spa", "stay 1", amount=dollars(9_000)))
        for _ in range(16)
    ]
    answers = shop.at_once(asked)
    codes = [each["code"] for answer in answers for each in answer["userErrors"]]
    assert Counter(codes) == {"ALREADY_REDEEMED": 15}


def test_nobody_else_gives_a_hotels_benefit(shop: Shop) -> None:
    """Not another partner, not the member itself; and a credit in dollars is not one in euros."""
    member = shop.enrolled()
    stays(shop, member, 25)
    asked = wants(shop, member, "upgrade", "stay 1")
    assert shop.refused(GROCER, "useBenefit", asked).code == "NOT_FOUND"
    assert shop.refused(as_member(member), "useBenefit", asked).code == "NOT_PERMITTED"
    euros = {"minor": 9_000, "currency": "EUR"}
    asked = wants(shop, member, "spa", "stay 1", amount=euros)
    assert shop.refused(HOTEL, "useBenefit", asked).code == "NOT_ELIGIBLE"
    for benefit, more in (("spa", {}), ("upgrade", {"amount": dollars(100)})):
        asked = wants(shop, member, benefit, "stay 1", **more)
        assert shop.refused(HOTEL, "useBenefit", asked).field == ["amount"]


def test_who_was_merged_has_had_its_benefits(shop: Shop) -> None:
    """One spa credit a stay, also where the guest was enrolled twice: the nights are one's then."""
    shop.keyed(OPERATOR)
    old, into = shop.enrolled(), shop.enrolled()
    stays(shop, old, 25)
    shop.done(HOTEL, "useBenefit", wants(shop, old, "spa", "stay 1", amount=dollars(12_000)))
    asked = shop.input(fromMemberId=old, intoMemberId=into, reason="enrolled twice")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", asked))
    again = wants(shop, into, "spa", "stay 1", amount=dollars(12_000))
    assert shop.refused(HOTEL, "useBenefit", again).code == "ALREADY_REDEEMED"
    other = wants(shop, into, "spa", "stay 2", amount=dollars(12_000))
    assert shop.done(HOTEL, "useBenefit", other)["payable"] == 7_000
