"""Attack: an operator asks for so many adjustments that nobody else can ask for one."""

from typing import Any

import pytest

from loyalty.approvals import WAITING_MAX, WAITING_MAX_OF_ONE
from tests.coalition import verified
from tests.programmes.crowd import all_at_once
from tests.programmes.shop import Shop
from tests.programmes.test_24_goodwill import ANN, BOB, grant, listed, waiting

Full = tuple[Shop, str, list[Any]]


@pytest.fixture
def full() -> Full:
    """Ann has asked for as many as she may: a member, and what waits."""
    shop = Shop("24_goodwill.json")
    shop.keyed(ANN, BOB)
    member = shop.enrolled()
    asked = [waiting(shop, member) for _ in range(WAITING_MAX_OF_ONE)]
    return shop, member, asked


def test_one_operator_leaves_places_for_the_others(full: Full) -> None:
    """She is told so, and nothing is kept of what she asked; Bob asks as ever."""
    shop, member, asked = full
    assert WAITING_MAX_OF_ONE <= WAITING_MAX // 10
    refusal = shop.refused(ANN, "adjustPoints", grant(shop, member, 501))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", [])
    assert "declineAdjustment" in refusal.message
    assert {each["id"] for each in listed(shop)} == {each["id"] for each in asked}
    shop.done(ANN, "adjustPoints", grant(shop, member, 500))
    shop.done(BOB, "adjustPoints", grant(shop, member, 501, BOB))
    verified(shop.store)


@pytest.mark.parametrize("way", ["approved", "declined by another", "taken back", "lapsed"])
def test_what_is_decided_makes_room(full: Full, way: str) -> None:
    """One place for each, however it was decided; all of them when their days are over."""
    shop, member, asked = full
    if way == "approved":
        shop.done(BOB, "approveAdjustment", shop.approval(BOB, asked[0]))
    elif way == "lapsed":
        shop.later(days=7)
    else:
        by = BOB if "another" in way else ANN
        shop.done(by, "declineAdjustment", shop.input(adjustmentId=asked[0]["id"], reason="no"))
    waiting(shop, member)
    if way != "lapsed":
        assert shop.refused(ANN, "adjustPoints", grant(shop, member, 501)).code == "LIMIT_EXCEEDED"


def test_two_at_once_for_the_last_place(full: Full) -> None:
    """One has it, whichever comes first."""
    shop, member, asked = full
    shop.done(ANN, "declineAdjustment", shop.input(adjustmentId=asked[0]["id"], reason="no"))
    sent = [("adjustPoints", (ANN, grant(shop, member, 501))) for _ in range(4)]
    assert sorted(all_at_once(shop, sent)) == ["LIMIT_EXCEEDED"] * 3 + ["done"]
    assert len(listed(shop)) == WAITING_MAX_OF_ONE
