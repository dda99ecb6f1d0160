"""Goods come back whose points a member has brought to its household: those come back first."""

from functools import partial
from typing import Any

import pytest

from ledger.names import WalletId
from loyalty.actors import PartnerActor
from tests.coalition import OPERATOR, as_member, own_id, verified
from tests.faulty import Faulty
from tests.programmes.accounts import SharingShop
from tests.programmes.crowd import all_at_once
from tests.programmes.test_16_company_accounts import outcome
from tests.programmes.test_households import opened, paired

CORNER = PartnerActor("corner")
HOUSEHOLD = {"opened_by": "member", "users_max": 4}


def founded(**members: object) -> SharingShop:
    """The shop with households, whose programme has these members, too."""
    shop = SharingShop("26_returns.json", store=Faulty())
    document = {**shop.document, "version": 2, "accounts": HOUSEHOLD, **members}
    shop.publishes(document, "corner")
    return shop


@pytest.fixture
def shop() -> SharingShop:
    return founded()


def bought(shop: SharingShop, member: str, points: int) -> str:
    """The id of the earn."""
    (earn,) = shop.buys(member, points * 100, "corner")["transactions"]
    return str(earn["id"])


def returning(shop: SharingShop, earn: str, points: int | None = None) -> dict[str, Any]:
    """A signed input of `reverseTransaction`."""
    asked = shop.input(transactionId=earn, **({} if points is None else {"points": points}))
    return shop.signed(CORNER, "reverse", asked)


def returned(shop: SharingShop, earn: str, points: int | None = None) -> None:
    shop.done(CORNER, "reverseTransaction", returning(shop, earn, points))


def refunding(shop: SharingShop, redeemed: Any) -> dict[str, Any]:
    asked = shop.input(redemptionId=redeemed["transaction"]["id"])
    return shop.signed(CORNER, "refund", asked)


def own_wallet(shop: SharingShop, member: str) -> WalletId:
    """To be asked for before it is set aside."""
    return WalletId(own_id(shop.wallet(member, "CORNER")["id"]))


def owed(shop: SharingShop, wallet: WalletId) -> int:
    """Points, of a wallet that is set aside, too. Nothing else is ever in it in these tests."""
    row = shop.store.wallet(wallet)
    assert row is not None
    balances = row.wallet.balances
    assert (balances.available, balances.held) == (0, 0)
    return -balances.arrears


def test_what_was_brought_comes_back_with_the_goods(shop: SharingShop) -> None:
    """Of 100 brought a part of 30 and then the rest: nobody keeps free points."""
    ana, ben = shop.enrolled(), shop.enrolled()
    earn, own = bought(shop, ana, 100), own_wallet(shop, ana)
    paired(shop, ben, ana, bringing=True)
    bought(shop, ben, 5)
    returned(shop, earn, 30)
    assert (shop.has(ben), owed(shop, own)) == (75, 0)
    returned(shop, earn)
    assert (shop.has(ben), owed(shop, own)) == (5, 0)
    verified(shop.store)


def test_others_do_not_pay(shop: SharingShop) -> None:
    """Ana brought 60 of her 100 and Ben has 500: the household gives 60 back, she owes 40."""
    ana, ben = shop.enrolled(), shop.enrolled()
    earn, own = bought(shop, ana, 140), own_wallet(shop, ana)
    shop.redeems(ana, "mug")
    account = paired(shop, ben, ana, bringing=True)
    bought(shop, ben, 500)
    returned(shop, earn, 100)
    assert (shop.has(ben), owed(shop, own)) == (500, 40)
    shop.leaves(account, ana)
    assert shop.wallet(ana, "CORNER")["arrears"] == 40
    verified(shop.store)


def test_who_brought_nothing_owes(shop: SharingShop) -> None:
    """What she earned in the household does not pay either: it is everyone's."""
    ana, ben = shop.enrolled(), shop.enrolled()
    earn, own = bought(shop, ana, 80), own_wallet(shop, ana)
    shop.redeems(ana, "mug")
    paired(shop, ben, ana, bringing=True)
    bought(shop, ana, 100)
    returned(shop, earn)
    assert (shop.has(ben), owed(shop, own)) == (100, 80)
    verified(shop.store)


def test_no_more_than_is_there(shop: SharingShop) -> None:
    """Ben spent 80 of the 100: 20 come back. What he earns later is his."""
    ana, ben = shop.enrolled(), shop.enrolled()
    earn, own = bought(shop, ana, 100), own_wallet(shop, ana)
    paired(shop, ben, ana, bringing=True)
    shop.redeems(ben, "mug")
    returned(shop, earn)
    assert (shop.has(ben), owed(shop, own)) == (0, 80)
    bought(shop, ben, 70)
    assert (shop.has(ben), owed(shop, own)) == (70, 80)
    verified(shop.store)


@pytest.mark.parametrize("spender", ["ana", "ben"])
@pytest.mark.parametrize("held", [False, True])
def test_what_was_spent_meanwhile_pays_when_it_comes_back(
    shop: SharingShop, spender: str, held: bool
) -> None:
    """A mug that is given back, or an order that is cancelled, leaves no free points."""
    ana, ben = shop.enrolled(), shop.enrolled()
    earn, own = bought(shop, ana, 100), own_wallet(shop, ana)
    account = paired(shop, ben, ana, bringing=True)
    who = {"ana": ana, "ben": ben}[spender]
    if held:
        order = {**shop.wants(who, "mug"), "orderReference": "order 7"}
        made = shop.done(as_member(who), "holdReward", order)
        undo = shop.input(holdId=made["transaction"]["id"], reason="cancelled")
        back = ("voidHold", shop.signed(CORNER, "void", undo))
    else:
        back = ("refundRedemption", refunding(shop, shop.redeems(who, "mug")))
    returned(shop, earn)
    bought(shop, ben, 7)
    assert (shop.has(ben), owed(shop, own)) == (7, 80)
    shop.done(CORNER, *back)
    assert (shop.has(ben), owed(shop, own)) == (7, 0)
    assert shop.spent(account, who) == 0
    verified(shop.store)


def test_what_came_back_once_does_not_come_back_twice(shop: SharingShop) -> None:
    """After 100 of two purchases came back, the household's other points are the others'."""
    ana, ben = shop.enrolled(), shop.enrolled()
    first, second = bought(shop, ana, 100), bought(shop, ana, 80)
    own = own_wallet(shop, ana)
    shop.redeems(ana, "mug")
    paired(shop, ben, ana, bringing=True)
    bought(shop, ben, 500)
    returned(shop, first)
    returned(shop, second)
    assert (shop.has(ben), owed(shop, own)) == (500, 80)
    verified(shop.store)


def test_who_leaves_and_comes_again_has_brought_it_still(shop: SharingShop) -> None:
    """In between her own wallet owes, as it would for points that were given away."""
    ana, ben = shop.enrolled(), shop.enrolled()
    first, second = bought(shop, ana, 100), bought(shop, ana, 30)
    account = paired(shop, ben, ana, bringing=True)
    shop.leaves(account, ana)
    returned(shop, second)
    assert (shop.wallet(ana, "CORNER")["arrears"], shop.has(ben)) == (30, 130)
    bought(shop, ana, 30)
    own = own_wallet(shop, ana)
    shop.invites(account, ana, as_member(ben))
    shop.joins(ana, account)
    returned(shop, first)
    assert (shop.has(ben), owed(shop, own)) == (30, 0)
    verified(shop.store)


def test_a_return_while_its_member_comes_again(shop: SharingShop) -> None:
    """Whichever is first: she has joined and the household pays, or she owes and cannot join."""
    assert isinstance(shop.store, Faulty)
    for joining_first in (True, False):
        ana, ben = shop.enrolled(), shop.enrolled()
        earn, own = bought(shop, ana, 100), own_wallet(shop, ana)
        account = paired(shop, ben, ana, bringing=True)
        shop.leaves(account, ana)
        shop.invites(account, ana, as_member(ben))
        join = shop.input(accountId=account, bringPoints=False)
        both = [
            (as_member(ana), "joinAccount", join),
            (CORNER, "reverseTransaction", returning(shop, earn)),
        ]
        first, second = both if joining_first else both[::-1]
        shop.store.meanwhile = partial(outcome, shop, *first)
        assert outcome(shop, *second) == ("done" if joining_first else "NOT_ELIGIBLE")
        assert shop.store.meanwhile is None
        left = 0 if joining_first else 100
        assert (shop.has(ben), owed(shop, own)) == (left, left)
    verified(shop.store)


def test_it_has_brought_what_those_brought_that_it_was(shop: SharingShop) -> None:
    """Anna was in the household, left, and turns out to be Ana: her goods come back."""
    shop.keyed(OPERATOR)
    for joins_first in (True, False):
        ana, anna, ben = shop.enrolled(), shop.enrolled(), shop.enrolled()
        earn = bought(shop, anna, 100)
        own = own_wallet(shop, anna)
        account = paired(shop, ben, anna, bringing=True)
        shop.leaves(account, anna)

        def join(account: str = account, ben: str = ben, ana: str = ana) -> None:
            shop.invites(account, ana, as_member(ben))
            shop.joins(ana, account)

        if joins_first:
            join()
        asked = shop.input(fromMemberId=anna, intoMemberId=ana, reason="enrolled twice")
        shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", asked))
        if not joins_first:
            join()
        returned(shop, earn)
        assert (shop.has(ben), owed(shop, own)) == (0, 0)
    verified(shop.store)


def test_a_debt_of_a_wallet_that_was_closed_pays_too(shop: SharingShop) -> None:
    """Ana is Anna now, whose household spent what she brought: the debt is in the wallet that is
    set aside then, and is paid by what comes back."""
    shop.keyed(OPERATOR)
    ana, anna, ben = shop.enrolled(), shop.enrolled(), shop.enrolled()
    earn, own = bought(shop, ana, 100), own_wallet(shop, ana)
    other = bought(shop, anna, 7)
    asked = shop.input(fromMemberId=ana, intoMemberId=anna, reason="enrolled twice")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", asked))
    account = paired(shop, ben, anna, bringing=True)
    mug = shop.redeems(ben, "mug")
    returned(shop, earn)
    assert (shop.has(ben), owed(shop, own)) == (0, 73)
    bought(shop, ben, 5)
    shop.done(CORNER, "refundRedemption", refunding(shop, mug))
    assert (shop.has(ben), owed(shop, own)) == (12, 0)
    returned(shop, other)
    assert (shop.has(ben), owed(shop, own)) == (5, 0)
    shop.leaves(account, anna)
    bought(shop, anna, 9)
    assert shop.has(anna) == 9
    verified(shop.store)


def test_the_last_pays_what_it_owes(shop: SharingShop) -> None:
    """Ben spent 80 of her 100 and left; what she takes along pays the debt of her own wallet."""
    for later, left in ((50, (0, 30)), (90, (10, 0))):
        ana, ben = shop.enrolled(), shop.enrolled()
        earn = bought(shop, ana, 100)
        account = opened(shop, ben)
        shop.invites(account, ana, as_member(ben), asOwner=True)
        shop.joins(ana, account, bringing=True)
        shop.redeems(ben, "mug")
        returned(shop, earn)
        bought(shop, ana, later)
        shop.leaves(account, ben)
        shop.leaves(account, ana)
        wallet = shop.wallet(ana, "CORNER")
        assert (wallet["available"], wallet["arrears"]) == left
    verified(shop.store)


def test_points_lapse_before_they_come_back() -> None:
    """What has lapsed in the household is nobody's and pays nothing."""
    shop = founded(expiry={"after": "days", "days": 30})
    ana, ben = shop.enrolled(), shop.enrolled()
    earn, own = bought(shop, ana, 100), own_wallet(shop, ana)
    paired(shop, ben, ana, bringing=True)
    shop.later(days=40)
    bought(shop, ben, 30)
    returned(shop, earn)
    wallet = shop.wallet(ben, "CORNER")
    assert (wallet["available"], wallet["lapsed"], owed(shop, own)) == (0, 0, 70)
    verified(shop.store)


def test_pending_points_need_nothing_of_the_household() -> None:
    """They wait in her own wallet and go back from there."""
    shop = founded(confirmation={"days": 14})
    ana, ben = shop.enrolled(), shop.enrolled()
    brought = bought(shop, ana, 100)
    own = own_wallet(shop, ana)
    shop.done(
        CORNER, "confirmTransaction", shop.signed(CORNER, "confirm", shop.input(earnId=brought))
    )
    waiting = bought(shop, ana, 40)
    paired(shop, ben, ana, bringing=True)
    returned(shop, waiting)
    assert (shop.has(ben), owed(shop, own)) == (100, 0)
    returned(shop, brought)
    assert (shop.has(ben), owed(shop, own)) == (0, 0)
    verified(shop.store)


def test_returns_and_refunds_of_sixteen_at_once(shop: SharingShop) -> None:
    """Of 1,600 brought and spent 800 are taken back while 640 are refunded: 160 are owed, and no
    point is free, in whichever order they come."""
    ana, ben = shop.enrolled(), shop.enrolled()
    earns = [bought(shop, ana, 200) for _ in range(8)]
    own = own_wallet(shop, ana)
    paired(shop, ben, ana, bringing=True)
    mugs = [shop.redeems(ben, "mug") for _ in range(20)]
    sent = [("reverseTransaction", (CORNER, returning(shop, each, 100))) for each in earns]
    sent += [("refundRedemption", (CORNER, refunding(shop, each))) for each in mugs[:8]]
    assert set(all_at_once(shop, sent)) == {"done"}
    assert (shop.has(ben), owed(shop, own)) == (0, 160)
    verified(shop.store)
