"""Attack: somebody at the desk says that a card is lost, to pay with the new one."""

import pytest

from loyalty.actors import Role
from tests.coalition import an_operator, as_member, verified
from tests.programmes.shop import Shop
from tests.programmes.test_11_gift_cards import Card, paid, pays, replaced, replacing, sold, state

EVE = an_operator("eve", Role.SUPPORT)


@pytest.fixture
def shop() -> Shop:
    shop = Shop("11_gift_cards.json", decimals=2)
    shop.keyed(EVE)
    return shop


def stopped(shop: Shop, card: Card) -> Card:
    """Eve replaces it: the new one, with all that she is told of its code."""
    asked = shop.signed(EVE, "transfer", replacing(shop, card, None))
    answer = shop.done(EVE, "replaceGiftCard", asked)
    assert shop.done(EVE, "replaceGiftCard", asked) == answer
    return Card(answer["giftCard"]["id"], answer["code"])


def test_the_desk_stops_a_card_and_cannot_pay_with_the_next(shop: Shop) -> None:
    """It is told no code, however often, and that of the lost card, which it may know, is void."""
    card = sold(shop, 5_000)
    new = stopped(shop, card)
    assert new.code is None
    assert (state(shop, card), state(shop, new)) == ((0, True), (5_000, False))
    assert paid(shop, new._replace(code=card.code), 1) == "NOT_PERMITTED"
    again = stopped(shop, new)
    assert again.code is None
    assert state(shop, again) == (5_000, False)
    verified(shop.store)


def test_its_member_replaces_it_in_turn_and_pays(shop: Shop) -> None:
    """The card that nobody can use is among the member's own."""
    card, ana = sold(shop, 5_000), as_member(member := shop.enrolled())
    claim = shop.input(giftCardId=card.id, code=card.code)
    shop.done(ana, "claimGiftCard", claim)
    new = stopped(shop, card)
    query = "query ($id: ID!) { member(id: $id) { giftCards { id } } }"
    assert shop.ask(ana, query, id=member)["member"]["giftCards"] == [{"id": new.id}]
    pays(shop, replaced(shop, new, ana), 5_000)
    verified(shop.store)


def test_the_shop_that_sold_it_replaces_it_in_turn(shop: Shop) -> None:
    """For who comes with a receipt and has claimed nothing."""
    pays(shop, replaced(shop, stopped(shop, sold(shop, 5_000))), 5_000)
    verified(shop.store)
