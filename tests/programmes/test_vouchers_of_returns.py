"""Goods come back for which a rule handed a voucher: it is void, and its stock is others'."""

from collections import Counter
from typing import Any

import pytest

from loyalty.actors import Actor, PartnerActor
from loyalty.records.rewards import RewardTaken
from tests.coalition import OPERATOR, as_member, gid, verified
from tests.programmes.crowd import all_at_once
from tests.programmes.shop import Shop
from tests.results import EXPLAINED

CORNER, DELI = PartnerActor("corner"), PartnerActor("deli")
TOTE = {"id": "tote", "name": "A tote", "points": 0, "partner": "corner", "handed": True}
GIFT = {"effect": "voucher", "id": "gift", "partners": ["corner"], "money": "USD", "reward": "tote"}
AWARDING = ("recordPurchase", "recordEvent", "claimGuestOrder")
CODE = "7K3M9XWQ4TB2HRZE"


class Totes(Shop):
    """A shop whose rules hand out a tote, and nothing else: how many, and for what."""

    results = EXPLAINED | dict.fromkeys(AWARDING, "points vouchers { id rewardId }")

    def __init__(self, *rules: dict[str, Any], **limits: int) -> None:
        super().__init__("26_returns.json")
        rewards = [*self.document["rewards"], {**TOTE, **limits}]
        document = {**self.document, "version": 2, "rewards": rewards}
        self.publishes({**document, "earn": list(rules or (GIFT,))}, "corner")
        self.later(minutes=1)

    def handed(self, member: str, mutation: str = "recordPurchase") -> tuple[str, list[str]]:
        """The order's id, and those of its vouchers."""
        asked = self.purchase(member, 10_000, CORNER)
        if mutation == "recordEvent":
            event = self.input(memberId=member, event="visit")
            asked = self.signed(CORNER, "earn", event)
        answer = self.done(CORNER, mutation, asked)
        assert answer["points"] == 0
        return self.order_of(asked, CORNER), [each["id"] for each in answer["vouchers"]]

    def returning(self, order: str, by: PartnerActor = CORNER, **members: object) -> Any:
        asked = self.input(transactionId=order, **members)
        return self.signed(by, "reverse", asked)

    def returned(self, order: str) -> None:
        self.done(CORNER, "reverseTransaction", self.returning(order))

    def why_unused(self, voucher: str) -> str:
        return self.refused(CORNER, "useVoucher", self.input(voucherId=voucher)).code

    def taken(self) -> dict[str, int]:
        """By what is limited: of the stock, of each member's share."""
        return {
            key: each.record.taken
            for (kind, key), each in self.store._records.items()
            if kind is RewardTaken and isinstance(each.record, RewardTaken)
        }


@pytest.mark.parametrize("mutation", ["recordPurchase", "recordEvent"])
def test_an_order_that_gave_a_voucher_alone_comes_back(mutation: str) -> None:
    """By its seller, once; its voucher is void and told of."""
    visited = {name: each for name, each in GIFT.items() if name != "money"}
    shop = Totes(GIFT, {**visited, "id": "visited", "on": "visit"})
    order, (voucher,) = shop.handed(shop.enrolled(), mutation)
    entries = shop.entries()
    asked = shop.returning(order, points=1)
    assert shop.refused(CORNER, "reverseTransaction", asked).code == "EXCEEDS_REMAINING"
    shop.returned(order)
    assert shop.why_unused(voucher) == "NOT_ELIGIBLE"
    again = shop.returning(order)
    assert shop.refused(CORNER, "reverseTransaction", again).code == "EXCEEDS_REMAINING"
    assert [each.said["reward"] for each in shop.news("voucher.voided")] == ["tote"]
    assert shop.entries() == entries
    verified(shop.store)


def test_for_another_shop_it_is_not_there() -> None:
    """It is told what it would be of any id."""
    shop = Totes()
    shop.done(OPERATOR, "registerPartner", shop.registration("deli"))
    order, (voucher,) = shop.handed(shop.enrolled())
    unknown = gid("Transaction", "0" * 26)
    told = [
        shop.refused(DELI, "reverseTransaction", shop.returning(each, DELI))
        for each in (order, unknown)
    ]
    assert told[0] == told[1]
    assert told[0].code == "NOT_FOUND"
    shop.done(CORNER, "useVoucher", shop.input(voucherId=voucher))


def test_a_guests_order_comes_back_by_its_claim() -> None:
    """Which the shop is told, as it has no transaction of it."""
    shop = Totes()
    amount = {"minor": 2_500, "currency": "USD"}
    kept = shop.input(reference="web 7", claimCode=CODE, amount=amount)
    shop.done(CORNER, "recordGuestOrder", shop.signed(CORNER, "earn", kept))
    query = """query ($seller: ID!) { guestOrder(sellerId: $seller, reference: "web 7") {
        order { claimId transactions { id } } } }"""
    seller = gid("Partner", "corner")

    def seen() -> Any:
        return shop.ask(CORNER, query, seller=seller)["guestOrder"]["order"]

    assert seen() == {"claimId": None, "transactions": []}
    claim = shop.input(sellerId=seller, reference="web 7", code=CODE)
    ann = as_member(shop.enrolled())
    (voucher,) = shop.done(ann, "claimGuestOrder", claim)["vouchers"]
    assert seen()["transactions"] == []
    shop.returned(seen()["claimId"])
    assert shop.why_unused(voucher["id"]) == "NOT_ELIGIBLE"


def test_the_stock_is_others_again() -> None:
    """And the member's share is its own: of two of one order, both."""
    shop = Totes(GIFT, {**GIFT, "id": "second"}, stock=2, per_member=2)
    ana, ben = shop.enrolled(), shop.enrolled()
    order, vouchers = shop.handed(ana)
    assert len(vouchers) == 2
    _, none = shop.handed(ben)
    assert none == []
    shop.returned(order)
    assert set(shop.taken().values()) == {0}
    assert len(shop.handed(ben)[1]) == 2
    assert shop.handed(ana)[1] == []
    verified(shop.store)


def test_what_was_used_is_taken_for_good() -> None:
    """Of two vouchers of one order one was used: one place is free."""
    shop = Totes(GIFT, {**GIFT, "id": "second"}, stock=2)
    order, (used, unused) = shop.handed(shop.enrolled())
    shop.done(CORNER, "useVoucher", shop.input(voucherId=used))
    shop.returned(order)
    assert (shop.why_unused(used), shop.why_unused(unused)) == ("ALREADY_REDEEMED", "NOT_ELIGIBLE")
    assert set(shop.taken().values()) == {1}


def test_goods_with_points_free_the_stock_too() -> None:
    """Once all of them came back, not before."""
    points = Shop("26_returns.json").document["earn"][0]
    shop = Totes(points, GIFT, stock=1)
    asked = shop.purchase(shop.enrolled(), 10_000, CORNER)
    shop.done(CORNER, "recordPurchase", asked)
    order = shop.order_of(asked, CORNER)
    shop.done(CORNER, "reverseTransaction", shop.returning(order, points=40))
    assert set(shop.taken().values()) == {1}
    shop.returned(order)
    assert set(shop.taken().values()) == {0}
    verified(shop.store)


def test_sixteen_returns_of_one_order() -> None:
    """One is done, and one place is free."""
    shop = Totes(stock=5, per_member=5)
    ana = shop.enrolled()
    order, _ = shop.handed(ana)
    shop.handed(ana)
    sent = [("reverseTransaction", (CORNER, shop.returning(order))) for _ in range(16)]
    assert Counter(all_at_once(shop, sent)) == {"done": 1, "EXCEEDS_REMAINING": 15}
    assert set(shop.taken().values()) == {1}


def test_returns_uses_and_purchases_of_sixteen_at_once() -> None:
    """Of five members' orders each is returned while its voucher is used, and six more buy: what is
    taken of the stock is what is not void."""
    shop = Totes(stock=100)
    orders = [shop.handed(shop.enrolled()) for _ in range(5)]
    sent: list[tuple[str, tuple[Actor, Any]]] = []
    for order, (voucher,) in orders:
        sent.append(("reverseTransaction", (CORNER, shop.returning(order))))
        sent.append(("useVoucher", (CORNER, shop.input(voucherId=voucher))))
    for _ in range(6):
        asked = shop.purchase(shop.enrolled(), 10_000, CORNER)
        sent.append(("recordPurchase", (CORNER, asked)))
    became = Counter(all_at_once(shop, sent))
    void = len(shop.news("voucher.voided"))
    assert became == {"done": 16 - void, "NOT_ELIGIBLE": void} if void else {"done": 16}
    assert list(shop.taken().values()) == [11 - void]
    verified(shop.store)
