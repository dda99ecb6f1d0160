"""Two members become one: all that either had is there, and nobody escapes a debt."""

from collections import Counter
from functools import partial
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.actors import PartnerActor
from loyalty.records.members import Member
from tests.coalition import OPERATOR, as_member, contents, own_id, verified
from tests.faulty import Faulty
from tests.programmes.shop import Shop

CORNER = PartnerActor("corner")


def founded() -> Shop:
    shop = Shop("26_returns.json", store=Faulty())
    shop.keyed(OPERATOR)
    return shop


@pytest.fixture
def shop() -> Shop:
    return founded()


@pytest.fixture
def ana(shop: Shop) -> str:
    return shop.enrolled("Ana")


@pytest.fixture
def anna(shop: Shop) -> str:
    return shop.enrolled("Anna")


def merging(shop: Shop, old: str, into: str) -> Any:
    asked = shop.input(fromMemberId=old, intoMemberId=into, reason="enrolled twice")
    return shop.signed(OPERATOR, "transfer", asked)


def merged(shop: Shop, old: str, into: str) -> Any:
    return shop.done(OPERATOR, "mergeMembers", merging(shop, old, into))


def why_not(shop: Shop, old: str, into: str) -> str:
    return shop.refused(OPERATOR, "mergeMembers", merging(shop, old, into)).code


def bought(shop: Shop, member: str, points: int) -> str:
    """The id of the earn."""
    (earn,) = shop.buys(member, points * 100, "corner")["transactions"]
    return str(earn["id"])


def returned(shop: Shop, earn: str) -> Any:
    asked = shop.signed(CORNER, "reverse", shop.input(transactionId=earn))
    return shop.done(CORNER, "reverseTransaction", asked)["transaction"]


def held(shop: Shop, member: str) -> str:
    order = {**shop.wants(member, "mug"), "orderReference": "order 7"}
    return str(shop.done(as_member(member), "holdReward", order)["transaction"]["id"])


def balances(shop: Shop, member: str) -> tuple[int, int, int]:
    wallet = shop.wallet(member, "CORNER")
    return wallet["available"], wallet["held"], wallet["arrears"]


def test_points_of_both_are_ones(shop: Shop, ana: str, anna: str) -> None:
    """In each currency, with the days and issuers that they had."""
    bought(shop, ana, 30)
    bought(shop, anna, 12)
    shop.earned(ana, 7)
    lots = shop.wallet(ana)["lots"]
    answer = merged(shop, ana, anna)
    assert answer["member"]["id"] == anna
    assert [each["kind"] for each in answer["transactions"]] == ["transfer"] * 2
    assert answer["transactions"][0]["by"]["party"] == "operator:ann"
    assert shop.has(anna) == 42
    assert shop.wallet(anna)["lots"] == lots
    verified(shop.store)


def test_the_old_id_is_closed_and_answers_as_the_new_one(shop: Shop, ana: str, anna: str) -> None:
    """For tills and operators; who still has the old app's token sees and does nothing."""
    bought(shop, ana, 100)
    merged(shop, ana, anna)
    query = "query ($id: ID!) { member(id: $id) { id displayName } }"
    for actor in (OPERATOR, CORNER, as_member(anna)):
        found = shop.ask(actor, query, id=ana)
        assert found == {"member": {"id": anna, "displayName": "Anna"}}
    assert shop.ask(as_member(ana), query, id=ana) == {"member": None}
    paid = shop.purchase(ana, 100, CORNER)
    assert shop.refused(CORNER, "recordPurchase", paid).code == "NOT_ELIGIBLE"
    wanted = shop.wants(ana, "mug")
    assert shop.refused(as_member(ana), "redeemReward", wanted).code == "NOT_ELIGIBLE"
    gift = shop.input(toMemberId=ana, currency="CORNER", points=1)
    assert shop.refused(as_member(anna), "transferPoints", gift).code == "NOT_ELIGIBLE"
    assert why_not(shop, ana, anna) == "NOT_ELIGIBLE"
    assert why_not(shop, anna, ana) == "NOT_ELIGIBLE"
    left = shop.store.record(Member, own_id(ana))
    assert left is not None
    assert "Ana" not in repr(left)


def test_a_linked_card_and_a_voucher_still_mean_the_person(shop: Shop, ana: str, anna: str) -> None:
    """The till finds the new member by the old card, and takes the old voucher."""
    card = {"system": "card", "externalId": "4711"}
    shop.done(CORNER, "linkExternalId", shop.input(memberId=ana, **card))
    bought(shop, ana, 80)
    voucher = shop.redeems(ana, "mug")["voucher"]["id"]
    merged(shop, ana, anna)
    query = """query ($system: String!, $externalId: String!) {
        memberByExternalId(system: $system, externalId: $externalId) { id } }"""
    assert shop.ask(CORNER, query, **card) == {"memberByExternalId": {"id": anna}}
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert shop.ask(as_member(anna), node, id=voucher) == {"node": {"id": voucher}}
    assert shop.ask(as_member(ana), node, id=voucher) == {"node": None}
    shop.done(CORNER, "useVoucher", shop.input(voucherId=voucher))


def test_a_debt_is_paid_by_what_the_other_has(shop: Shop, ana: str, anna: str) -> None:
    """Ana owes 80: Anna's 30 pay a part of it, and the next 50 the rest, either way round."""
    for old, into in ((ana, anna), (shop.enrolled(), shop.enrolled())):
        returned_after_spending(shop, old)
        bought(shop, into, 30)
        merged(shop, old, into)
        assert balances(shop, into) == (0, 0, 50)
        bought(shop, into, 60)
        assert balances(shop, into) == (10, 0, 0)
    debtor, rich = shop.enrolled(), shop.enrolled()
    returned_after_spending(shop, debtor)
    bought(shop, rich, 100)
    merged(shop, rich, debtor)
    assert balances(shop, debtor) == (20, 0, 0)
    verified(shop.store)


def test_a_debt_is_paid_by_who_has_exactly_that(shop: Shop, ana: str, anna: str) -> None:
    """Anna's hold binds her wallet, and Ana's debt hers, until the 80 that Anna has pay it."""
    returned_after_spending(shop, ana)
    bought(shop, anna, 160)
    held(shop, anna)
    merged(shop, ana, anna)
    assert balances(shop, anna) == (0, 80, 0)
    verified(shop.store)


def returned_after_spending(shop: Shop, member: str) -> None:
    earn = bought(shop, member, 80)
    shop.redeems(member, "mug")
    returned(shop, earn)


def test_two_debts_or_two_holds_wait(shop: Shop, ana: str, anna: str) -> None:
    """What is bound to its wallet stays in it: of two such wallets none can be left. One can."""
    for member in (ana, anna):
        returned_after_spending(shop, member)
    assert why_not(shop, ana, anna) == "NOT_ELIGIBLE"
    one, two = shop.enrolled(), shop.enrolled()
    holds = []
    for member in (one, two):
        bought(shop, member, 100)
        holds.append(held(shop, member))
    assert why_not(shop, one, two) == "NOT_ELIGIBLE"
    void = shop.signed(CORNER, "void", shop.input(holdId=holds[1], reason="cancelled"))
    shop.done(CORNER, "voidHold", void)
    merged(shop, one, two)
    assert balances(shop, two) == (120, 80, 0)
    capture = shop.signed(CORNER, "capture", shop.input(holdId=holds[0]))
    shop.done(CORNER, "captureHold", capture)
    assert balances(shop, two) == (120, 0, 0)
    verified(shop.store)


def test_goods_bought_before_come_back_after(shop: Shop, ana: str, anna: str) -> None:
    """The points are taken where they are now; what was spent of them is owed, and paid first."""
    one, two = bought(shop, ana, 30), bought(shop, ana, 80)
    bought(shop, anna, 10)
    merged(shop, ana, anna)
    returned(shop, one)
    assert balances(shop, anna) == (90, 0, 0)
    shop.redeems(anna, "mug")
    returned(shop, two)
    assert balances(shop, anna) == (0, 0, 70)
    bought(shop, anna, 75)
    assert balances(shop, anna) == (5, 0, 0)
    verified(shop.store)


def test_a_redemption_from_before_is_refunded_after(shop: Shop, ana: str, anna: str) -> None:
    """The points that come back are with the others."""
    bought(shop, ana, 80)
    redeemed = shop.redeems(ana, "mug")["transaction"]["id"]
    merged(shop, ana, anna)
    asked = shop.signed(CORNER, "refund", shop.input(redemptionId=redeemed))
    shop.done(CORNER, "refundRedemption", asked)
    assert balances(shop, anna) == (80, 0, 0)
    verified(shop.store)


@pytest.mark.parametrize("before", [0, 100])
def test_a_purchase_while_they_are_merged(shop: Shop, ana: str, anna: str, before: int) -> None:
    """Read by the till before, sent after: refused as if it had come after, and no point is in a
    wallet that nobody has."""
    assert isinstance(shop.store, Faulty)
    if before:
        bought(shop, ana, before)
    paid = shop.purchase(ana, 700, CORNER)
    shop.store.meanwhile = partial(merged, shop, ana, anna)
    answer = shop.send(CORNER, "recordPurchase", paid).data["recordPurchase"]
    assert [error["code"] for error in answer["userErrors"]] == ["NOT_ELIGIBLE"]
    assert shop.has(anna) == before
    verified(shop.store)


def test_nothing_comes_into_a_wallet_that_was_closed(
    shop: Shop, ana: str, anna: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The till read the member before they were merged, and its wallet after."""
    bought(shop, ana, 100)
    paid = shop.purchase(ana, 700, CORNER)
    read, merger = shop.store.wallets, [Thread(target=merged, args=(shop, ana, anna))]

    def late(ids: Any) -> Any:
        if merger:
            one = merger.pop()
            one.start()
            one.join()
        return read(ids)

    monkeypatch.setattr(shop.store, "wallets", late)
    answer = shop.send(CORNER, "recordPurchase", paid).data["recordPurchase"]
    assert [error["code"] for error in answer["userErrors"]] == ["NOT_ELIGIBLE"]
    assert shop.has(anna) == 100
    verified(shop.store)


def test_a_merger_while_something_is_bought(shop: Shop, ana: str, anna: str) -> None:
    """The purchase came first: its points are moved with the others."""
    assert isinstance(shop.store, Faulty)
    asked = merging(shop, ana, anna)
    shop.store.meanwhile = partial(bought, shop, ana, 7)
    shop.done(OPERATOR, "mergeMembers", asked)
    assert shop.has(anna) == 7


def test_sixteen_at_once_merge_once(shop: Shop, ana: str, anna: str) -> None:
    """Requests of sixteen desks, half of them the other way round: one member is left, with all."""
    bought(shop, ana, 30)
    bought(shop, anna, 12)
    pairs = [(ana, anna), (anna, ana)] * 8
    asked = [(OPERATOR, "mergeMembers", merging(shop, *pair)) for pair in pairs]
    answers = shop.at_once(asked)
    found = Counter(each["member"] and each["member"]["id"] for each in answers)
    (left,) = {*found} - {None}
    assert found[left] == 1
    assert shop.has(str(left)) == 42
    verified(shop.store)


def test_who_may_merge(shop: Shop, ana: str, anna: str) -> None:
    """Operators that sign it; nobody with himself, and nobody out of an account."""
    asked = merging(shop, ana, anna)
    for actor in (CORNER, as_member(ana)):
        assert shop.refused(actor, "mergeMembers", asked).code == "NOT_PERMITTED"
    unsigned = {**asked, "signature": None}
    assert shop.refused(OPERATOR, "mergeMembers", unsigned).code == "SIGNATURE_REQUIRED"
    assert why_not(shop, ana, ana) == "SAME_WALLET"
    household = {"opened_by": "member", "users_max": 2}
    shop.publishes({**shop.document, "version": 2, "accounts": household}, "corner")
    opening = {"programmeId": shop.wants(ana, "mug")["programmeId"], "accountName": "Home"}
    for member in (ana, anna):
        opened = shop.input(memberId=member, **opening)
        account = shop.done(as_member(member), "openAccount", opened)["account"]["id"]
    assert why_not(shop, ana, anna) == "NOT_ELIGIBLE"
    other = shop.enrolled()
    bought(shop, other, 9)
    merged(shop, other, anna)
    assert shop.has(anna) == 0
    leaving = shop.input(accountId=account, memberId=anna)
    shop.done(as_member(anna), "leaveAccount", leaving)
    assert shop.has(anna) == 9


def test_a_limit_for_each_member_counts_both(shop: Shop, ana: str, anna: str) -> None:
    """Who had its one mug does not get another as somebody else."""
    (mug,) = shop.document["rewards"]
    rewards = [{**mug, "per_member": 1}]
    shop.publishes({**shop.document, "version": 2, "rewards": rewards}, "corner")
    for member in (ana, anna):
        bought(shop, member, 160)
    shop.redeems(ana, "mug")
    merged(shop, ana, anna)
    wanted = shop.wants(anna, "mug")
    assert shop.refused(as_member(anna), "redeemReward", wanted).code == "LIMIT_EXCEEDED"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "spend", "hold", "return", "give"]),
        st.integers(0, 1),
        st.integers(1, 200),
    ),
    max_size=12,
)


def net(shop: Shop, *members: str) -> int:
    """What is owed to members, less what they owe."""
    found = [balances(shop, member) for member in members]
    return sum(available + held_ - arrears for available, held_, arrears in found)


def lived(shop: Shop, members: list[str], steps: list[tuple[str, int, int]]) -> list[str]:
    """Does what can be done of these steps; the purchases that still stand."""
    earns: list[str] = []
    for step, who, amount in steps:
        member, other = members[who], members[1 - who]
        available = shop.has(member)
        if step == "buy":
            earns.append(bought(shop, member, amount))
        elif step == "return" and earns:
            returned(shop, earns.pop(amount % len(earns)))
        elif step == "give" and available:
            shop.gives(member, other, min(amount, available))
        elif step == "spend" and available >= 80:
            shop.redeems(member, "mug")
        elif step == "hold" and available >= 80:
            held(shop, member)
    return earns


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, after=STEPS)
def test_no_point_is_lost_whatever_happened_before(
    steps: list[tuple[str, int, int]], after: list[tuple[str, int, int]]
) -> None:
    """As many points after as before; refused, nothing changes; returns take just their own."""
    shop = founded()
    members = [shop.enrolled(), shop.enrolled()]
    earns = lived(shop, members, steps)
    before, rows = net(shop, *members), contents(shop.store)
    old, into = members
    answer = shop.send(OPERATOR, "mergeMembers", merging(shop, old, into)).data["mergeMembers"]
    if answer["userErrors"]:
        assert answer["userErrors"][0]["code"] == "NOT_ELIGIBLE"
        assert contents(shop.store) == rows
        assert all(
            shop.wallet(each, "CORNER")["held"] or balances(shop, each)[2] for each in members
        )
        return
    assert net(shop, into) == before
    lived(shop, [into, into], [each for each in after if each[0] not in ("give", "return")])
    for earn in earns:
        now = net(shop, into)
        asked = shop.signed(CORNER, "reverse", shop.input(transactionId=earn))
        back = shop.send(CORNER, "reverseTransaction", asked).data["reverseTransaction"]
        if back["userErrors"]:
            assert shop.wallet(into, "CORNER")["held"]
            assert net(shop, into) == now
        else:
            posted = back["transaction"]["postings"]
            (taken,) = [row["amount"] for row in posted if row["account"].endswith("issued")]
            assert net(shop, into) == now - taken
    verified(shop.store)
