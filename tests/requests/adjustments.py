"""Requests about goodwill that operators give, each of which must succeed."""

from typing import Any

from tests.coalition import OPERATOR, STARS, House, an_operator, gid
from tests.inputs import Request


def adjust_points(house: House) -> Request:
    asked = {**goodwill(house, 500), "sponsorId": "grocer"}
    return OPERATOR, house.signed(OPERATOR, "adjust", asked)


def adjust_points_past_the_limit(house: House) -> Request:
    return OPERATOR, house.signed(OPERATOR, "adjust", goodwill(house, 501))


def approve_adjustment(house: House) -> Request:
    actor, asked = adjust_points_past_the_limit(house)
    waiting = house.done(actor, "adjustPoints", asked)["adjustment"]
    return ZOE, house.approval(ZOE, waiting)


def decline_adjustment(house: House) -> Request:
    actor, asked = adjust_points_past_the_limit(house)
    waiting = house.done(actor, "adjustPoints", asked)["adjustment"]
    return ZOE, house.input(adjustmentId=waiting["id"], reason="no such complaint")


def goodwill(house: House, points: int) -> dict[str, Any]:
    """An input of `adjustPoints` that is not signed; operators have keys, STARS has goodwill."""
    house.keyed(OPERATOR, ZOE)
    document = {**STARS, "version": 2, "goodwill": GOODWILL}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer"))
    return house.input(
        memberId=house.enrolled(),
        programmeId=gid("Programme", "stars"),
        points=points,
        reason="a cold coffee",
    )


ZOE = an_operator("zoe")
GOODWILL = {"alone": 500, "most": 5000, "sponsors": ["grocer"]}
