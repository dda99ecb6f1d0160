"""A household: members open one themselves, pool points, and lose none when they part."""

from functools import partial

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import OPERATOR, as_member, verified
from tests.faulty import Faulty
from tests.programmes.accounts import SharingShop
from tests.programmes.test_16_company_accounts import outcome

CORNER = PartnerActor("corner")


@pytest.fixture
def shop() -> SharingShop:
    shop = SharingShop("26_returns.json", store=Faulty())
    household = {"opened_by": "member", "users_max": 2}
    shop.publishes({**shop.document, "version": 2, "accounts": household}, "corner")
    return shop


def opened(shop: SharingShop, owner: str) -> str:
    answer = shop.done(as_member(owner), "openAccount", shop.opening(owner))
    return str(answer["account"]["id"])


def paired(shop: SharingShop, owner: str, other: str, bringing: bool) -> str:
    """A household of two."""
    account = opened(shop, owner)
    shop.invites(account, other, as_member(owner))
    shop.joins(other, account, bringing)
    return account


def test_points_wait_for_who_did_not_bring_them(shop: SharingShop) -> None:
    """60 of her own are set aside while she is in the household, and there when she leaves."""
    ana, ben = shop.enrolled(), shop.enrolled()
    shop.buys(ana, 6_000, "corner")
    account = paired(shop, ben, ana, bringing=False)
    shop.buys(ana, 4_000, "corner")
    assert (shop.has(ana), shop.has(ben)) == (40, 40)
    shop.leaves(account, ana)
    assert (shop.has(ana), shop.has(ben)) == (60, 40)
    verified(shop.store)


def test_who_opened_a_household_spends_of_it(shop: SharingShop) -> None:
    """As those do that joined."""
    ana = shop.enrolled()
    opened(shop, ana)
    shop.buys(ana, 9_000, "corner")
    shop.redeems(ana, "mug")
    assert shop.has(ana) == 10


def test_points_that_are_brought_are_everyones(shop: SharingShop) -> None:
    """With their issuer and last day; a household of two has no third."""
    ana, ben = shop.enrolled(), shop.enrolled()
    shop.buys(ana, 6_000, "corner")
    lots = shop.wallet(ana, "CORNER")["lots"]
    account = paired(shop, ben, ana, bringing=True)
    assert shop.wallet(ben, "CORNER")["lots"] == lots
    asked = shop.input(accountId=account, toMemberId=shop.enrolled(), asOwner=False)
    assert shop.refused(as_member(ben), "inviteToAccount", asked).code == "LIMIT_EXCEEDED"
    shop.leaves(account, ana)
    assert (shop.has(ana), shop.has(ben)) == (0, 60)


def test_the_last_takes_the_points_along(shop: SharingShop) -> None:
    """What is shared and what was set aside are one wallet then, and earn as before."""
    ana = shop.enrolled()
    shop.buys(ana, 6_000, "corner")
    account = opened(shop, ana)
    shop.buys(ana, 4_000, "corner")
    assert shop.has(ana) == 40
    shop.leaves(account, ana)
    assert shop.has(ana) == 100
    shop.buys(ana, 500, "corner")
    assert shop.has(ana) == 105
    verified(shop.store)


def test_nobody_joins_an_account_that_is_over(shop: SharingShop) -> None:
    """Its wallet is its last user's own now."""
    ana, ben = shop.enrolled(), shop.enrolled()
    account = opened(shop, ana)
    shop.buys(ana, 6_000, "corner")
    shop.leaves(account, ana)
    asked = shop.input(accountId=account, toMemberId=ben, asOwner=True)
    assert shop.refused(OPERATOR, "inviteToAccount", asked).code == "NOT_ELIGIBLE"


def test_a_debt_is_not_left_behind(shop: SharingShop) -> None:
    """Who owes points joins once they are paid; what a household owes, its last user owes."""
    ana, ben = shop.enrolled(), shop.enrolled()

    def returned(member: str) -> None:
        (earn,) = shop.buys(member, 10_000, "corner")["transactions"]
        shop.redeems(member, "mug")
        asked = shop.input(transactionId=earn["id"])
        shop.done(CORNER, "reverseTransaction", shop.signed(CORNER, "reverse", asked))

    returned(ana)
    account = opened(shop, ben)
    shop.invites(account, ana, as_member(ben))
    asked = shop.input(accountId=account, bringPoints=True)
    assert shop.refused(as_member(ana), "joinAccount", asked).code == "NOT_ELIGIBLE"
    returned(ben)
    shop.leaves(account, ben)
    assert shop.wallet(ben, "CORNER")["arrears"] == 80
    verified(shop.store)


def test_a_purchase_while_a_household_ends_is_not_lost(shop: SharingShop) -> None:
    """Its points come into the shared wallet before it is emptied, or into the buyer's own."""
    assert isinstance(shop.store, Faulty)
    for shared in (0, 4_000):
        ana = shop.enrolled()
        account = opened(shop, ana)
        if shared:
            shop.buys(ana, shared, "corner")
        leaving = (as_member(ana), "leaveAccount", shop.leaving(account, ana))
        shop.store.meanwhile = partial(outcome, shop, *leaving)
        shop.buys(ana, 700, "corner")
        assert shop.store.meanwhile is None
        assert shop.has(ana) == shared // 100 + 7
    verified(shop.store)
