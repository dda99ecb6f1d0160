"""Row 19: a member brings a friend; both get points for its first order, unless it comes back."""

from dataclasses import replace

import pytest

from ledger.names import transaction_id
from loyalty.ports import Commit, RecordPut
from loyalty.records.members import Member
from tests.coalition import GROCER, OPERATOR, as_member, gid, own_id, verified
from tests.programmes.bringing import (
    DELI,
    brings,
    code_of,
    has,
    news,
    orders,
    refused,
    returns,
    using,
)
from tests.programmes.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop("19_referral.json")


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
