"""Requests about rewards, vouchers, holds, places and causes, each of which must succeed."""

from tests.coalition import GROCER, OPERATOR, STARS, House, as_member, gid
from tests.inputs import Request


def donate_points(house: House) -> Request:
    member = house.enrolled()
    house.earned(member, 80)
    document = {**STARS, "id": "giving", "earn": [], "rewards": [], "causes": [REEFS], **PRICED}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel"))
    asked = house.input(programmeId=gid("Programme", "giving"), causeId="reefs", points=30)
    return as_member(member), asked


def take_place(house: House) -> Request:
    document = {**STARS, "id": "tests", "earn": [], "rewards": [], "offers": [TEST]}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel"))
    member = house.enrolled()
    programme = gid("Programme", "tests")
    return as_member(member), house.input(memberId=member, programmeId=programme, offerId="test")


def give_back_place(house: House) -> Request:
    actor, asked = take_place(house)
    taken = house.done(actor, "takePlace", asked)["place"]["id"]
    return actor, house.input(placeId=taken)


def redeem_reward(house: House) -> Request:
    member = house.enrolled()
    house.earned(member, 80)
    return as_member(member), house.input(
        memberId=member, programmeId=gid("Programme", "stars"), rewardId="coffee"
    )


def redeem_reward_at_the_till(house: House) -> Request:
    _, wanted = redeem_reward(house)
    return GROCER, house.signed(GROCER, "redeem", wanted)


def use_voucher(house: House) -> Request:
    member = house.enrolled()
    house.earned(member, 80)
    return GROCER, house.input(voucherId=house.voucher(member))


def refund_redemption(house: House) -> Request:
    actor, wanted = redeem_reward(house)
    spent = house.done(actor, "redeemReward", wanted)["transaction"]["id"]
    return GROCER, house.signed(GROCER, "refund", house.input(redemptionId=spent))


def refund_capture(house: House) -> Request:
    actor, asked = capture_hold(house)
    spent = house.done(actor, "captureHold", asked)["transaction"]["id"]
    sent = house.input(redemptionId=spent, points=20)
    return GROCER, house.signed(GROCER, "refund", sent)


def hold_reward(house: House) -> Request:
    actor, wanted = redeem_reward(house)
    return actor, {**wanted, "orderReference": "Ördre 7"}


def hold_reward_at_the_till(house: House) -> Request:
    _, wanted = hold_reward(house)
    return GROCER, house.signed(GROCER, "hold", wanted)


def capture_hold(house: House) -> Request:
    return GROCER, house.signed(GROCER, "capture", house.input(holdId=_held(house)))


def void_hold(house: House) -> Request:
    asked = house.input(holdId=_held(house), reason="the customer cancelled")
    return GROCER, house.signed(GROCER, "void", asked)


def void_hold_at_the_desk(house: House) -> Request:
    house.keyed(OPERATOR)
    asked = house.input(holdId=_held(house), reason="the shop has closed")
    return OPERATOR, house.signed(OPERATOR, "void", asked)


def _held(house: House) -> str:
    member = house.enrolled()
    house.earned(member, 80)
    return house.held(member)


TEST = {"id": "test", "name": "A test", "partner": "fuel", "places": 25}
REEFS = {"id": "reefs", "name": "Reefs", "partner": "fuel", "step": 10}
PRICED = {"price": {"money": "USD", "minor": 1, "per_points": 1, "rounding": "floor"}}
