"""Row 9: members who pay a fee get 5 % back on some products, until the fee lapses."""

from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import GROCER, OPERATOR, as_member, gid, verified
from tests.programmes.shop import Shop
from tests.programmes.ticking import TickingShop

MEGASTORE = PartnerActor("megastore")
LINES = [
    {"sku": "tv-stand", "category": "home", "minor": 2_500},
    {"sku": "coffee", "category": "cash-back", "minor": 1_500},
]


@pytest.fixture
def shop() -> Shop:
    return Shop("09_paid_membership.json", decimals=2)


def pays(shop: Shop, member: str, last_day: str, tier: str = "plus") -> dict[str, Any]:
    programme = gid("Programme", shop.programme_id)
    return shop.input(memberId=member, programmeId=programme, tierId=tier, lastDay=last_day)


def basket(shop: Shop, member: str) -> Any:
    """$40, of which $15 are eligible."""
    return shop.buys(member, 4_000, "megastore", lines=LINES)


def test_who_paid_gets_75_cents_of_a_40_dollar_basket(shop: Shop) -> None:
    """5 % of $15, which the next order can be paid with; a guest gets nothing."""
    member = shop.enrolled()
    answer = basket(shop, member)
    assert answer["points"] == 0
    assert shop.why_not(answer) == {"members-cash": "TIER_NOT_ELIGIBLE"}
    paid = shop.done(MEGASTORE, "payTier", pays(shop, member, "2027-11-20"))["standing"]
    assert paid["tier"]["tierId"] == "plus"
    assert basket(shop, member)["points"] == 75
    shop.redeems(member, "cash")
    assert shop.has(member) == 0
    verified(shop.store)


def test_the_benefits_end_on_the_day_after_the_last(shop: Shop) -> None:
    """On 31 December they hold, on 1 January they do not; cents that were earned stay."""
    member = shop.enrolled()
    shop.done(MEGASTORE, "payTier", pays(shop, member, "2026-12-31"))
    shop.later(days=40, hours=11)
    assert basket(shop, member)["points"] == 75
    shop.later(hours=1)
    assert basket(shop, member)["points"] == 0
    assert shop.has(member) == 75


def test_a_fee_is_paid_on_and_paid_back(shop: Shop) -> None:
    """The last day is the one that was said last; yesterday ends it."""
    member = shop.enrolled()
    shop.done(MEGASTORE, "payTier", pays(shop, member, "2026-12-31"))
    shop.done(MEGASTORE, "payTier", pays(shop, member, "2027-12-31"))
    shop.later(days=60)
    assert basket(shop, member)["points"] == 75
    left = shop.done(MEGASTORE, "payTier", pays(shop, member, "2027-01-19"))["standing"]
    assert left["tier"] is None
    assert basket(shop, member)["points"] == 0
    told = [each.said["tier"] for each in shop.news("tier.changed")]
    assert told == ["plus", ""]


def late(shop: Shop, member: str, day: str) -> int:
    """Points of the basket of a day, recorded now."""
    bought = {"lines": LINES, "purchasedAt": f"{day}T12:00:00.000Z"}
    return int(shop.buys(member, 4_000, "megastore", **bought)["points"])


def test_an_order_from_before_was_not_of_one_who_had_paid(shop: Shop) -> None:
    """Recorded late, it gives what it would have given then; a fee that is paid on makes no gap,
    and one that is paid after a gap fills none."""
    member = shop.enrolled()
    shop.later(days=10)
    shop.done(MEGASTORE, "payTier", pays(shop, member, "2026-12-10"))
    assert [late(shop, member, day) for day in ("2026-11-30", "2026-12-01")] == [0, 75]
    shop.later(days=10)
    shop.done(MEGASTORE, "payTier", pays(shop, member, "2026-12-20"))
    assert [late(shop, member, day) for day in ("2026-11-30", "2026-12-01")] == [0, 75]
    shop.later(days=14)
    shop.done(MEGASTORE, "payTier", pays(shop, member, "2027-12-31"))
    assert [late(shop, member, day) for day in ("2026-12-22", "2026-12-25")] == [0, 75]
    verified(shop.store)


def test_only_a_partner_of_the_programme_sells_its_tier(shop: Shop) -> None:
    """Not the member to itself, not the operator, not another brand."""
    member = shop.enrolled()
    asked = pays(shop, member, "2027-11-20")
    assert shop.refused(as_member(member), "payTier", asked).code == "NOT_PERMITTED"
    assert shop.refused(OPERATOR, "payTier", asked).code == "NOT_PERMITTED"
    assert shop.refused(GROCER, "payTier", asked).code == "NOT_FOUND"
    none = pays(shop, member, "2027-11-20", tier="gold")
    assert shop.refused(MEGASTORE, "payTier", none).code == "NOT_FOUND"


@pytest.mark.parametrize("day", ["2026-11-19", "2032-11-21", "2027-02-29", "20270101", "soon"])
def test_a_last_day_is_a_day_to_come(shop: Shop, day: str) -> None:
    """In the one form, not past and not too far ahead."""
    asked = pays(shop, shop.enrolled(), day)
    refusal = shop.refused(MEGASTORE, "payTier", asked)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["lastDay"])


def test_paying_and_buying_at_once_loses_neither(shop: Shop) -> None:
    """Sixteen of both: every fee and every order is kept."""
    member = shop.enrolled()
    shop.done(MEGASTORE, "payTier", pays(shop, member, "2027-01-31"))
    orders = [
        (MEGASTORE, "recordPurchase", shop.purchase(member, 4_000, MEGASTORE, lines=LINES))
        for _ in range(8)
    ]
    fees = [(MEGASTORE, "payTier", pays(shop, member, f"2027-03-{day:02d}")) for day in range(1, 9)]
    shop.at_once([each for pair in zip(orders, fees, strict=True) for each in pair])
    assert shop.has(member) == 8 * 75
    shop.later(days=99)
    assert shop.standing(member)["tier"]["tierId"] == "plus"
    verified(shop.store)


def test_a_membership_that_is_paid_for_again_is_over_again() -> None:
    """The clock tells of the second end, too, of a member with no entry in between."""
    ticking = TickingShop("09_paid_membership.json")
    member = ticking.enrolled()
    for last, over in (("2026-12-31", "2027-01-01"), ("2027-01-31", "2027-02-01")):
        ticking.done(MEGASTORE, "payTier", pays(ticking, member, last))
        ticking.tick()
        ticking.on(over)
        ticking.tick()
    assert [each.said["tier"] for each in ticking.news("tier.changed")] == ["plus", "", "plus", ""]


def test_the_clock_tells_that_a_membership_is_over() -> None:
    """Once, on the day after its last, also of a member who never earned a point."""
    ticking = TickingShop("09_paid_membership.json")
    member = ticking.enrolled()
    ticking.done(MEGASTORE, "payTier", pays(ticking, member, "2026-12-31"))
    ticking.tick()
    ticking.through("2026-12-30", "2026-12-31")
    assert [each.said["tier"] for each in ticking.news("tier.changed")] == ["plus"]
    ticking.through("2027-01-01", "2027-01-05")
    assert [each.said["tier"] for each in ticking.news("tier.changed")] == ["plus", ""]
