"""Requests of who brings a friend, each of which must succeed."""

from tests.coalition import LITRES, OPERATOR, House, as_member, gid
from tests.inputs import Request


def make_referral_code(house: House) -> Request:
    member = house.enrolled()
    return as_member(member), house.input(ownerId=member)


def use_referral_code(house: House) -> Request:
    house.done(OPERATOR, "publishProgramme", house.programme(FRIENDS, "fuel"))
    actor, asked = make_referral_code(house)
    code = house.done(actor, "makeReferralCode", asked)["code"]
    friend = house.enrolled()
    return as_member(friend), house.input(
        programmeId=gid("Programme", "friends"), memberId=friend, code=code
    )


REFERRAL = {
    "partners": ["fuel"],
    "money": "USD",
    "minimum_minor": 2_500,
    "referrer": 200,
    "friend": 100,
    "a_month": 10,
}
FRIENDS = {**LITRES, "id": "friends", "earn": [], "rewards": [], "referral": REFERRAL}
