"""Requests about feedback, each of which must succeed."""

from tests.coalition import GROCER, House, as_member, gid
from tests.inputs import Request


def give_feedback(house: House) -> Request:
    member = house.enrolled()
    order = house.earned(member, 12)
    return as_member(member), house.input(
        memberId=member,
        partnerId=gid("Partner", "grocer"),
        score=9,
        text="Größer, bitte!",
        transactionId=order,
    )


def assign_feedback(house: House) -> Request:
    return GROCER, house.input(feedbackId=_feedback(house), assignee="Désk 2")


def follow_up_feedback(house: House) -> Request:
    return GROCER, house.input(feedbackId=_feedback(house), note="Called bäck")


def _feedback(house: House) -> str:
    actor, given = give_feedback(house)
    return house.done(actor, "giveFeedback", given)["feedback"]["id"]
