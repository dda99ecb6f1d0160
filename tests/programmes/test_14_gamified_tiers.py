"""Row 14: tiers for points, with grace; challenges, streaks and badges."""

from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import verified
from tests.programmes.shop import Shop
from tests.programmes.ticking import TickingShop

ARCADE = PartnerActor("arcade")


@pytest.fixture
def shop() -> Shop:
    return Shop("14_gamified_tiers.json")


@pytest.fixture
def ticking() -> TickingShop:
    """The same, with its clock running."""
    return TickingShop("14_gamified_tiers.json")


def tier(shop: Shop, member: str) -> str | None:
    found = shop.standing(member)["tier"]
    return found and found["tierId"]


@pytest.mark.parametrize(
    ("spent", "reached", "points"),
    [(49_900, None, 100), (50_000, "silver", 125), (99_900, "silver", 125), (100_000, "gold", 150)],
)
def test_100_dollars_at_each_tier(shop: Shop, spent: int, reached: str | None, points: int) -> None:
    """Silver at 500 gives a quarter more, Gold at 1,000 half: $100 at Gold give 150."""
    member = shop.enrolled()
    shop.buys(member, spent, "arcade")
    assert tier(shop, member) == reached
    assert shop.buys(member, 10_000, "arcade")["points"] == points


def test_spending_points_costs_no_tier(shop: Shop) -> None:
    """What counts is what was earned; a gift lowers the balance, not the tier."""
    member, friend = shop.enrolled(), shop.enrolled()
    shop.buys(member, 100_000, "arcade")
    shop.gives(member, friend, 900)
    assert tier(shop, member) == "gold"
    assert tier(shop, friend) is None


@pytest.mark.parametrize(("days", "left"), [(394, "gold"), (395, None)])
def test_a_shortfall_downgrades_after_thirty_days_of_grace(
    shop: Shop, days: int, left: str | None
) -> None:
    """The points of a day count 365 days; the tier lasts 30 days longer."""
    member = shop.enrolled()
    shop.buys(member, 100_000, "arcade")
    shop.later(days=days)
    assert tier(shop, member) == left


def test_a_tier_of_goods_that_came_back_is_gone(shop: Shop) -> None:
    """Buying and returning makes nobody Gold, whole or in part."""
    member = shop.enrolled()
    (order,) = shop.buys(member, 100_000, "arcade")["transactions"]
    for points, left in ((1, "silver"), (499, "silver"), (1, None)):
        asked = shop.input(transactionId=order["id"], points=points)
        shop.done(ARCADE, "reverseTransaction", shop.signed(ARCADE, "reverse", asked))
        assert tier(shop, member) == left
    verified(shop.store)


def test_a_challenge_is_won_with_the_fifth_visit_of_a_month(shop: Shop) -> None:
    """Once; in the next month again."""
    member = shop.enrolled()
    points = [shop.buys(member, 100, "arcade")["points"] for _ in range(6)]
    assert points == [1, 1, 1, 1, 41, 1]
    shop.later(days=20)
    points = [shop.buys(member, 100, "arcade")["points"] for _ in range(5)]
    assert points[-1] == 41


def returned(shop: Shop, answer: Any) -> None:
    """All of a purchase comes back."""
    (earn,) = answer["transactions"]
    asked = shop.signed(ARCADE, "reverse", shop.input(transactionId=earn["id"]))
    shop.done(ARCADE, "reverseTransaction", asked)


def test_a_challenge_is_not_won_again_by_returning_and_buying(shop: Shop) -> None:
    """The fifth visit gave 40. Four earlier ones come back and are made anew: 40 in all; the fifth
    comes back with its 40, and whoever makes it anew has won them anew."""
    member = shop.enrolled()
    orders = [shop.buys(member, 100, "arcade") for _ in range(5)]
    for order in orders[:4]:
        returned(shop, order)
        again = shop.buys(member, 100, "arcade")
        assert again["points"] == 1
        assert shop.why_not(again)["five-visits-in-a-month"] == "REACHED_BEFORE"
    assert shop.has(member) == 45
    returned(shop, orders[4])
    assert shop.has(member) == 4
    assert shop.buys(member, 100, "arcade")["points"] == 41
    shop.later(days=20)
    assert [shop.buys(member, 100, "arcade")["points"] for _ in range(5)][-1] == 41
    verified(shop.store)


def test_a_streak_counts_weeks_in_a_row(shop: Shop) -> None:
    """Every third week in a row gives 25; a week without breaks it."""
    member = shop.enrolled()
    points = []
    for days in (7, 7, 7, 7, 7, 14, 7, 7):
        points.append(shop.buys(member, 100, "arcade")["points"])
        shop.later(days=days)
    assert points == [1, 1, 26, 1, 1, 26, 1, 1]
    assert shop.standing(member)["measures"]["weeks"] == 2


def test_badges_are_earned_once_and_kept(shop: Shop) -> None:
    """Ten visits, four weeks in a row; and no badge for goods that came back."""
    member = shop.enrolled()
    for _ in range(4):
        shop.buys(member, 100, "arcade")
        shop.later(days=7)
    assert shop.standing(member)["badges"] == ["on-fire"]
    for _ in range(5):
        shop.buys(member, 100, "arcade")
    (order, *_) = shop.buys(member, 100, "arcade")["transactions"]
    assert shop.standing(member)["badges"] == ["on-fire", "regular"]
    asked = shop.signed(ARCADE, "reverse", shop.input(transactionId=order["id"]))
    shop.done(ARCADE, "reverseTransaction", asked)
    assert shop.standing(member)["badges"] == ["on-fire"]


def test_a_cap_of_a_day_holds_under_sixteen_tills(shop: Shop) -> None:
    """2,000 points of the base rule a day, whatever is bought at once."""
    member = shop.enrolled()
    answers = shop.at_once(
        [(ARCADE, "recordPurchase", shop.purchase(member, 30_000, ARCADE)) for _ in range(16)]
    )
    assert shop.standing(member)["measures"]["visits"] == 16
    rules = [rule for each in answers for rule in each["explanation"][0]["rules"]]
    assert sum(rule["points"] for rule in rules if rule["ruleId"] == "base") == 2_000
    assert [rule["code"] for rule in rules].count("CAP_REACHED") == 9
    verified(shop.store)


def test_what_a_visit_left_is_replaced_by_the_first_entry_of_several(shop: Shop) -> None:
    """A purchase that gave no point was counted; then points lapse and others are given away, which
    is two entries of one request."""
    days = {"after": "days", "days": 30}
    shop.publishes({**shop.document, "version": 2, "expiry": days}, "arcade")
    member, friend = shop.enrolled(), shop.enrolled()
    shop.buys(member, 10_000, "arcade")
    shop.later(days=31)
    shop.buys(member, 10_000, "arcade")
    assert shop.buys(member, 50, "arcade")["points"] == 0
    shop.gives(member, friend, 10)
    assert shop.has(member) == 90
    assert shop.standing(member)["measures"]["visits"] == 3
    verified(shop.store)


def test_one_tier_change_is_one_piece_of_news(shop: Shop) -> None:
    """From none to silver, from silver to gold; an order that changes nothing tells nothing."""
    member = shop.enrolled()
    for minor in (50_000, 1_000, 50_000):
        shop.buys(member, minor, "arcade")
    news = [(each.said["before"], each.said["tier"]) for each in shop.news("tier.changed")]
    assert news == [("", "silver"), ("silver", "gold")]


def test_the_clock_tells_once_that_a_tier_is_over(ticking: TickingShop) -> None:
    """On the day after the days of grace, and on no other, however often it runs."""
    member = ticking.enrolled()
    ticking.buys(member, 100_000, "arcade")
    days: dict[str, list[str]] = {}
    ticking.on("2027-12-01")
    while (day := ticking.clock.date().isoformat()) < "2028-01-10":
        before = len(ticking.news("tier.changed"))
        for number in range(3):
            ticking.tick(every_wallet=number == 2)
        if told := ticking.news("tier.changed")[before:]:
            days[day] = [str(each.said["tier"]) for each in told]
        ticking.later(days=1)
    # 365 days of which 1 December 2026 is the first, and 30 of grace.
    assert days == {"2027-12-31": [""]}
    assert tier(ticking, member) is None


def test_a_tier_that_is_reached_again_is_over_again(ticking: TickingShop) -> None:
    """The clock tells of both ends."""
    member = ticking.enrolled()
    for over in ("2027-12-31", "2029-01-29"):
        ticking.buys(member, 100_000, "arcade")
        ticking.tick()
        ticking.on(over)
        ticking.tick()
    told = [each.said["tier"] for each in ticking.news("tier.changed")]
    assert told == ["gold", "", "gold", ""]


def test_a_tier_that_was_kept_is_not_told_of(ticking: TickingShop) -> None:
    """The hint was for the day before; then more was bought."""
    member = ticking.enrolled()
    ticking.buys(member, 100_000, "arcade")
    ticking.tick()
    ticking.on("2027-12-30")
    ticking.buys(member, 100_000, "arcade")
    ticking.through("2027-12-30", "2028-01-10")
    assert [each.said["tier"] for each in ticking.news("tier.changed")] == ["gold"]


def test_an_order_that_comes_before_the_clock_tells_the_same(ticking: TickingShop) -> None:
    """Two changes come as one: from gold to silver; the clock finds nothing left to tell."""
    member = ticking.enrolled()
    ticking.buys(member, 100_000, "arcade")
    ticking.tick()
    ticking.on("2028-02-01")
    ticking.buys(member, 60_000, "arcade")
    ticking.through("2028-02-01", "2028-02-03")
    told = [(each.said["before"], each.said["tier"]) for each in ticking.news("tier.changed")]
    assert told == [("", "gold"), ("gold", "silver")]
    verified(ticking.store)


def test_nor_where_the_visits_of_the_last_days_are_counted(shop: Shop) -> None:
    """Five in thirty days give 40; when they are too old to count, five others do again."""
    document = {**shop.document, "version": 2}
    document["measures"] = [
        {**each, "over": {"over": "rolling", "days": 30}} if each["id"] == "visits-month" else each
        for each in shop.document["measures"]
    ]
    shop.publishes(document, "arcade")
    member = shop.enrolled()
    orders = [shop.buys(member, 100, "arcade") for _ in range(5)]
    assert [each["points"] for each in orders] == [1, 1, 1, 1, 41]
    for order in orders[:4]:
        returned(shop, order)
        shop.later(days=1)
        again = shop.buys(member, 100, "arcade")
        assert shop.why_not(again)["five-visits-in-a-month"] == "REACHED_BEFORE"
    shop.later(days=30)
    points = [shop.buys(member, 100, "arcade")["points"] for _ in range(5)]
    assert points[-1] == 41
