"""Row 6: $100 at the brand's own site or stores earns; the same at a marketplace does not."""

import pytest

from tests.programmes.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop("06_eligible_channels.json")


@pytest.mark.parametrize("channel", ["own-site", "own-store"])
def test_own_channels_earn(shop: Shop, channel: str) -> None:
    """Five points a dollar."""
    member = shop.enrolled()
    assert shop.buys(member, 10_000, "bricks", channel=channel)["points"] == 500
    assert shop.has(member) == 500


def test_a_marketplace_earns_nothing_and_says_why(shop: Shop) -> None:
    """The order is taken; the reason is one that a till can show."""
    member = shop.enrolled()
    answer = shop.buys(member, 10_000, "bricks", channel="marketplace")
    assert (answer["points"], answer["transactions"]) == (0, [])
    assert shop.why_not(answer) == {"own-channels": "CHANNEL_NOT_ELIGIBLE"}
    assert shop.has(member) == 0


def test_an_order_that_names_no_channel_earns_nothing(shop: Shop) -> None:
    """What is not said is not taken for eligible."""
    answer = shop.buys(shop.enrolled(), 10_000, "bricks")
    assert shop.why_not(answer) == {"own-channels": "CHANNEL_NOT_ELIGIBLE"}
