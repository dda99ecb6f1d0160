"""Row 19, sixteen at once: each thing counts once, and no month has too many."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.coalition import as_member, verified
from tests.programmes.bringing import DELI, brings, code_of, has, news, orders, using
from tests.programmes.crowd import all_at_once, at_once
from tests.programmes.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop("19_referral.json")


def test_exactly_one_of_sixteen_orders_is_the_first(shop: Shop) -> None:
    """All at the same time: each earns its 25, and both get their points once."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    sent = [(DELI, shop.purchase(ben, 2_500, DELI, channel="web")) for _ in range(16)]
    assert at_once(shop, "recordPurchase", sent) == ["done"] * 16
    assert has(shop, ann, ben) == [200, 16 * 25 + 100]
    assert news(shop) == ["referral.completed"]
    verified(shop.store)


def test_an_order_sent_sixteen_times_is_one(shop: Shop) -> None:
    """A till that repeats itself."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    sent = [(DELI, shop.purchase(ben, 2_500, DELI, channel="web"))] * 16
    assert at_once(shop, "recordPurchase", sent) == ["done"] * 16
    assert has(shop, ann, ben) == [200, 125]


def test_two_who_use_each_others_code_at_once(shop: Shop) -> None:
    """One of the two is the friend of the other, or the other way round: never both."""
    for _ in range(8):
        ann, ben = shop.enrolled(), shop.enrolled()
        codes = {ann: code_of(shop, ben), ben: code_of(shop, ann)}
        sent = [(as_member(each), using(shop, each, code)) for each, code in codes.items()]
        found = Counter(at_once(shop, "useReferralCode", sent))
        assert found == {"done": 1, "NOT_ELIGIBLE": 1}


def test_the_code_and_the_first_order_at_once(shop: Shop) -> None:
    """One of them is first: either the order counts, or the friend has bought already."""
    for _ in range(8):
        ann, ben = shop.enrolled(), shop.enrolled()
        code = code_of(shop, ann)
        sent = [
            ("useReferralCode", (as_member(ben), using(shop, ben, code))),
            ("recordPurchase", (DELI, shop.purchase(ben, 2_500, DELI, channel="web"))),
        ]
        used, bought = all_at_once(shop, sent)
        assert (used, bought) in {("done", "done"), ("NOT_ELIGIBLE", "done")}
        orders(shop, ben)
        points = [200, 150] if used == "done" else [0, 50]
        assert has(shop, ann, ben) == points
    verified(shop.store)


def test_a_code_used_sixteen_times_at_once_counts_once(shop: Shop) -> None:
    """By one friend, with as many codes of others: it was brought by one."""
    ben = shop.enrolled()
    codes = [code_of(shop, shop.enrolled()) for _ in range(16)]
    sent = [(as_member(ben), using(shop, ben, code)) for code in codes]
    found = Counter(at_once(shop, "useReferralCode", sent))
    assert found == {"done": 1, "ALREADY_EXISTS": 15}


def test_sixteen_friends_order_at_once_and_three_count_for_one_member(shop: Shop) -> None:
    """`a_month` is exact; every friend has its own points all the same."""
    ann = shop.enrolled()
    friends = [brings(shop, ann) for _ in range(16)]
    sent = [(DELI, shop.purchase(each, 2_500, DELI, channel="web")) for each in friends]
    assert at_once(shop, "recordPurchase", sent) == ["done"] * 16
    assert has(shop, ann, *friends) == [600] + [125] * 16
    verified(shop.store)


def test_a_month_later_friends_count_again(shop: Shop) -> None:
    """Three in November, the fourth gives only itself points; in December it goes on."""
    ann = shop.enrolled()
    for _ in range(4):
        orders(shop, brings(shop, ann))
    assert shop.has(ann) == 600
    shop.clock = datetime(2026, 12, 1, tzinfo=UTC)
    orders(shop, brings(shop, ann))
    assert shop.has(ann) == 800


def test_a_clock_that_is_behind_makes_no_room_in_a_month(shop: Shop) -> None:
    """Of machines that disagree about midnight, none counts in a month before one that was
    counted in."""
    ann = shop.enrolled()
    friends = [brings(shop, ann) for _ in range(4)]
    december = datetime(2026, 12, 1, tzinfo=UTC)
    november = december - timedelta(seconds=10)
    for friend, clock in zip(friends, (december, december, november, december), strict=True):
        shop.clock = clock
        orders(shop, friend)
    assert has(shop, ann, *friends) == [600] + [125] * 4
