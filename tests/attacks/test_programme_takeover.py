"""A partner publishes over what others agreed on, or sells its goods for points of others."""

from typing import Any

import pytest

from tests.coalition import FLORIST, FUEL, GROCER, LITRES, OPERATOR, STARS, House

TULIPS = {"id": "tulips", "name": "Tulips", "points": 1, "partner": "florist"}
ALONE = "a partner publishes programmes of its own currency that bind it alone"


def florists(document: dict[str, Any]) -> dict[str, Any]:
    """A programme that binds the florist alone."""
    return {**document, "earn": [], "rewards": [TULIPS]}


def test_a_stranger_cannot_replace_a_programme(house: House) -> None:
    """The florist's second version of the others' programme is refused, and they go on earning."""
    version_2 = florists({**STARS, "version": 2})
    refusal = house.refused(FLORIST, "publishProgramme", house.programme(version_2, "florist"))
    assert (refusal.code, refusal.message) == ("NOT_PERMITTED", ALONE)
    house.later(seconds=1)
    paid = house.purchase(house.enrolled(), 1_000)
    assert house.done(GROCER, "recordPurchase", paid)["points"] == 10


def test_one_of_those_bound_cannot_shake_off_the_others(house: House) -> None:
    """Fuel signed the programme with the grocer; alone it publishes no version without it."""
    version_2 = {**STARS, "version": 2, "earn": [], "rewards": [STARS["rewards"][1]]}  # type: ignore[index]
    refusal = house.refused(FUEL, "publishProgramme", house.programme(version_2, "fuel"))
    assert (refusal.code, refusal.message) == ("NOT_PERMITTED", ALONE)


@pytest.mark.parametrize("document", [STARS, LITRES])
def test_goods_are_not_sold_for_points_of_others(house: House, document: Any) -> None:
    """Neither for the coalition's nor for another partner's: they would be emptied at its till."""
    shop = florists({**document, "id": "shop"})
    refusal = house.refused(FLORIST, "publishProgramme", house.programme(shop, "florist"))
    assert (refusal.code, refusal.message) == ("NOT_PERMITTED", ALONE)


def test_an_operator_needs_the_owner_of_the_points(house: House) -> None:
    """A reward for a partner's own points is published with that partner's signature too."""
    shop = florists({**LITRES, "id": "shop"})
    refusal = house.refused(OPERATOR, "publishProgramme", house.programme(shop, "florist"))
    assert refusal.code == "SIGNATURE_REQUIRED"
    assert "fuel" in refusal.message
    house.done(OPERATOR, "publishProgramme", house.programme(shop, "florist", "fuel"))


def test_a_partner_publishes_for_points_of_its_own(house: House) -> None:
    """Fuel's second version of its own programme needs nobody else."""
    version_2 = {**LITRES, "version": 2}
    published = house.done(FUEL, "publishProgramme", house.programme(version_2, "fuel"))
    assert published["programme"]["version"] == 2
