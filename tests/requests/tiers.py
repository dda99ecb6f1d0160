"""Requests about tiers and their benefits, each of which must succeed."""

from tests.coalition import FUEL, LITRES, House, gid
from tests.inputs import Request


def pay_tier(house: House) -> Request:
    asked = house.input(
        memberId=house.enrolled(), programmeId=_club(house), tierId="plus", lastDay="2027-01-31"
    )
    return FUEL, asked


def use_benefit(house: House) -> Request:
    asked = house.input(
        memberId=house.enrolled(), programmeId=_club(house), benefitId="air", reference="visit 1"
    )
    return FUEL, asked


def _club(house: House) -> str:
    """The global id of a programme with a tier for everyone and one that is paid for."""
    air = {"id": "air", "name": "Air", "partner": "fuel"}
    water = {"id": "water", "name": "Water", "partner": "fuel"}
    tiers = {
        "measure": "visits",
        "levels": [
            {"id": "all", "name": "All", "at": 0, "benefits": [air, water]},
            {"id": "plus", "name": "Plus"},
        ],
    }
    visits = {"id": "visits", "count": "visits", "over": {"over": "ever"}}
    document = {**LITRES, "id": "club", "rewards": [], "measures": [visits], "tiers": tiers}
    house.done(FUEL, "publishProgramme", house.programme(document, "fuel"))
    return gid("Programme", "club")
