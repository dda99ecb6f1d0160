"""Row 16: a hospital's buyers share a wallet and spend their shares; an agency earns nothing."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from threading import Lock, Thread
from time import sleep
from typing import Any

import pytest

from loyalty.actors import PartnerActor
from loyalty.records.accounts import AccountUse
from tests.coalition import GROCER, OPERATOR, as_member, gid, verified
from tests.faulty import Faulty
from tests.programmes.accounts import SharingShop

SUPPLIES = PartnerActor("supplies")


@pytest.fixture
def shop() -> SharingShop:
    return SharingShop("16_company_accounts.json")


@pytest.fixture
def owner(shop: SharingShop) -> str:
    return shop.enrolled()


@pytest.fixture
def hospital(shop: SharingShop, owner: str) -> str:
    """An account whose owner has bought for $1,000."""
    account = shop.account(owner, "hospital")
    shop.buys(owner, 100_000, "supplies")
    return account


def code(shop: SharingShop, member: str, reward: str) -> str:
    return shop.refused(as_member(member), "redeemReward", shop.wants(member, reward)).code


def concurrent(shop: SharingShop) -> None:
    """Sends by threads get different ids, and wait for each other in real time."""
    lock, random = Lock(), Random(9)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    shop.coalition = replace(shop.coalition, sleep=sleep, random_bytes=bits)


def outcome(shop: SharingShop, actor: Any, mutation: str, input_: Any) -> str:
    """The code of a refusal, or `done`."""
    errors = shop.send(actor, mutation, input_).data[mutation]["userErrors"]
    return errors[0]["code"] if errors else "done"


def test_what_users_buy_earns_into_one_wallet(shop: SharingShop, owner: str, hospital: str) -> None:
    """1,000 and 50 points in a wallet that both see; none in the user's own."""
    user = shop.user(hospital)
    shop.buys(user, 5_000, "supplies")
    assert shop.has(user) == shop.has(owner) == 1_050
    assert shop.wallet(user, "CARE") == shop.wallet(owner, "CARE")
    verified(shop.store)


def test_an_ineligible_agencys_order_is_recorded_with_nothing(shop: SharingShop) -> None:
    """0 points, ACCOUNT_NOT_ELIGIBLE; so with an account that nobody classified, and a person."""
    agency = shop.enrolled()
    account = shop.account(agency, "agency")
    answer = shop.buys(agency, 100_000, "supplies", reference="PO 1")
    assert (answer["points"], answer["transactions"]) == (0, [])
    assert shop.why_not(answer) == {"care": "ACCOUNT_NOT_ELIGIBLE"}
    (rule,) = answer["explanation"][0]["rules"]
    assert rule["message"] == "for accounts of the kind hospital, school, not agency"
    for buyer in (shop.enrolled(), shop.user(shop.account(shop.enrolled()))):
        assert shop.why_not(shop.buys(buyer, 100, "supplies")) == {"care": "ACCOUNT_NOT_ELIGIBLE"}
    asked = shop.input(accountId=account, kind="school")
    shop.done(OPERATOR, "classifyAccount", asked)
    assert shop.buys(agency, 100_000, "supplies")["points"] == 1_000


def test_a_user_spends_its_share_of_a_month(shop: SharingShop, owner: str, hospital: str) -> None:
    """200 a month by the programme: two boxes, no third; on the 1st the next; the owner has none
    to keep to."""
    user = shop.user(hospital)
    for _ in range(2):
        shop.redeems(user, "gloves")
    assert code(shop, user, "gloves") == "LIMIT_EXCEEDED"
    assert shop.spent(hospital, user) == 200
    shop.clock = datetime(2026, 11, 30, 23, 59, 59, 999_000, tzinfo=UTC)
    assert code(shop, user, "gloves") == "LIMIT_EXCEEDED"
    shop.later(milliseconds=1)
    assert shop.spent(hospital, user) == 0
    shop.redeems(user, "gloves")
    shop.redeems(owner, "trolley")
    assert shop.has(user) == 400
    verified(shop.store)


@pytest.mark.parametrize("held", [False, True])
def test_what_comes_back_is_no_part_of_a_share(
    shop: SharingShop, hospital: str, held: bool
) -> None:
    """A box that is given back, redeemed or sent, can be had again in the same month; one of the
    month before changes nothing of this month's."""
    user = shop.user(hospital)

    def bought() -> str:
        if not held:
            return shop.redeems(user, "gloves")["transaction"]["id"]
        order = {**shop.wants(user, "gloves"), "orderReference": "order 1"}
        hold = shop.done(as_member(user), "holdReward", order)["transaction"]["id"]
        sent = shop.signed(SUPPLIES, "capture", shop.input(holdId=hold))
        return shop.done(SUPPLIES, "captureHold", sent)["transaction"]["id"]

    def given_back(redemption: str) -> None:
        sent = shop.signed(SUPPLIES, "refund", shop.input(redemptionId=redemption))
        shop.done(SUPPLIES, "refundRedemption", sent)

    first, second = bought(), bought()
    given_back(first)
    assert (shop.has(user), shop.spent(hospital, user)) == (900, 100)
    shop.later(days=30)
    bought()
    given_back(second)
    assert (shop.has(user), shop.spent(hospital, user)) == (900, 100)
    verified(shop.store)


def test_what_was_held_in_an_earlier_month_is_no_part_of_this_ones_share(
    shop: SharingShop, hospital: str
) -> None:
    """A box that was ordered in November, sent in December and given back counts in November."""
    user = shop.user(hospital)
    order = {**shop.wants(user, "gloves"), "orderReference": "order 1"}
    hold = shop.done(as_member(user), "holdReward", order)["transaction"]["id"]
    shop.later(days=10)
    shop.redeems(user, "gloves")
    sent = shop.signed(SUPPLIES, "capture", shop.input(holdId=hold))
    captured = shop.done(SUPPLIES, "captureHold", sent)["transaction"]["id"]
    back = shop.signed(SUPPLIES, "refund", shop.input(redemptionId=captured))
    shop.done(SUPPLIES, "refundRedemption", back)
    assert shop.spent(hospital, user) == 100


def test_an_owner_sets_a_share(shop: SharingShop, owner: str, hospital: str) -> None:
    """At the invitation or later, to any number of points; a user sets nobody's."""
    user = shop.user(hospital, by=as_member(owner), pointsPerMonth=99)
    assert code(shop, user, "gloves") == "LIMIT_EXCEEDED"
    share = {"accountId": hospital, "memberId": user, "asOwner": False, "pointsPerMonth": 300}
    refusal = shop.refused(as_member(user), "changeAccountUser", shop.input(**share))
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["accountId"])
    shop.done(as_member(owner), "changeAccountUser", shop.input(**share))
    shop.redeems(user, "trolley")
    assert code(shop, user, "gloves") == "LIMIT_EXCEEDED"


def test_a_share_is_exact_in_a_race(shop: SharingShop, hospital: str) -> None:
    """Sixteen tills take boxes for one user at once: two get one, and 200 points are spent."""
    user = shop.user(hospital)
    wanted = [shop.signed(SUPPLIES, "redeem", shop.wants(user, "gloves")) for _ in range(16)]
    concurrent(shop)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda each: outcome(shop, SUPPLIES, "redeemReward", each), wanted))
    assert Counter(found)["done"] == 2
    assert set(found) <= {"done", "LIMIT_EXCEEDED", "CONTENDED"}
    assert (shop.has(user), shop.spent(hospital, user)) == (800, 200)
    verified(shop.store)


def test_one_place_is_given_once_in_a_race(shop: SharingShop, owner: str, hospital: str) -> None:
    """Sixteen are invited at once to an account of four: three get a place beside the owner."""
    asked = [
        shop.input(accountId=hospital, toMemberId=shop.enrolled(), asOwner=False) for _ in range(16)
    ]
    concurrent(shop)
    with ThreadPoolExecutor(16) as pool:
        send = pool.map(
            lambda each: outcome(shop, as_member(owner), "inviteToAccount", each), asked
        )
        found = Counter(send)
    assert found["done"] == 3
    assert set(found) <= {"done", "LIMIT_EXCEEDED", "CONTENDED"}


def test_who_is_removed_spends_nothing_more(shop: SharingShop, owner: str, hospital: str) -> None:
    """Removed while it redeems: either came first, and no point of the account goes after."""
    user = shop.user(hospital)
    wanted = [(as_member(user), "redeemReward", shop.wants(user, "gloves")) for _ in range(8)]
    removal = (as_member(owner), "leaveAccount", shop.leaving(hospital, user))
    concurrent(shop)
    with ThreadPoolExecutor(9) as pool:
        found = list(
            pool.map(lambda each: outcome(shop, *each), [*wanted[:4], removal, *wanted[4:]])
        )
    redeemed = found[:4].count("done") + found[5:].count("done")
    assert found[4] == "done"
    assert shop.has(owner) == 1_000 - 100 * redeemed
    assert code(shop, user, "gloves") == "INSUFFICIENT_POINTS"
    assert shop.has(user) == 0
    verified(shop.store)


def test_an_owner_that_is_removed_meanwhile_spends_nothing() -> None:
    """Nor does one that has no share to keep to: its redemption was decided before, and sent
    after."""
    store = Faulty()
    shop = SharingShop("16_company_accounts.json", store=store)
    owner = shop.enrolled()
    account = shop.account(owner, "hospital")
    other = shop.user(account, asOwner=True)
    shop.buys(owner, 100_000, "supplies")
    store.meanwhile = lambda: shop.leaves(account, other, OPERATOR)
    wanted = shop.wants(other, "gloves")
    assert outcome(shop, as_member(other), "redeemReward", wanted) == "INSUFFICIENT_POINTS"
    assert shop.has(owner) == 1_000


def test_who_was_removed_since_it_was_read_spends_nothing(
    shop: SharingShop, owner: str, hospital: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The member was read as a user, its share after it had been removed."""
    user = shop.user(hospital)
    read, removal = shop.store.record, [Thread(target=shop.leaves, args=(hospital, user, OPERATOR))]

    def late(kind: Any, id_: str) -> Any:
        if kind is AccountUse and removal:
            one = removal.pop()
            one.start()
            one.join()
        return read(kind, id_)

    monkeypatch.setattr(shop.store, "record", late)
    wanted = shop.wants(user, "gloves")
    assert outcome(shop, as_member(user), "redeemReward", wanted) == "NOT_PERMITTED"
    assert shop.has(owner) == 1_000


def test_a_cancelled_hold_gives_the_share_back(shop: SharingShop, hospital: str) -> None:
    """A trolley that is not delivered is no part of what its user spent; one that is remains it."""
    user = shop.user(hospital, pointsPerMonth=300)
    order = {**shop.wants(user, "trolley"), "orderReference": "PO 2"}
    hold = shop.done(as_member(user), "holdReward", order)["transaction"]["id"]
    assert code(shop, user, "gloves") == "LIMIT_EXCEEDED"
    void = shop.signed(SUPPLIES, "void", shop.input(holdId=hold, reason="out of wheels"))
    shop.done(SUPPLIES, "voidHold", void)
    assert shop.spent(hospital, user) == 0
    shop.redeems(user, "trolley")
    assert shop.spent(hospital, user) == 300


def test_joining_needs_an_invitation_and_consent(shop: SharingShop, hospital: str) -> None:
    """Nobody is put into an account, and a stranger is told there is none."""
    stranger, invited = shop.enrolled(), shop.enrolled()
    asked = shop.input(accountId=hospital, bringPoints=False)
    foreign = shop.refused(as_member(stranger), "joinAccount", asked)
    nowhere = shop.input(accountId=gid("Account", "7zzzzzzzzzzzzzzzzzzzzzzzzz"), bringPoints=False)
    none = shop.refused(as_member(stranger), "joinAccount", nowhere)
    assert (foreign.code, foreign.field) == (none.code, none.field) == ("NOT_FOUND", ["accountId"])
    shop.invites(hospital, invited)
    shop.buys(invited, 10_000, "supplies")
    assert shop.has(invited) == 0
    query = "query ($id: ID!) { account(id: $id) { name wallet { id } users { memberId } } }"
    told = shop.ask(as_member(invited), query, id=hospital)
    assert told == {"account": {"name": "Ward 3", "wallet": None, "users": []}}
    assert shop.ask(as_member(stranger), query, id=hospital) == {"account": None}
    assert shop.ask(GROCER, query, id=hospital) == {"account": None}
    shop.joins(invited, hospital)
    assert shop.has(invited) == 1_000


def test_shared_points_are_not_given_away(shop: SharingShop, hospital: str) -> None:
    """A user redeems within its share; it cannot send the company's points to a friend."""
    user = shop.user(hospital)
    gift = shop.input(toMemberId=shop.enrolled(), currency="CARE", points=10)
    assert shop.refused(as_member(user), "transferPoints", gift).code == "NOT_PERMITTED"


def test_members_open_none_where_operators_do(shop: SharingShop) -> None:
    """And nobody but an operator says what an account is."""
    member = shop.enrolled()
    for more in ({}, {"kind": "hospital"}):
        asked = shop.opening(member, **more)
        assert shop.refused(as_member(member), "openAccount", asked).code == "NOT_PERMITTED"
    stars = {**shop.opening(member), "programmeId": gid("Programme", "stars")}
    assert shop.refused(as_member(member), "openAccount", stars).code == "NOT_ELIGIBLE"


def test_an_account_keeps_an_owner(shop: SharingShop, owner: str, hospital: str) -> None:
    """The only one cannot leave the others alone; once there is another, it can."""
    user = shop.user(hospital)
    leaving = shop.leaving(hospital, owner)
    assert shop.refused(as_member(owner), "leaveAccount", leaving).code == "NOT_ELIGIBLE"
    share = shop.input(accountId=hospital, memberId=user, asOwner=True)
    shop.done(as_member(owner), "changeAccountUser", share)
    shop.leaves(hospital, owner)
    assert (shop.has(owner), shop.has(user)) == (0, 1_000)
    shop.buys(owner, 10_000, "supplies")
    assert shop.has(user) == 1_000


def test_a_member_is_in_one_account_a_currency(shop: SharingShop, hospital: str) -> None:
    """Which of two wallets would its purchases earn into?"""
    user = shop.user(hospital)
    other = shop.account(shop.enrolled())
    shop.invites(other, user)
    asked = shop.input(accountId=other, bringPoints=False)
    assert shop.refused(as_member(user), "joinAccount", asked).code == "ALREADY_EXISTS"
