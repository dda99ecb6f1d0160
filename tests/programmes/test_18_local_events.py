"""Row 18: a reward that is valid at one store on one day."""

from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import as_member
from tests.programmes.shop import Shop

BOOKSHOP = PartnerActor("bookshop")


@pytest.fixture
def shop() -> Shop:
    return Shop("18_local_events.json")


@pytest.fixture
def member(shop: Shop) -> str:
    """Who has 100 points."""
    member = shop.enrolled()
    money = {"minor": 10_000, "currency": "EUR"}
    shop.done(BOOKSHOP, "recordPurchase", shop.purchase(member, 0, BOOKSHOP, amount=money))
    return member


def use(shop: Shop, voucher: str, **place: str) -> dict[str, Any]:
    return shop.input(voucherId=voucher, **place)


def test_it_is_taken_at_its_store_on_its_day(shop: Shop, member: str) -> None:
    """A week later, at S1."""
    voucher = shop.redeems(member, "reading")["voucher"]["id"]
    shop.later(days=7)
    used = shop.done(BOOKSHOP, "useVoucher", use(shop, voucher, store="S1"))["voucher"]
    assert used["usedAt"] == "2026-11-28T12:00:00.000Z"


@pytest.mark.parametrize(
    ("days", "place"), [(7, {"store": "S2"}), (7, {}), (6, {"store": "S1"}), (8, {"store": "S1"})]
)
def test_anywhere_and_any_day_else_it_is_not(
    shop: Shop, member: str, days: int, place: dict[str, str]
) -> None:
    """At S2, at a till that does not say which it is, the day before, the day after."""
    voucher = shop.redeems(member, "reading")["voucher"]["id"]
    shop.later(days=days)
    refusal = shop.refused(BOOKSHOP, "useVoucher", use(shop, voucher, **place))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["voucherId"])


def test_after_its_day_nobody_pays_for_it(shop: Shop, member: str) -> None:
    """No points go for a voucher that no till would take."""
    shop.later(days=8)
    refusal = shop.refused(as_member(member), "redeemReward", shop.wants(member, "reading"))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["rewardId"])
    assert shop.has(member) == 100


def test_a_member_gets_one_seat(shop: Shop, member: str) -> None:
    """The second is refused; another member gets one, too."""
    shop.redeems(member, "reading")
    refusal = shop.refused(as_member(member), "redeemReward", shop.wants(member, "reading"))
    assert refusal.code == "LIMIT_EXCEEDED"
    assert shop.has(member) == 80
