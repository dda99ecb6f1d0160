"""Row 15: $10 for each cumulative $250."""

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import verified
from tests.programmes.shop import Shop

OUTFITTER = PartnerActor("outfitter")


@pytest.fixture
def shop() -> Shop:
    return Shop("15_spend_credit.json", decimals=2)


def test_a_cent_short_gives_nothing(shop: Shop) -> None:
    """$249.99 gives nothing yet, and the next cent gives $10."""
    member = shop.enrolled()
    assert shop.buys(member, 24_999, "outfitter")["points"] == 0
    assert shop.buys(member, 1, "outfitter")["points"] == 1_000


def test_760_gives_three_in_all(shop: Shop) -> None:
    """However it is spent: what is past a step counts for the next."""
    member = shop.enrolled()
    points = [shop.buys(member, each, "outfitter")["points"] for each in (24_999, 30_001, 21_000)]
    assert points == [0, 2_000, 1_000]
    assert shop.has(member) == 3_000
    verified(shop.store)


def test_what_comes_back_has_not_been_spent(shop: Shop) -> None:
    """$500 that come back leave as much to spend for the next $10 as before."""
    member = shop.enrolled()
    shop.buys(member, 20_000, "outfitter")
    (order,) = shop.buys(member, 50_000, "outfitter")["transactions"]
    asked = shop.signed(OUTFITTER, "reverse", shop.input(transactionId=order["id"]))
    shop.done(OUTFITTER, "reverseTransaction", asked)
    assert shop.has(member) == 0
    assert shop.buys(member, 4_999, "outfitter")["points"] == 0
    assert shop.buys(member, 1, "outfitter")["points"] == 1_000


def test_two_orders_at_once_give_one_step(shop: Shop) -> None:
    """Sixteen of $31.25 make two steps, whichever come first."""
    member = shop.enrolled()
    shop.at_once(
        [(OUTFITTER, "recordPurchase", shop.purchase(member, 3_125, OUTFITTER)) for _ in range(16)]
    )
    assert shop.has(member) == 2_000
