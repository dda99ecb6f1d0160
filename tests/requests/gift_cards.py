"""Requests about gift cards, each of which must succeed."""

from tests.coalition import FUEL, LITRES, House, as_member, gid
from tests.inputs import Request
from tests.results import EXPLAINED


def issue_gift_card(house: House) -> Request:
    asked = house.input(programmeId=_selling(house), points=5_000)
    return FUEL, house.signed(FUEL, "earn", asked)


def top_up_gift_card(house: House) -> Request:
    card, _ = _gift_card(house)
    return FUEL, house.signed(FUEL, "earn", house.input(giftCardId=card, points=700))


def pay_with_gift_card(house: House) -> Request:
    card, code = _gift_card(house)
    paid = {"giftCardId": card, "code": code, "points": 1_999, "orderReference": "Bön 7"}
    return FUEL, house.signed(FUEL, "redeem", house.input(**paid))


def replace_gift_card(house: House) -> Request:
    asked = house.input(giftCardId=_gift_card(house)[0], reason="lost")
    return FUEL, house.signed(FUEL, "transfer", asked)


def claim_gift_card(house: House) -> Request:
    card, code = _gift_card(house)
    return as_member(house.enrolled()), house.input(giftCardId=card, code=code)


def _selling(house: House) -> str:
    """A programme of fuel's gift cards."""
    cards = {"issuers": ["fuel"], "taken_at": ["fuel"], "load_max": 9_000, "balance_max": 9_000}
    document = {**LITRES, "id": "cards", "earn": [], "rewards": [], "gift_cards": cards}
    house.done(FUEL, "publishProgramme", house.programme(document, "fuel"))
    return gid("Programme", "cards")


def _gift_card(house: House) -> tuple[str, str]:
    """A card with 5,000 on it, and its code."""
    results, house.results = house.results, EXPLAINED
    asked = house.signed(FUEL, "earn", house.input(programmeId=_selling(house), points=5_000))
    answer = house.done(FUEL, "issueGiftCard", asked)
    house.results = results
    return answer["giftCard"]["id"], answer["code"]
