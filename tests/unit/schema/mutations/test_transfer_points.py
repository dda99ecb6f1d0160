"""`transferPoints`: a member gives points to another; their lots keep expiry and issuer."""

from typing import Any

import pytest

from tests.coalition import FUEL, GROCER, OPERATOR, STARS, House, as_member, gid, verified


@pytest.fixture
def giver(house: House) -> str:
    member = house.enrolled()
    house.earned(member, 60)
    house.earned(member, 40, FUEL)
    return member


def gift(house: House, to: str, points: object = 30, currency: str = "STARS") -> dict[str, Any]:
    return house.input(toMemberId=to, currency=currency, points=points)


def test_points_move_with_their_lots(house: House, giver: str) -> None:
    """The receiver has the very lots that the giver spent, earliest first."""
    receiver = house.enrolled()
    result = house.done(as_member(giver), "transferPoints", gift(house, receiver, 50))
    assert result["transaction"]["kind"] == "transfer"
    assert result["transaction"]["by"]["party"] == "member"
    assert (house.available(giver), house.available(receiver)) == (50, 50)
    lots = [(lot["issuer"], lot["points"]) for lot in house.wallet(receiver)["lots"]]
    assert lots == [("fuel", 40), ("grocer", 10)]
    verified(house.store)


def test_all_of_it_can_be_given_and_not_one_more(house: House, giver: str) -> None:
    """100 are there: 101 are refused with both numbers, 100 are not."""
    receiver = house.enrolled()
    refusal = house.refused(as_member(giver), "transferPoints", gift(house, receiver, 101))
    assert (refusal.code, refusal.field) == ("INSUFFICIENT_POINTS", ["points"])
    assert refusal.message == "101 points are needed, 100 are there"
    house.done(as_member(giver), "transferPoints", gift(house, receiver, 100))
    assert house.available(giver) == 0


def test_nobody_gives_to_itself(house: House, giver: str) -> None:
    """A transfer to oneself is refused, whatever the amount."""
    refusal = house.refused(as_member(giver), "transferPoints", gift(house, giver))
    assert (refusal.code, refusal.field) == ("SAME_WALLET", ["toMemberId"])


@pytest.mark.parametrize("points", [0, -1, -(2**53 - 1)])
def test_points_not_above_zero_are_refused(house: House, giver: str, points: int) -> None:
    """Nobody takes points by giving less than none."""
    refusal = house.refused(
        as_member(giver), "transferPoints", gift(house, house.enrolled(), points)
    )
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["points"])


@pytest.mark.parametrize("points", [2**53, 10**400, 0.5, 30.0, "30", True, None])
def test_what_is_no_amount_does_not_fit(house: House, giver: str, points: object) -> None:
    """Points are an integer within 2^53 - 1."""
    given = gift(house, house.enrolled(), points)
    assert house.failed(as_member(giver), "transferPoints", given)[0] == "BAD_USER_INPUT"


@pytest.mark.parametrize("currency", ["MOONS", "stars", "", "STARS ", "*", "W#x", "X" * 4000])
def test_an_unknown_currency_is_not_found(house: House, giver: str, currency: str) -> None:
    """The code must be one that there is, to the letter."""
    given = gift(house, house.enrolled(), currency=currency)
    refusal = house.refused(as_member(giver), "transferPoints", given)
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["currency"])
    assert len(refusal.message) < 200


@pytest.mark.parametrize("actor", [OPERATOR, GROCER])
def test_only_members_give(house: House, giver: str, actor: Any) -> None:
    """Nobody gives away another's points."""
    refusal = house.refused(actor, "transferPoints", gift(house, giver))
    assert refusal.code == "NOT_PERMITTED"


def test_a_token_of_no_member_gives_nothing(house: House, giver: str) -> None:
    """A member's token whose member there is not moves nothing."""
    nobody = as_member(gid("Member", "7zzzzzzzzzzzzzzzzzzzzzzzzz"))
    assert house.refused(nobody, "transferPoints", gift(house, giver)).code == "NOT_FOUND"


def test_lapsed_points_cannot_be_given(house: House, giver: str) -> None:
    """They are not there any more, even before anything has swept them away."""
    house.later(days=375)
    wallet = house.wallet(giver)
    assert (wallet["available"], wallet["lapsed"]) == (0, 100)
    refusal = house.refused(as_member(giver), "transferPoints", gift(house, house.enrolled(), 1))
    assert refusal.code == "INSUFFICIENT_POINTS"


def test_lapsed_lots_expire_before_the_rest_is_given(house: House, giver: str) -> None:
    """The expire entry comes first, of the giver's wallet alone, and the transfer after it."""
    house.later(days=370)
    house.earned(giver, 10)
    house.later(days=5)
    receiver = house.enrolled()
    before = house.entries()
    house.done(as_member(giver), "transferPoints", gift(house, receiver, 10))
    assert house.entries() == before + 2
    wallet = house.wallet(giver)
    assert (wallet["available"], wallet["lapsed"], wallet["lots"]) == (0, 0, [])
    assert verified(house.store).totals["partner:grocer:expired", "STARS"] == 60


def test_the_last_day_still_counts(house: House, giver: str) -> None:
    """Points that expire on a day can be given on that day, to its end."""
    house.clock = house.clock.replace(year=2027, day=30, hour=23, minute=59, second=59)
    house.done(as_member(giver), "transferPoints", gift(house, house.enrolled(), 100))


def test_what_a_receiver_owes_is_paid_first(house: House, giver: str) -> None:
    """A gift to one in arrears pays them, and the rest becomes available."""
    receiver = house.enrolled()
    earned = house.earned(receiver, 20)
    house.done(as_member(receiver), "transferPoints", gift(house, giver, 20))
    taken = house.signed(GROCER, "reverse", house.input(transactionId=earned))
    house.done(GROCER, "reverseTransaction", taken)
    house.done(as_member(giver), "transferPoints", gift(house, receiver, 30))
    wallet = house.wallet(receiver)
    assert (wallet["available"], wallet["arrears"]) == (10, 0)
    verified(house.store)


def test_a_receiver_gets_a_wallet_when_it_first_needs_one(house: House, giver: str) -> None:
    """A currency that began after the receiver did can be given all the same."""
    receiver = house.enrolled()
    house.done(OPERATOR, "createCurrency", house.input(code="MILES", decimals=0))
    miles = {**STARS, "id": "miles", "currency": "MILES"}
    house.done(OPERATOR, "publishProgramme", house.programme(miles, "fuel", "grocer"))
    nothing = gift(house, receiver, 5, "MILES")
    assert house.refused(as_member(giver), "transferPoints", nothing).code == "INSUFFICIENT_POINTS"
    house.earned(giver, 5)
    house.done(as_member(giver), "transferPoints", gift(house, receiver, 5, "MILES"))
    assert house.available(receiver, "MILES") == 5
    verified(house.store)
