"""Someone enrols again and again to bring itself. No rule can see that; what it gets is bounded."""

from typing import Any

from tests.coalition import FUEL, OPERATOR, House, as_member, gid, verified
from tests.requests.referrals import FRIENDS, REFERRAL

PROGRAMME = gid("Programme", "friends")


def brought(house: House, code: str) -> str:
    """A second self that uses the code of the first."""
    second = house.enrolled()
    used = house.input(programmeId=PROGRAMME, memberId=second, code=code)
    house.done(as_member(second), "useReferralCode", used)
    return second


def ordered(house: House, member: str, minor: int) -> Any:
    paid = house.purchase(member, minor, FUEL)
    return house.done(FUEL, "recordPurchase", paid)["transactions"]


def has(house: House, member: str) -> tuple[int, int]:
    wallet = house.wallet(member, "LITRES")
    return wallet["available"], wallet["arrears"]


def begun(house: House) -> tuple[str, str]:
    """The first self, and its code. The programme earns nothing but by referrals."""
    house.done(OPERATOR, "publishProgramme", house.programme(FRIENDS, "fuel"))
    first = house.enrolled()
    asked = house.input(ownerId=first)
    return first, house.done(as_member(first), "makeReferralCode", asked)["code"]


def test_second_selves_count_up_to_the_limit(house: House) -> None:
    """Twelve of them, ten a month: 2,000 points, and not 2,400."""
    first, code = begun(house)
    for _ in range(12):
        ordered(house, brought(house, code), 2_500)
    assert has(house, first) == (10 * REFERRAL["referrer"], 0)  # type: ignore[operator]


def test_orders_that_are_sent_back_leave_nothing(house: House) -> None:
    """Neither to the first self nor to any second, though the month's limit is used up by them."""
    first, code = begun(house)
    seconds = [brought(house, code) for _ in range(4)]
    orders = [ordered(house, second, 2_500) for second in seconds]
    for transactions in orders:
        for each in transactions:
            asked = house.input(transactionId=each["id"])
            answer = house.send(FUEL, "reverseTransaction", house.signed(FUEL, "reverse", asked))
            assert not answer.errors
    assert [has(house, each) for each in (first, *seconds)] == [(0, 0)] * 5
    verified(house.store)


def test_points_that_are_passed_on_before_the_return_are_owed(house: House) -> None:
    """Given to a third account first, they are missing where they were earned: in arrears."""
    _, code = begun(house)
    second, third = brought(house, code), house.enrolled()
    transactions = ordered(house, second, 2_500)
    points = has(house, second)[0]
    gift = house.input(toMemberId=third, currency="LITRES", points=points)
    house.done(as_member(second), "transferPoints", gift)
    for each in transactions:
        asked = house.input(transactionId=each["id"])
        house.send(FUEL, "reverseTransaction", house.signed(FUEL, "reverse", asked))
    assert has(house, second) == (0, points)
    verified(house.store)


def test_codes_are_not_found_by_trying(house: House) -> None:
    """A hundred of 2^50: each is answered as one that nobody has."""
    _, code = begun(house)
    guesser = as_member(house.enrolled())
    number = int.from_bytes(code.encode(), "big")
    tried = {f"{(number + 7_919 * step) % 10**10:010d}" for step in range(100)} - {code}
    used = house.input(programmeId=PROGRAMME, memberId=gid("Member", guesser.id))
    found = {
        house.refused(guesser, "useReferralCode", {**used, **house.input(), "code": each}).message
        for each in tried
    }
    assert found == {"no member has this code"}
