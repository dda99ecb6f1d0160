"""Requests about members and what they are known by, each of which must succeed."""

from tests.coalition import GROCER, OPERATOR, House, as_member
from tests.inputs import Request


def enrol_member(house: House) -> Request:
    return GROCER, house.input(displayName="Zoë")


def set_profile(house: House) -> Request:
    return OPERATOR, house.input(
        memberId=house.enrolled(), displayName="Zoë", born="1984-02-29", jurisdiction="US-CA"
    )


def set_consent(house: House) -> Request:
    return GROCER, house.input(
        memberId=house.enrolled(), purpose="email", given=True, source="form 7, at the till"
    )


def forget_member(house: House) -> Request:
    member = house.enrolled()
    house.earned(member, 12)
    return as_member(member), house.input(memberId=member, confirmed=True)


def link_external_id(house: House) -> Request:
    return GROCER, house.input(memberId=house.enrolled(), system="crm", externalId="K-7")


def unlink_external_id(house: House) -> Request:
    actor, linked = link_external_id(house)
    house.done(actor, "linkExternalId", linked)
    return actor, house.input(system="crm", externalId="K-7")


def block_card(house: House) -> Request:
    actor, linked = link_external_id(house)
    house.done(actor, "linkExternalId", linked)
    return actor, house.input(system="crm", cardNumber="K-7", newCardNumber="K-8")


def merge_members(house: House) -> Request:
    house.keyed(OPERATOR)
    old, into = house.enrolled("Zoe"), house.enrolled("Zoë")
    house.earned(old, 80)
    asked = house.input(fromMemberId=old, intoMemberId=into, reason="enrolled twice")
    return OPERATOR, house.signed(OPERATOR, "transfer", asked)
