"""Row 19, its last words: a guest's order can be claimed once, within 30 days."""

from collections import Counter
from typing import Any

import pytest

from loyalty.actors import Actor, PartnerActor
from tests.coalition import GROCER, OPERATOR, as_member, contents, gid, verified
from tests.programmes.crowd import all_at_once, at_once
from tests.programmes.shop import Shop

DELI = PartnerActor("deli")
SELLER = gid("Partner", "deli")
CODE = "7K3M9XWQ4TB2HRZE"
QUERY = """query ($seller: ID!, $reference: String!) {
    guestOrder(sellerId: $seller, reference: $reference) { order { purchasedAt claimableUntil
    cancelledAt claimed transactions { id kind } } userErrors { code field } } }"""


@pytest.fixture
def shop() -> Shop:
    return Shop("19_referral.json")


def kept(shop: Shop, minor: int = 2_500, **members: object) -> dict[str, Any]:
    """A signed input of `recordGuestOrder`."""
    asked = {
        "reference": "web 7",
        "claimCode": CODE,
        "amount": {"minor": minor, "currency": "USD"},
        "channel": "web",
        **members,
    }
    return shop.signed(DELI, "earn", shop.input(**asked))


def keeps(shop: Shop, minor: int = 2_500, **members: object) -> str:
    until = shop.done(DELI, "recordGuestOrder", kept(shop, minor, **members))["claimableUntil"]
    return str(until)


def claim(shop: Shop, **members: object) -> dict[str, Any]:
    return shop.input(**{"sellerId": SELLER, "reference": "web 7", "code": CODE, **members})


def claims(shop: Shop, member: str, **members: object) -> Any:
    return shop.done(as_member(member), "claimGuestOrder", claim(shop, **members))


def seen(shop: Shop, by: Actor = DELI, reference: str = "web 7") -> Any:
    found = shop.ask(by, QUERY, seller=SELLER, reference=reference)["guestOrder"]
    return found["order"] or found["userErrors"]


def test_a_guests_order_earns_when_it_is_claimed(shop: Shop) -> None:
    """Nothing before, then what it would have earned: by the member, under the rule."""
    before = shop.entries()
    keeps(shop)
    assert shop.entries() == before
    ann = shop.enrolled()
    answer = claims(shop, ann)
    assert (answer["points"], shop.has(ann)) == (25, 25)
    (earned,) = answer["transactions"]
    assert (earned["kind"], earned["by"]["party"]) == ("earn", "member")
    assert earned["rule"] is not None
    assert seen(shop)["claimed"]
    verified(shop.store)


def test_it_is_claimed_once(shop: Shop) -> None:
    """Neither another member nor the same gets it again; sent again, it is one claim."""
    keeps(shop)
    ann, ben = shop.enrolled(), shop.enrolled()
    asked = claim(shop)
    first = shop.done(as_member(ann), "claimGuestOrder", asked)
    assert shop.done(as_member(ann), "claimGuestOrder", asked)["points"] == first["points"]
    for member in (ann, ben):
        refusal = shop.refused(as_member(member), "claimGuestOrder", claim(shop))
        assert refusal.code == "ALREADY_REDEEMED"
    assert [shop.has(each) for each in (ann, ben)] == [25, 0]


def test_one_of_sixteen_claimers_gets_it(shop: Shop) -> None:
    """All at once: one has the points, fifteen are told that it was claimed."""
    keeps(shop)
    members = [shop.enrolled() for _ in range(16)]
    found = at_once(
        shop, "claimGuestOrder", [(as_member(member), claim(shop)) for member in members]
    )
    assert Counter(found) == {"done": 1, "ALREADY_REDEEMED": 15}
    assert sorted(shop.has(member) for member in members) == [0] * 15 + [25]
    verified(shop.store)


def test_thirty_days_to_the_millisecond(shop: Shop) -> None:
    """At the last moment it can be claimed, a millisecond later it cannot."""
    until = keeps(shop)
    keeps(shop, reference="web 8")
    assert until == shop.later(days=30)
    ann = shop.enrolled()
    claims(shop, ann)
    shop.later(milliseconds=1)
    refusal = shop.refused(as_member(ann), "claimGuestOrder", claim(shop, reference="web 8"))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["code"])
    assert until in refusal.message


def test_the_days_count_from_the_order(shop: Shop) -> None:
    """Kept ten days late it can be claimed for twenty more; after thirty it is not taken."""
    bought = shop.later(minutes=0)
    shop.later(days=10)
    keeps(shop, purchasedAt=bought)
    assert seen(shop)["purchasedAt"] == bought
    shop.later(days=20)
    claims(shop, shop.enrolled())
    shop.later(milliseconds=1)
    late = kept(shop, reference="web 8", purchasedAt=bought)
    refusal = shop.refused(DELI, "recordGuestOrder", late)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["purchasedAt"])


def test_it_earns_by_the_rules_of_its_day(shop: Shop) -> None:
    """A version that came since, by which it would earn double, is not asked."""
    keeps(shop)
    shop.later(days=1)
    rule = {**shop.document["earn"][0], "points": 2}
    shop.publishes({**shop.document, "version": 2, "earn": [rule]}, "deli")
    ann = shop.enrolled()
    assert claims(shop, ann)["points"] == 25


def test_an_order_that_earns_nothing_is_claimed_too(shop: Shop) -> None:
    """And says why it gave nothing."""
    keeps(shop, channel="marketplace")
    ann = shop.enrolled()
    answer = claims(shop, ann)
    assert answer["transactions"] == []
    refusal = shop.refused(as_member(ann), "claimGuestOrder", claim(shop))
    assert refusal.code == "ALREADY_REDEEMED"


# What must not work


def test_without_the_code_it_is_not_there(shop: Shop) -> None:
    """A wrong code, an unknown reference and another shop's are answered alike."""
    keeps(shop)
    ann = as_member(shop.enrolled())
    messages = {
        shop.refused(ann, "claimGuestOrder", claim(shop, **wrong)).message
        for wrong in (
            {"code": "8K3M9XWQ4TB2HRZE"},
            {"reference": "web 8"},
            {"sellerId": gid("Partner", "grocer")},
        )
    }
    assert messages == {"no order has this reference and this code"}


def test_a_code_fits_one_order_alone(shop: Shop) -> None:
    """Who has bought something small does not claim another's order with its own code."""
    keeps(shop)
    keeps(shop, 900_000, reference="web 8", claimCode="AB12CD34EF56GH78")
    ann = as_member(shop.enrolled())
    refusal = shop.refused(ann, "claimGuestOrder", claim(shop, reference="web 8"))
    assert refusal.code == "NOT_FOUND"


def test_what_is_kept_does_not_tell_the_code(shop: Shop) -> None:
    """Whoever reads the store claims nothing by it."""
    keeps(shop)
    shop.done(as_member(shop.enrolled()), "claimGuestOrder", claim(shop))
    assert CODE not in str(contents(shop.store))


def test_the_code_is_typed_as_people_type(shop: Shop) -> None:
    """Small and in groups."""
    keeps(shop, claimCode="7K3M-9XWQ-4TB2-HRZ0")
    claims(shop, shop.enrolled(), code="7k3m 9xwq 4tb2 hrzo")


def test_a_code_that_can_be_guessed_is_refused(shop: Shop) -> None:
    """Too short, of one letter, or none at all."""
    for wrong in ("1234", "0" * 16, "0101010101010101", "", "7K3M9XWQ4TB2HRZU"):
        refusal = shop.refused(DELI, "recordGuestOrder", kept(shop, claimCode=wrong))
        assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["claimCode"])


def test_an_order_is_kept_once(shop: Shop) -> None:
    """The same reference again is no second order, whatever the key: nor after it was claimed."""
    keeps(shop)
    assert shop.refused(DELI, "recordGuestOrder", kept(shop)).code == "ALREADY_EXISTS"
    claims(shop, shop.enrolled())
    refusal = shop.refused(DELI, "recordGuestOrder", kept(shop))
    assert (refusal.code, refusal.field) == ("ALREADY_EXISTS", ["reference"])


def test_the_shop_signs_for_what_it_will_issue(shop: Shop) -> None:
    """A stolen token alone keeps no orders to claim; nor does a member, or another's signature."""
    unsigned = {name: each for name, each in kept(shop).items() if name != "signature"}
    assert shop.refused(DELI, "recordGuestOrder", unsigned).code == "SIGNATURE_REQUIRED"
    signed = kept(shop)
    dearer = {**signed, "amount": {"minor": 900_000, "currency": "USD"}}
    assert shop.refused(DELI, "recordGuestOrder", dearer).code == "SIGNATURE_INVALID"
    assert shop.refused(GROCER, "recordGuestOrder", signed).code == "SIGNATURE_INVALID"
    member = as_member(shop.enrolled())
    assert shop.refused(member, "recordGuestOrder", unsigned).code == "NOT_PERMITTED"


@pytest.mark.parametrize("actor", [DELI, OPERATOR])
def test_only_members_claim(shop: Shop, actor: Actor) -> None:
    """For themselves."""
    keeps(shop)
    assert shop.refused(actor, "claimGuestOrder", claim(shop)).code == "NOT_PERMITTED"


# When it comes back


def test_what_came_back_before_is_not_claimed(shop: Shop) -> None:
    """The shop cancels it once, and no other shop does."""
    keeps(shop)
    cancelled = shop.input(reference="web 7")
    assert shop.refused(GROCER, "cancelGuestOrder", cancelled).code == "NOT_FOUND"
    shop.done(DELI, "cancelGuestOrder", cancelled)
    ann = as_member(shop.enrolled())
    assert shop.refused(ann, "claimGuestOrder", claim(shop)).code == "NOT_ELIGIBLE"
    again = shop.input(reference="web 7")
    assert shop.refused(DELI, "cancelGuestOrder", again).code == "EXCEEDS_REMAINING"
    assert seen(shop)["cancelledAt"] is not None


def test_a_claim_and_its_cancelling_at_once(shop: Shop) -> None:
    """One of them: never points for goods that came back, nor goods back with points left."""
    for number in range(8):
        reference = f"web {number}"
        keeps(shop, reference=reference)
        ann = shop.enrolled()
        sent = [
            ("claimGuestOrder", (as_member(ann), claim(shop, reference=reference))),
            ("cancelGuestOrder", (DELI, shop.input(reference=reference))),
        ]
        found = all_at_once(shop, sent)
        assert sorted(found) == ["NOT_ELIGIBLE", "done"]
        assert shop.has(ann) == (25 if found[0] == "done" else 0)


def test_what_comes_back_after_is_taken_back(shop: Shop) -> None:
    """The shop finds what the claim earned by its own reference, and reverses it."""
    keeps(shop)
    ann = shop.enrolled()
    claims(shop, ann)
    refusal = shop.refused(DELI, "cancelGuestOrder", shop.input(reference="web 7"))
    assert refusal.code == "NOT_ELIGIBLE"
    (earned,) = seen(shop)["transactions"]
    asked = shop.signed(DELI, "reverse", shop.input(transactionId=earned["id"]))
    shop.done(DELI, "reverseTransaction", asked)
    assert shop.has(ann) == 0
    verified(shop.store)


def test_others_see_nothing_of_it(shop: Shop) -> None:
    """The shop's own and operators'."""
    keeps(shop)
    assert seen(shop, OPERATOR)["claimed"] is False
    for actor in (GROCER, as_member(shop.enrolled())):
        assert seen(shop, actor) == [{"code": "NOT_FOUND", "field": ["reference"]}]
    assert seen(shop, DELI, "web 8") == [{"code": "NOT_FOUND", "field": ["reference"]}]


# Beside a referral


@pytest.mark.parametrize("early", [True, False])
def test_a_claimed_order_is_a_friends_first_if_it_is_later_than_the_code(
    shop: Shop, early: bool
) -> None:
    """Bought as a guest before anyone brought it, it is none; and then there is no other."""
    ann, ben = shop.enrolled(), shop.enrolled()
    if early:
        keeps(shop)
    shop.later(seconds=1)
    code = shop.done(as_member(ann), "makeReferralCode", shop.input(ownerId=ann))["code"]
    used = shop.input(programmeId=gid("Programme", "bring"), memberId=ben, code=code)
    shop.done(as_member(ben), "useReferralCode", used)
    shop.later(seconds=1)
    if not early:
        keeps(shop)
    claims(shop, ben)
    shop.buys(ben, 2_500, "deli", channel="web")
    points = [0, 50] if early else [200, 150]
    assert [shop.has(each) for each in (ann, ben)] == points
    verified(shop.store)
