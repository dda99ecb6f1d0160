"""Row 19: the friend's first order comes back, and what it gave both goes back with it."""

import pytest

from tests.coalition import OPERATOR, gid, own_id, verified
from tests.programmes.bringing import DELI, brings, has, news, orders, returns
from tests.programmes.crowd import at_once
from tests.programmes.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop("19_referral.json")


def test_its_return_reverses_both(shop: Shop) -> None:
    """And it is no first order any more: the next one gives nothing to either."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    earned = orders(shop, ben)["transactions"][0]
    returns(shop, earned["id"])
    assert has(shop, ann, ben) == [0, 0]
    assert news(shop) == ["referral.completed", "referral.reversed"]
    orders(shop, ben)
    assert has(shop, ann, ben) == [0, 25]
    verified(shop.store)


def test_what_was_spent_of_it_is_owed(shop: Shop) -> None:
    """Both have spent 150: their wallets are in arrears for it, and later points pay that first."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    earned = orders(shop, ben, 5_000)["transactions"][0]
    shop.redeems(ann, "lunch")
    shop.redeems(ben, "lunch")
    returns(shop, earned["id"])
    wallets = [shop.wallet(each, "BRING") for each in (ann, ben)]
    assert [(each["available"], each["arrears"]) for each in wallets] == [(0, 150), (0, 150)]
    orders(shop, ann, 16_000)
    assert shop.has(ann) == 10
    verified(shop.store)


def test_a_part_comes_back_and_the_rest_is_large_enough(shop: Shop) -> None:
    """Of $50.00 for 50 points: 25 points back leave $25.00, and one more leaves too little."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    earned = orders(shop, ben, 5_000)["transactions"][0]
    returns(shop, earned["id"], 20)
    returns(shop, earned["id"], 5)
    assert has(shop, ann, ben) == [200, 125]
    returns(shop, earned["id"], 1)
    assert has(shop, ann, ben) == [0, 24]
    returns(shop, earned["id"])
    assert has(shop, ann, ben) == [0, 0]
    verified(shop.store)


def test_a_return_at_once_with_another_takes_the_bonus_back_once(shop: Shop) -> None:
    """Sixteen returns of 3 points each: the awards go back one time."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    earned = orders(shop, ben, 5_000)["transactions"][0]
    sent = [
        (DELI, shop.signed(DELI, "reverse", shop.input(transactionId=earned["id"], points=3)))
        for _ in range(16)
    ]
    assert at_once(shop, "reverseTransaction", sent) == ["done"] * 16
    assert has(shop, ann, ben) == [0, 2]
    verified(shop.store)


def test_a_return_long_after_a_new_version(shop: Shop) -> None:
    """The awards' own version is over by then: they go back under the one that is in force."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    earned = orders(shop, ben)["transactions"][0]
    shop.publishes({**shop.document, "version": 2}, "deli")
    shop.later(days=90)
    returns(shop, earned["id"])
    assert has(shop, ann, ben) == [0, 0]
    verified(shop.store)


def test_a_return_by_a_partner_whom_no_version_binds_any_more(shop: Shop) -> None:
    """No rule can take the awards back then: the partner does so itself, and then the order."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    answer = orders(shop, ben)
    earned, bonus = (each["id"] for each in answer["transactions"])
    other = {**shop.document, "version": 2, "earn": [], "rewards": []}
    other["referral"] = {**shop.document["referral"], "partners": ["grocer"]}
    shop.publishes(other, "grocer")
    shop.later(days=90)
    asked = shop.input(transactionId=earned)
    refusal = shop.refused(DELI, "reverseTransaction", shop.signed(DELI, "reverse", asked))
    assert refusal.code == "NOT_ELIGIBLE"
    assert own_id(bonus) in refusal.message
    returns(shop, bonus)
    asked = shop.input(transactionId=earned)
    refusal = shop.refused(DELI, "reverseTransaction", shop.signed(DELI, "reverse", asked))
    returns(shop, gid("Transaction", refusal.message.split()[-1]))
    returns(shop, earned)
    assert has(shop, ann, ben) == [0, 0]
    verified(shop.store)


def test_an_award_by_itself_can_be_taken_back(shop: Shop) -> None:
    """By its issuer, as any earn; the order and the other award stay, and nothing goes back twice
    when the order does."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    earned, bonus = (each["id"] for each in orders(shop, ben)["transactions"])
    returns(shop, bonus)
    assert has(shop, ann, ben) == [200, 25]
    returns(shop, earned)
    assert has(shop, ann, ben) == [0, 0]


def test_a_merged_friend_owes_what_an_order_without_points_gave(shop: Shop) -> None:
    """Given away before the order came back: the debt is of whoever the friend is now."""
    ann, now = shop.enrolled(), shop.enrolled()
    ben = brings(shop, ann)
    orders(shop, now)
    paid = shop.purchase(ben, 2_500, DELI, channel="marketplace")
    shop.done(DELI, "recordPurchase", paid)
    shop.keyed(OPERATOR)
    merger = shop.input(fromMemberId=ben, intoMemberId=now, reason="twice enrolled")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", merger))
    shop.gives(now, shop.enrolled(), 125)
    returns(shop, shop.order_of(paid, DELI))
    assert shop.wallet(now, shop.currency)["arrears"] == 100
    verified(shop.store)
