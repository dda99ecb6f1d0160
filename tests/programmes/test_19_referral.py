"""Row 19: a member brings a friend; both get points for its first order, unless it comes back."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.names import transaction_id
from loyalty.actors import Actor, PartnerActor
from loyalty.ports import Commit, RecordPut
from loyalty.records.members import Member
from tests.coalition import GROCER, OPERATOR, as_member, gid, own_id, verified
from tests.programmes.crowd import all_at_once, at_once
from tests.programmes.shop import Shop

DELI = PartnerActor("deli")
PROGRAMME = gid("Programme", "bring")


@pytest.fixture
def shop() -> Shop:
    return Shop("19_referral.json")


def code_of(shop: Shop, member: str) -> str:
    asked = shop.input(ownerId=member)
    return str(shop.done(as_member(member), "makeReferralCode", asked)["code"])


def using(shop: Shop, friend: str, code: str) -> dict[str, Any]:
    return shop.input(programmeId=PROGRAMME, memberId=friend, code=code)


def brings(shop: Shop, referrer: str) -> str:
    """A new member who has used the code of another."""
    friend = shop.enrolled()
    shop.done(as_member(friend), "useReferralCode", using(shop, friend, code_of(shop, referrer)))
    return friend


def refused(shop: Shop, friend: str, code: str, by: Actor | None = None) -> str:
    asked = using(shop, friend, code)
    return shop.refused(by or as_member(friend), "useReferralCode", asked).code


def orders(shop: Shop, friend: str, minor: int = 2_500, **members: object) -> Any:
    return shop.buys(friend, minor, "deli", **{"channel": "web", **members})


def returns(shop: Shop, transaction: str, points: int | None = None) -> Any:
    asked = shop.input(transactionId=transaction, points=points)
    if points is None:
        del asked["points"]
    return shop.done(DELI, "reverseTransaction", shop.signed(DELI, "reverse", asked))


def has(shop: Shop, *members: str) -> list[int]:
    return [shop.has(member) for member in members]


def news(shop: Shop) -> list[str]:
    """What was told of referrals, in any order."""
    rows = shop.store._transactions.values()
    words = ("referral.completed", "referral.reversed")
    return sorted(word for row in rows for word in words if word.encode() in row.response)


def test_both_get_points_for_the_first_order(shop: Shop) -> None:
    """+200 for who brought it and +100 for the friend, beside what the order earns itself."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    answer = orders(shop, ben)
    assert has(shop, ann, ben) == [200, 125]
    assert answer["points"] == 125
    assert len(answer["transactions"]) == 2
    orders(shop, ben)
    assert has(shop, ann, ben) == [200, 150]
    assert news(shop) == ["referral.completed"]
    verified(shop.store)


def test_the_first_order_that_is_large_enough(shop: Shop) -> None:
    """$24.99 gives nothing and leaves it open, nor do euros; $25.00 then does."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    orders(shop, ben, 2_499)
    money = {"minor": 9_000, "currency": "EUR"}
    asked = shop.input(memberId=ben, amount=money)
    shop.done(DELI, "recordPurchase", shop.signed(DELI, "earn", asked))
    assert has(shop, ann, ben) == [0, 24]
    orders(shop, ben, 2_500)
    assert has(shop, ann, ben) == [200, 149]


def test_an_order_elsewhere_is_no_first_order(shop: Shop) -> None:
    """At a partner that is not of the referral."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    shop.buys(ben, 9_000, "grocer")
    assert has(shop, ann, ben) == [0, 0]
    orders(shop, ben)
    assert has(shop, ann, ben) == [200, 125]


def test_an_order_that_earns_nothing_itself_counts_and_comes_back(shop: Shop) -> None:
    """In a channel that earns nothing both get theirs; and lose them when it is returned."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    answer = orders(shop, ben, channel="marketplace")
    assert has(shop, ann, ben) == [200, 100]
    (bonus,) = answer["transactions"]
    returns(shop, bonus["id"])
    assert has(shop, ann, ben) == [0, 0]
    verified(shop.store)


# When it comes back


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


# At once


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


def merges(shop: Shop, old: str, into: str) -> None:
    shop.keyed(OPERATOR)
    asked = shop.input(fromMemberId=old, intoMemberId=into, reason="enrolled twice")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", asked))


def test_who_was_enrolled_twice_brings_three_a_month(shop: Shop) -> None:
    """Two friends of the one, then of each: all that it was count."""
    ann, anna = shop.enrolled(), shop.enrolled()
    of_ann = [brings(shop, ann) for _ in range(4)]
    of_anna = [brings(shop, anna) for _ in range(2)]
    for friend in of_ann[:2]:
        orders(shop, friend)
    merges(shop, ann, anna)
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
    merges(shop, ben, benno)
    orders(shop, benno)
    assert has(shop, ann, cid, benno) == [200, 0, 150]
    verified(shop.store)


# Who is whose friend


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


def merged(shop: Shop, old: str, into: str) -> None:
    shop.keyed(OPERATOR)
    asked = shop.input(fromMemberId=old, intoMemberId=into, reason="enrolled twice")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", asked))


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


def test_who_types_the_code(shop: Shop) -> None:
    """The friend, the partner of the referral at its till, an operator; nobody else for it."""
    ann = shop.enrolled()
    code = code_of(shop, ann)
    for actor in (DELI, OPERATOR):
        ben = shop.enrolled()
        shop.done(actor, "useReferralCode", using(shop, ben, code))
        orders(shop, ben)
    assert shop.has(ann) == 400
    ben = shop.enrolled()
    for actor in (GROCER, as_member(ann)):
        assert refused(shop, ben, code, actor) == "NOT_FOUND"


def test_a_code_is_ones_own_and_stays_the_same(shop: Shop) -> None:
    """Nobody else asks for it, and the member reads it of itself."""
    ann = shop.enrolled()
    query = "query ($id: ID!) { member(id: $id) { referralCode } }"
    assert shop.ask(as_member(ann), query, id=ann)["member"]["referralCode"] is None
    code = code_of(shop, ann)
    assert code_of(shop, ann) == code
    assert shop.ask(as_member(ann), query, id=ann)["member"]["referralCode"] == code
    asked = shop.input(ownerId=ann)
    other = as_member(shop.enrolled())
    assert shop.refused(other, "makeReferralCode", asked).code == "NOT_FOUND"
    assert shop.refused(DELI, "makeReferralCode", asked).code == "NOT_PERMITTED"
    assert shop.done(OPERATOR, "makeReferralCode", asked)["code"] == code


def test_a_code_is_typed_as_people_type(shop: Shop) -> None:
    """Small, in groups, with O for 0 and L for 1; what it cannot be is said, and what it is not."""
    ann, own = shop.enrolled(), shop.coalition
    # As drawn it has a 0 and a 1, or the test would show less.
    shop.coalition = replace(own, random_bytes=lambda count: bytes(range(count)))
    assert code_of(shop, ann) == "0123456789"
    shop.coalition = own
    ben = shop.enrolled()
    for wrong in ("0123", "", "012345678U", "0123456789é", "0" * 65):
        assert refused(shop, ben, wrong) == "INVALID_INPUT"
    assert refused(shop, ben, "9876543210") == "NOT_FOUND"
    shop.done(as_member(ben), "useReferralCode", using(shop, ben, "ol23 4567-89"))


def test_two_that_collect_in_one_wallet_are_no_friends(shop: Shop) -> None:
    """Whoever shares a wallet would bring itself."""
    ann, ben = shop.enrolled(), shop.enrolled()
    found = shop.store.record(Member, own_id(ann))
    assert found is not None
    shop.store.commit(Commit((), records=(RecordPut(own_id(ben), found.record, 1),)))
    assert refused(shop, ben, code_of(shop, ann)) == "NOT_ELIGIBLE"


def test_a_referrer_gets_a_wallet_when_it_first_needs_one(shop: Shop) -> None:
    """Enrolled before the currency began, it has none until the friend orders."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    for each in (ann, ben):
        found = shop.store.record(Member, own_id(each))
        assert found is not None
        wallets = {code: id_ for code, id_ in found.record.wallets.items() if code != "BRING"}
        bare = Member(enrolled_at=found.record.enrolled_at, wallets=wallets)
        shop.store.commit(Commit((), records=(RecordPut(own_id(each), bare, found.version),)))
    orders(shop, ben, channel="marketplace")
    assert has(shop, ann, ben) == [200, 100]
    verified(shop.store)


def test_points_wait_as_those_of_the_order_do(shop: Shop) -> None:
    """With a confirmation period both wait for it, and are gone when the order comes back."""
    document = {**shop.document, "version": 2, "confirmation": {"days": 14}}
    shop.publishes(document, "deli")
    ann = shop.enrolled()
    ben = brings(shop, ann)
    earned = orders(shop, ben)["transactions"][0]
    wallets = [shop.wallet(each, "BRING") for each in (ann, ben)]
    assert [(each["available"], each["pending"]) for each in wallets] == [(0, 200), (0, 125)]
    returns(shop, earned["id"])
    wallets = [shop.wallet(each, "BRING") for each in (ann, ben)]
    assert [(each["pending"], each["arrears"]) for each in wallets] == [(0, 0), (0, 0)]
    verified(shop.store)


def test_the_order_is_found_by_the_shops_own_request(shop: Shop) -> None:
    """A till that kept nothing but its key returns an order that earned nothing by that."""
    ann = shop.enrolled()
    ben = brings(shop, ann)
    paid = shop.purchase(ben, 2_500, DELI, channel="marketplace")
    shop.done(DELI, "recordPurchase", paid)
    id_ = gid("Transaction", transaction_id(DELI.party, paid["idempotencyKey"]))
    asked = shop.input(transactionId=id_)
    refusal = shop.refused(GROCER, "reverseTransaction", shop.signed(GROCER, "reverse", asked))
    assert refusal.code == "NOT_FOUND"
    refusal = shop.refused(DELI, "reverseTransaction", asked)
    assert refusal.code == "SIGNATURE_REQUIRED"
    returns(shop, id_)
    assert has(shop, ann, ben) == [0, 0]
    again = shop.signed(DELI, "reverse", shop.input(transactionId=id_))
    assert shop.refused(DELI, "reverseTransaction", again).code == "EXCEEDS_REMAINING"
    verified(shop.store)


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


WRONG = [
    ({"minimum_minor": 0}, ("document", "referral", "minimum_minor")),
    ({"a_month": 0}, ("document", "referral", "a_month")),
    ({"partners": []}, ("document", "referral", "partners")),
    ({"money": "dollars"}, ("document", "referral", "money")),
    ({"time_zone": "Mars"}, ("document", "referral")),
    ({"bonus": 5}, ("document", "referral", "bonus")),
]


@pytest.mark.parametrize(("change", "place"), WRONG, ids=lambda each: str(each)[:24])
def test_a_section_that_cannot_be_meant_is_refused(
    shop: Shop, change: dict[str, object], place: tuple[str, ...]
) -> None:
    """With its place, and nothing is published."""
    referral = {**shop.document["referral"], **change}
    document = {**shop.document, "version": 2, "referral": referral}
    refusal = shop.refused(OPERATOR, "publishProgramme", shop.programme(document, "deli"))
    assert (refusal.code, tuple(refusal.field)) == ("INVALID_INPUT", place)


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
