"""Row 1: a coffee shop, 1 point a dollar, a free coffee at 50."""

from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import verified
from tests.programmes.shop import Shop

BREWCO = PartnerActor("brewco")


@pytest.fixture
def shop() -> Shop:
    return Shop("01_coffee_shop.json")


@pytest.fixture
def carrying(shop: Shop) -> Shop:
    """The same shop, whose second version keeps what rounding leaves."""
    (rule,) = shop.document["earn"]
    document = {**shop.document, "version": 2, "earn": [{**rule, "rounding": "carry"}]}
    shop.publishes(document, "brewco")
    return shop


def back(shop: Shop, transaction: str) -> dict[str, Any]:
    """A signed input of `reverseTransaction`."""
    return shop.signed(BREWCO, "reverse", shop.input(transactionId=transaction))


def test_seven_orders_with_floor(shop: Shop) -> None:
    """$7.40 gives 7, and seven of them 49."""
    member = shop.enrolled()
    assert [shop.buys(member, 740, "brewco")["points"] for _ in range(7)] == [7] * 7
    assert shop.has(member) == 49


def test_seven_orders_with_carry(carrying: Shop) -> None:
    """The seven times 40 cents make two points more: 51 of $51.80."""
    member = carrying.enrolled()
    points = [carrying.buys(member, 740, "brewco")["points"] for _ in range(7)]
    assert points == [7, 7, 8, 7, 8, 7, 7]
    assert carrying.has(member) == 51


def test_a_coffee_is_had_once(carrying: Shop) -> None:
    """50 points become a voucher; it is taken once."""
    member = carrying.enrolled()
    for _ in range(7):
        carrying.buys(member, 740, "brewco")
    voucher = carrying.redeems(member, "coffee")["voucher"]["id"]
    assert carrying.has(member) == 1
    carrying.done(BREWCO, "useVoucher", carrying.input(voucherId=voucher))
    twice = carrying.refused(BREWCO, "useVoucher", carrying.input(voucherId=voucher))
    assert twice.code == "ALREADY_REDEEMED"


def test_buying_and_bringing_back_carries_nothing(carrying: Shop) -> None:
    """What rounding kept of an order goes back with it, of a part of it as of the whole."""
    member = carrying.enrolled()
    for _ in range(10):
        order = carrying.buys(member, 190, "brewco")["transactions"][0]["id"]
        carrying.done(BREWCO, "reverseTransaction", back(carrying, order))
    assert carrying.has(member) == 0
    assert carrying.buys(member, 190, "brewco")["points"] == 1
    verified(carrying.store)


def test_an_order_too_small_for_a_point_is_kept_and_can_come_back(carrying: Shop) -> None:
    """Three of 40 cents give a point; when they came back before, they do not."""
    member = carrying.enrolled()
    sent = []
    for _ in range(2):
        sent.append(carrying.purchase(member, 40, BREWCO))
        assert carrying.done(BREWCO, "recordPurchase", sent[-1])["points"] == 0
    order = carrying.order_of(sent[0], BREWCO)
    carrying.done(BREWCO, "reverseTransaction", back(carrying, order))
    twice = carrying.refused(BREWCO, "reverseTransaction", back(carrying, order))
    assert twice.code == "EXCEEDS_REMAINING"
    assert carrying.buys(member, 40, "brewco")["points"] == 0
    assert carrying.buys(member, 40, "brewco")["points"] == 1
    verified(carrying.store)


def test_nobody_else_takes_a_small_order_back(carrying: Shop) -> None:
    """Another partner is told what it is told of an order that there is not."""
    member = carrying.enrolled()
    sent = carrying.purchase(member, 40, BREWCO)
    carrying.done(BREWCO, "recordPurchase", sent)
    order = carrying.order_of(sent, BREWCO)
    florist = PartnerActor("florist")
    asked = carrying.signed(florist, "reverse", carrying.input(transactionId=order))
    assert carrying.refused(florist, "reverseTransaction", asked).code == "NOT_FOUND"


def test_orders_at_once_lose_no_remainder(carrying: Shop) -> None:
    """Twenty tills at once, 40 cents each: 8 points, however they interleave."""
    member = carrying.enrolled()
    carrying.at_once(
        [(BREWCO, "recordPurchase", carrying.purchase(member, 40, BREWCO)) for _ in range(20)]
    )
    assert carrying.has(member) == 8
    verified(carrying.store)
