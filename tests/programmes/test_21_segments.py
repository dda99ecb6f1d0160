"""Row 21: who spent $200 in 90 days gets double points, and nobody else."""

import pytest

from tests.programmes.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop("21_segments.json")


@pytest.mark.parametrize(("spent", "points"), [(19_999, 10), (20_000, 20)])
def test_the_segment_begins_at_200(shop: Shop, spent: int, points: int) -> None:
    """$199.99 is out, $200.00 in: the next $10 give 10 or 20."""
    member = shop.enrolled()
    shop.buys(member, spent, "market")
    assert shop.standing(member)["segments"] == (["regulars"] if points == 20 else [])
    answer = shop.buys(member, 1_000, "market")
    assert answer["points"] == points
    assert ("double-for-regulars" in shop.why_not(answer)) == (points == 10)


@pytest.mark.parametrize(("days", "points"), [(89, 20), (90, 10)])
def test_what_was_spent_90_days_ago_counts_no_more(shop: Shop, days: int, points: int) -> None:
    """The window has 90 days, of which today is one; nothing has to run at midnight."""
    member = shop.enrolled()
    shop.buys(member, 20_000, "market")
    shop.later(days=days)
    assert shop.buys(member, 1_000, "market")["points"] == points


def test_an_order_does_not_lift_itself(shop: Shop) -> None:
    """The campaign is for members who are in the segment when they buy."""
    member = shop.enrolled()
    assert shop.buys(member, 20_000, "market")["points"] == 200


def test_a_guest_is_in_no_segment(shop: Shop) -> None:
    """A preview that names nobody says so; one that names a regular gives double."""
    assert shop.previews(1_000, "market")["points"] == 10
    member = shop.enrolled()
    shop.buys(member, 20_000, "market")
    assert shop.previews(1_000, "market", memberId=member)["points"] == 20


def test_a_late_order_counts_on_its_own_day(shop: Shop) -> None:
    """Bought two weeks ago and sent today, it is decided by what was counted then."""
    member = shop.enrolled()
    before = shop.later(days=0)
    shop.later(days=14)
    shop.buys(member, 20_000, "market")
    assert shop.buys(member, 1_000, "market", purchasedAt=before)["points"] == 10
    assert shop.buys(member, 1_000, "market")["points"] == 20
