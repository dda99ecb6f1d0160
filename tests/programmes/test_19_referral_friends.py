"""Row 19: who is a new friend of whom, and who has turned out to be somebody else."""

from datetime import UTC, datetime

import pytest

from loyalty.ports import Commit, RecordPut
from loyalty.records.members import Member
from tests.coalition import OPERATOR, as_member, own_id, verified
from tests.programmes.bringing import brings, code_of, has, merged, orders, refused, using
from tests.programmes.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop("19_referral.json")


def test_who_was_enrolled_twice_brings_three_a_month(shop: Shop) -> None:
    """Two friends of the one, then of each: all that it was count."""
    ann, anna = shop.enrolled(), shop.enrolled()
    of_ann = [brings(shop, ann) for _ in range(4)]
    of_anna = [brings(shop, anna) for _ in range(2)]
    for friend in of_ann[:2]:
        orders(shop, friend)
    merged(shop, ann, anna)
    for friend in (of_anna[0], of_ann[2], of_anna[1]):
        orders(shop, friend)
    assert shop.has(anna) == 600
    shop.clock = datetime(2026, 12, 1, tzinfo=UTC)
    orders(shop, of_ann[3])
    assert shop.has(anna) == 800
    verified(shop.store)


def test_who_has_ordered_as_another_is_no_new_friend(shop: Shop) -> None:
    """Of two who are one person each used a code: one first order, one bonus."""
    ann, cid = shop.enrolled(), shop.enrolled()
    ben, benno = brings(shop, ann), brings(shop, cid)
    orders(shop, ben)
    merged(shop, ben, benno)
    orders(shop, benno)
    assert has(shop, ann, cid, benno) == [200, 0, 150]
    verified(shop.store)


def test_nobody_brings_itself(shop: Shop) -> None:
    """A code is for others."""
    ann = shop.enrolled()
    assert refused(shop, ann, code_of(shop, ann)) == "NOT_ELIGIBLE"


def test_who_has_bought_is_no_new_friend(shop: Shop) -> None:
    """Whatever it earned: neither with points nor without, nor before there were referrals."""
    ann = shop.enrolled()
    code = code_of(shop, ann)
    for members in ({}, {"channel": "marketplace"}):
        ben = shop.enrolled()
        orders(shop, ben, 100, **members)
        assert refused(shop, ben, code) == "NOT_ELIGIBLE"


def test_who_bought_before_there_were_referrals_is_no_new_friend(shop: Shop) -> None:
    """What its wallet says counts as well."""
    plain = {name: each for name, each in shop.document.items() if name != "referral"}
    shop.publishes({**plain, "version": 2}, "deli")
    ben, cid = shop.enrolled(), shop.enrolled()
    orders(shop, ben)
    shop.later(seconds=1)
    shop.publishes({**shop.document, "version": 3}, "deli")
    code = code_of(shop, shop.enrolled())
    assert refused(shop, ben, code) == "NOT_ELIGIBLE"
    shop.done(as_member(cid), "useReferralCode", using(shop, cid, code))


def test_who_is_another_member_now_has_its_points_there(shop: Shop) -> None:
    """Its code goes on to lead to it, before the friend uses it and after."""
    ann, now = shop.enrolled(), shop.enrolled()
    code = code_of(shop, ann)
    ben, cid = brings(shop, ann), shop.enrolled()
    merged(shop, ann, now)
    shop.done(as_member(cid), "useReferralCode", using(shop, cid, code))
    for friend in (ben, cid):
        orders(shop, friend)
    assert has(shop, now, ben, cid) == [400, 125, 125]
    assert refused(shop, now, code) == "NOT_ELIGIBLE"
    verified(shop.store)


def test_who_turns_out_to_be_its_own_friend_gets_the_friends_points_alone(shop: Shop) -> None:
    """Two that were enrolled, one person: the second self is merged with the first."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    merged(shop, ann, ben)
    orders(shop, ben)
    assert shop.has(ben) == 125
    verified(shop.store)


def test_who_was_forgotten_brings_nobody(shop: Shop) -> None:
    """Its code leads nowhere; a friend of before has its own points all the same."""
    ann = shop.enrolled()
    code = code_of(shop, ann)
    ben, cid = brings(shop, ann), shop.enrolled()
    wallet = own_id(shop.wallet(ann, "BRING")["id"])
    shop.done(as_member(ann), "forgetMember", shop.input(memberId=ann, confirmed=True))
    assert refused(shop, cid, code) == "NOT_FOUND"
    orders(shop, ben)
    assert shop.has(ben) == 125
    assert shop.store.wallet(wallet) is None
    verified(shop.store)


def test_one_code_for_each_friend(shop: Shop) -> None:
    """The first stands."""
    ann, abe = shop.enrolled(), shop.enrolled()
    ben = brings(shop, ann)
    assert refused(shop, ben, code_of(shop, abe)) == "ALREADY_EXISTS"
    orders(shop, ben)
    assert has(shop, ann, abe) == [200, 0]


def test_no_ring_of_members_brings_itself(shop: Shop) -> None:
    """Ann brings Ben, Ben brings Cid, and Cid cannot bring Ann; nor can Ben."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    cid = brings(shop, ben)
    for each in (ben, cid):
        assert refused(shop, ann, code_of(shop, each)) == "NOT_ELIGIBLE"


def test_an_order_of_before_the_code_is_no_first_order(shop: Shop) -> None:
    """It comes in late, as from a till that was offline: the friend had bought before."""
    ann, ben = shop.enrolled(), shop.enrolled()
    before = shop.later(minutes=0)
    shop.later(hours=1)
    shop.done(as_member(ben), "useReferralCode", using(shop, ben, code_of(shop, ann)))
    orders(shop, ben, purchasedAt=before)
    assert has(shop, ann, ben) == [0, 25]
    orders(shop, ben)
    assert has(shop, ann, ben) == [0, 50]


def test_two_that_collect_in_one_wallet_are_no_friends(shop: Shop) -> None:
    """Whoever shares a wallet would bring itself."""
    ann, ben = shop.enrolled(), shop.enrolled()
    found = shop.store.record(Member, own_id(ann))
    assert found is not None
    shop.store.commit(Commit((), records=(RecordPut(own_id(ben), found.record, 1),)))
    assert refused(shop, ben, code_of(shop, ann)) == "NOT_ELIGIBLE"


def test_who_was_forgotten_is_paid_for_nobody(shop: Shop) -> None:
    """The friend has its due, and no points go where nobody could spend them."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    shop.done(as_member(ann), "forgetMember", shop.input(memberId=ann, confirmed=True))
    orders(shop, ben)
    assert has(shop, ann, ben) == [0, 125]
    verified(shop.store)


@pytest.mark.parametrize("into", ["another", "the friend"])
def test_who_was_merged_gets_the_points_as_whom_it_is_now(shop: Shop, into: str) -> None:
    """And none where it was the friend all along: nobody brings itself."""
    shop.keyed(OPERATOR)
    ann = shop.enrolled()
    ben = brings(shop, ann)
    anna = shop.enrolled() if into == "another" else ben
    asked = shop.input(fromMemberId=ann, intoMemberId=anna, reason="enrolled twice")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", asked))
    orders(shop, ben)
    assert has(shop, anna, ben) == ([200, 125] if into == "another" else [125, 125])
    verified(shop.store)
