"""A member who owes points opens a household of its own, to earn and spend there without paying."""

from functools import partial
from typing import Any

import pytest

from tests.coalition import OPERATOR, STARS, as_member, contents, gid, verified
from tests.programmes.accounts import SharingShop
from tests.programmes.crowd import all_at_once
from tests.programmes.test_16_company_accounts import outcome
from tests.programmes.test_debts_of_households import (
    CORNER,
    bought,
    founded,
    owed,
    own_wallet,
    returned,
    returning,
)
from tests.programmes.test_households import opened


def test_who_owes_opens_no_household() -> None:
    """Ana spent 80 of 100 points whose goods came back: what she buys next pays, and then she may
    open one.
    """
    shop = founded()
    ana = shop.enrolled()
    earn, own = bought(shop, ana, 100), own_wallet(shop, ana)
    shop.redeems(ana, "mug")
    returned(shop, earn)
    assert owed(shop, own) == 80
    before = contents(shop.store)
    refusal = shop.refused(as_member(ana), "openAccount", shop.opening(ana))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["memberId"])
    assert contents(shop.store) == before
    bought(shop, ana, 100)
    assert (shop.has(ana), shop.wallet(ana, "CORNER")["arrears"]) == (20, 0)
    opened(shop, ana)
    verified(shop.store)


def test_a_return_in_between_is_seen() -> None:
    """The debt is made after the opening was decided on, and before it is written."""
    shop = founded()
    ana = shop.enrolled()
    earn = bought(shop, ana, 100)
    shop.redeems(ana, "mug")
    shop.store.meanwhile = partial(returned, shop, earn)  # type: ignore[attr-defined]
    assert outcome(shop, as_member(ana), "openAccount", shop.opening(ana)) == "NOT_ELIGIBLE"
    assert shop.wallet(ana, "CORNER")["arrears"] == 80
    verified(shop.store)


def owing(shop: SharingShop) -> tuple[str, str]:
    """Ana, who owes 80, and the household that she was in before."""
    ana = shop.enrolled()
    earn = bought(shop, ana, 100)
    shop.redeems(ana, "mug")
    account = opened(shop, ana)
    returned(shop, earn)
    assert aside(shop, ana) == (0, 80)
    return ana, account


def aside(shop: SharingShop, member: str) -> tuple[int, int]:
    """What is available in her own wallet, and what she owes there, as she sees it."""
    query = "query ($id: ID!) { member(id: $id) { setAside { available arrears } } }"
    (own,) = shop.ask(as_member(member), query, id=member)["member"]["setAside"]
    return own["available"], own["arrears"]


@pytest.mark.parametrize("paired", [False, True])
def test_a_household_before_the_return_washes_nothing(paired: bool) -> None:
    """Alone in it or with another: what Ana buys next pays, and only then earns for all."""
    shop = founded()
    ana, account = owing(shop)
    others = shop.user(account) if paired else ""
    bought(shop, ana, 50)
    assert (shop.has(ana), aside(shop, ana)) == (0, (0, 30))
    refusal = shop.refused(as_member(ana), "redeemReward", shop.wants(ana, "mug"))
    assert refusal.code == "INSUFFICIENT_POINTS"
    if others:
        bought(shop, others, 40)
        assert (shop.has(ana), aside(shop, ana)) == (40, (0, 30))
    bought(shop, ana, 37)
    assert aside(shop, ana) == (7, 0)
    before = shop.has(ana)
    bought(shop, ana, 80)
    assert (shop.has(ana), aside(shop, ana)) == (before + 80, (7, 0))
    verified(shop.store)


def test_what_pays_waits_and_comes_back_as_it_would() -> None:
    """Points that wait pay when they are confirmed; goods that paid a debt can come back."""

    def confirmed(earn: str) -> None:
        asked = shop.signed(CORNER, "confirm", shop.input(earnId=earn))
        shop.done(CORNER, "confirmTransaction", asked)

    shop = founded(confirmation={"days": 14})
    ana = shop.enrolled()
    confirmed(earn := bought(shop, ana, 100))
    shop.redeems(ana, "mug")
    opened(shop, ana)
    returned(shop, earn)
    paid = bought(shop, ana, 90)
    assert aside(shop, ana) == (0, 80)
    confirmed(paid)
    assert (shop.has(ana), aside(shop, ana)) == (0, (10, 0))
    returned(shop, paid)
    assert (shop.has(ana), aside(shop, ana)) == (0, (0, 80))
    verified(shop.store)


def test_who_leaves_has_what_is_left_and_owes_what_is_owed() -> None:
    """With the household that she had alone, and from one that goes on."""
    for paying, left in ((60, (0, 20)), (100, (20, 0))):
        for goes_on in (False, True):
            shop = founded()
            ana, account = owing(shop)
            if goes_on:
                shop.user(account, asOwner=True)
            bought(shop, ana, paying)
            shop.leaves(account, ana)
            wallet = shop.wallet(ana, "CORNER")
            assert (wallet["available"], wallet["arrears"]) == left
            verified(shop.store)


GIVING = {
    "goodwill": {"goodwill": {"alone": 500, "alone_a_day": 1000, "most": 5000}},
    "referral": {
        "referral": {
            "partners": ["corner"],
            "money": "USD",
            "minimum_minor": 1,
            "referrer": 30,
            "friend": 1,
            "a_month": 3,
        }
    },
    "gift": {},
    "exchange": {},
    "recognition": {
        "giving": {"issuer": "corner", "a_month": 100, "a_gift": 100, "within": "anyone"},
    },
}


@pytest.mark.parametrize("way", GIVING)
def test_whatever_comes_to_who_owes_pays(way: str) -> None:
    """As it would without a household: an operator's points, a friend's, those for a friend."""
    shop = founded(**GIVING[way])
    ana, _ = owing(shop)
    ben, programme = shop.enrolled(), gid("Programme", shop.programme_id)
    if way == "goodwill":
        shop.keyed(OPERATOR)
        asked = shop.input(memberId=ana, programmeId=programme, reason="a cold soup", points=30)
        shop.done(OPERATOR, "adjustPoints", shop.signed(OPERATOR, "adjust", asked))
    elif way == "referral":
        code = shop.done(as_member(ana), "makeReferralCode", shop.input(ownerId=ana))["code"]
        asked = shop.input(programmeId=programme, memberId=ben, code=code)
        shop.done(as_member(ben), "useReferralCode", asked)
        shop.buys(ben, 100, "corner")
    elif way == "exchange":
        rate = {"to": "CORNER", "give": 1, "get": 1}
        document = {**STARS, "version": 2, "exchange": [rate]}
        shop.publishes(document, "corner", "fuel", "grocer")
        shop.earned(ana, 30)
        asked = {"fromCurrency": "STARS", "toCurrency": "CORNER", "points": 30}
        shop.done(as_member(ana), "exchangePoints", shop.input(**asked))
    elif way == "gift":
        bought(shop, ben, 30)
        shop.gives(ben, ana, 30)
    else:
        for each in (ana, ben):
            asked = shop.input(programmeId=programme, memberId=each, team="all")
            shop.done(OPERATOR, "setTeam", asked)
        asked = shop.input(programmeId=programme, toMemberId=ana, points=30)
        shop.done(as_member(ben), "giveRecognition", asked)
    assert (shop.has(ana), aside(shop, ana)) == (0, (0, 50))
    verified(shop.store)


def test_purchases_and_returns_of_sixteen_at_once() -> None:
    """In whichever order they come Ana has what she bought and kept, less what she spent."""
    shop = founded()
    ana = shop.enrolled()
    earns = [bought(shop, ana, 20) for _ in range(8)]
    for _ in range(2):
        shop.redeems(ana, "mug")
    account = opened(shop, ana)
    buying = [shop.purchase(ana, 20 * 100, CORNER) for _ in range(8)]
    sent: list[tuple[str, tuple[Any, dict[str, Any]]]] = []
    for earn, purchase in zip(earns, buying, strict=True):
        sent.append(("reverseTransaction", (CORNER, returning(shop, earn))))
        sent.append(("recordPurchase", (CORNER, purchase)))
    assert set(all_at_once(shop, sent)) == {"done"}
    shop.leaves(account, ana)
    wallet = shop.wallet(ana, "CORNER")
    assert wallet["available"] - wallet["arrears"] == 0
    verified(shop.store)
