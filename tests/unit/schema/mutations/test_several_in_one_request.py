"""Mutations of one request are done one after the other, and each answers with what it left."""

from tests.coalition import FUEL, OPERATOR, House
from tests.requests_of_each import ready


def test_what_an_earlier_one_read_is_read_again(house: House) -> None:
    """A member whose name was just changed has the new one, not that of before."""
    member = house.enrolled("Ada")
    given = {
        name: house.input(memberId=member, displayName=told)
        for name, told in {"first": "Zoe", "second": "Zoë"}.items()
    }
    document = """mutation ($first: SetProfileInput!, $second: SetProfileInput!) {
        first: setProfile(input: $first) { member { displayName } }
        second: setProfile(input: $second) { member { displayName } } }"""
    answer = house.execute(document, OPERATOR, **given)
    assert [answer.data[name]["member"]["displayName"] for name in given] == ["Zoe", "Zoë"]


def test_the_same_holds_of_wallets() -> None:
    """A gift card that is topped up twice shows what is on it after each."""
    house, _, _, asked = ready("topUpGiftCard")
    card = asked["giftCardId"]
    given = {
        name: house.signed(FUEL, "earn", house.input(giftCardId=card, points=points))
        for name, points in {"first": 700, "second": 40}.items()
    }
    document = """mutation ($first: TopUpGiftCardInput!, $second: TopUpGiftCardInput!) {
        first: topUpGiftCard(input: $first) { giftCard { balance } }
        second: topUpGiftCard(input: $second) { giftCard { balance } } }"""
    answer = house.execute(document, FUEL, **given)
    first, second = (answer.data[name]["giftCard"]["balance"] for name in given)
    assert second - first == 40
