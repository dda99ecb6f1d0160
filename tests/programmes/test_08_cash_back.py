"""Row 8: cash back across a group of brands; more with the group's card, never both."""

import pytest

from tests.programmes.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop("08_cash_back.json", decimals=2)


@pytest.mark.parametrize("brand", ["bedding", "kitchen", "nursery"])
def test_any_brand_gives_two_per_cent(shop: Shop, brand: str) -> None:
    """$123.45 gives 246.9 cents: 247."""
    member = shop.enrolled()
    assert shop.buys(member, 12_345, brand, tender="cash")["points"] == 247
    assert shop.has(member) == 247


def test_the_groups_card_gives_five_per_cent_instead(shop: Shop) -> None:
    """$123.45 gives 617.25 cents: 617, and not the two per cent beside them."""
    member = shop.enrolled()
    answer = shop.buys(member, 12_345, "kitchen", tender="key-card")
    assert answer["points"] == 617
    assert shop.why_not(answer) == {"everyone": "OTHER_IS_BETTER"}


def test_balances_of_all_brands_are_one(shop: Shop) -> None:
    """What one brand gave and another gave stands in one wallet, by issuer."""
    member = shop.enrolled()
    shop.buys(member, 12_345, "bedding")
    shop.buys(member, 12_345, "nursery", tender="key-card")
    lots = shop.wallet(member, "KEYCENTS")["lots"]
    assert {lot["issuer"]: lot["points"] for lot in lots} == {"bedding": 247, "nursery": 617}
