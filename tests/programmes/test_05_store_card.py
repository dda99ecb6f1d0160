"""Row 5: points for the store card alone, and more in its second tier."""

import pytest

from tests.programmes.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop("05_store_card.json")


def test_the_store_card_earns_by_whole_fives(shop: Shop) -> None:
    """$23.99 gives 4."""
    member = shop.enrolled()
    assert shop.buys(member, 2_399, "gapco", tender="store-card")["points"] == 4
    assert shop.standing(member)["tier"] == {"tierId": "core", "name": "Core"}


@pytest.mark.parametrize("tender", [{"tender": "other-card"}, {"tender": "cash"}, {}])
def test_any_other_card_earns_nothing(shop: Shop, tender: dict[str, str]) -> None:
    """Nor does it count towards a tier."""
    member = shop.enrolled()
    answer = shop.buys(member, 100_000, "gapco", **tender)
    assert answer["points"] == 0
    assert shop.why_not(answer)["everyone"] == "TENDER_NOT_ELIGIBLE"
    assert shop.standing(member)["tier"] is None


def test_the_second_tier_earns_more(shop: Shop) -> None:
    """After $500 with the card, the same $23.99 give 8 in place of 4."""
    member = shop.enrolled()
    shop.buys(member, 50_000, "gapco", tender="store-card")
    assert shop.standing(member)["tier"] == {"tierId": "icon", "name": "Icon"}
    answer = shop.buys(member, 2_399, "gapco", tender="store-card")
    assert answer["points"] == 8
    assert shop.why_not(answer) == {"everyone": "OTHER_IS_BETTER"}
