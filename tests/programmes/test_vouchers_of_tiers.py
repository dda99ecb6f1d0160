"""A reward for some members alone: by tier, by segment."""

import json
from pathlib import Path
from typing import Any

import pytest

from loyalty.actors import PartnerActor
from loyalty.programmes import read_programme
from loyalty.refusals import Refused
from tests.coalition import as_member
from tests.programmes.shop import Shop

ARCADE = PartnerActor("arcade")
GOLD = {"condition": "tier", "any_of": ["gold"]}
PREMIERE = {"id": "premiere", "name": "Premiere", "points": 10, "partner": "arcade"}


def arcade(*valid: object) -> dict[str, Any]:
    document = json.loads((Path(__file__).parent / "14_gamified_tiers.json").read_text())
    return document | {"version": 2, "rewards": [PREMIERE | {"valid": list(valid)}]}


@pytest.fixture
def shop() -> Shop:
    shop = Shop("14_gamified_tiers.json")
    shop.publishes(arcade(GOLD), "arcade")
    return shop


def use(shop: Shop, voucher: str) -> dict[str, Any]:
    return shop.input(voucherId=voucher)


def test_gold_has_it_and_uses_it(shop: Shop) -> None:
    """The till is not asked for more than the voucher."""
    member = shop.enrolled()
    shop.buys(member, 100_000, "arcade")
    voucher = shop.redeems(member, "premiere")["voucher"]["id"]
    assert shop.done(ARCADE, "useVoucher", use(shop, voucher))["voucher"]["usedAt"]


def test_silver_pays_nothing_for_it(shop: Shop) -> None:
    """It is refused before points go."""
    member = shop.enrolled()
    shop.buys(member, 50_000, "arcade")
    before = shop.has(member)
    refusal = shop.refused(as_member(member), "redeemReward", shop.wants(member, "premiere"))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["rewardId"])
    assert refusal.message == "for gold, not silver"
    assert shop.has(member) == before


def test_who_is_gold_no_more_cannot_use_it(shop: Shop) -> None:
    """What counts at the till is the tier of that day."""
    member = shop.enrolled()
    shop.buys(member, 100_000, "arcade")
    voucher = shop.redeems(member, "premiere")["voucher"]["id"]
    shop.later(days=395)
    refusal = shop.refused(ARCADE, "useVoucher", use(shop, voucher))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["voucherId"])


def test_a_tier_that_there_is_not_is_named() -> None:
    """With its place in the document."""
    with pytest.raises(Refused, match="there is no tier platinum here") as refused:
        read_programme(arcade(GOLD | {"any_of": ["platinum"]}))
    assert refused.value.field == ("document", "rewards", "0", "valid", "0", "any_of")
