"""Requests of points to others or in another currency, each of which must succeed."""

from tests.coalition import FUEL, LITRES, OPERATOR, STARS, House, as_member, gid
from tests.inputs import Request


def exchange_points(house: House) -> Request:
    document = {**STARS, "version": 2, "exchange": [{"to": "LITRES", "give": 8, "get": 5}]}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer"))
    member = house.enrolled()
    house.earned(member, 80)
    sent = house.input(fromCurrency="STARS", toCurrency="LITRES", points=80)
    return as_member(member), sent


def transfer_points(house: House) -> Request:
    giver = house.enrolled()
    house.earned(giver, 80)
    return as_member(giver), house.input(toMemberId=house.enrolled(), currency="STARS", points=30)


def give_recognition(house: House) -> Request:
    givers = [_colleague(house) for _ in range(2)]
    return as_member(givers[0]), house.input(
        programmeId=gid("Programme", "kudos"),
        toMemberId=givers[1],
        points=20,
        message="Danke schön",
    )


def erase_recognition_message(house: House) -> Request:
    actor, given = give_recognition(house)
    found = house.done(actor, "giveRecognition", given)["recognition"]
    return actor, house.input(recognitionId=found["id"])


def set_team(house: House) -> Request:
    member = _colleague(house)
    return FUEL, house.input(programmeId=gid("Programme", "kudos"), memberId=member, team="night")


def _colleague(house: House) -> str:
    """A member whom a programme lets give to its colleagues."""
    if ("programme", "kudos") not in house.coalition.governance().latest:
        house.done(OPERATOR, "publishProgramme", house.programme(KUDOS, "fuel"))
    member = house.enrolled()
    team = house.input(programmeId=gid("Programme", "kudos"), memberId=member, team="day")
    house.done(OPERATOR, "setTeam", team)
    return member


GIVING = {"issuer": "fuel", "a_month": 100, "a_gift": 20, "within": "team"}
KUDOS = {**LITRES, "id": "kudos", "earn": [], "rewards": [], "giving": GIVING}
