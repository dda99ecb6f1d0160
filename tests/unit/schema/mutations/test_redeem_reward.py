"""`redeemReward`: points become a voucher."""

from typing import Any

import pytest

from tests.coalition import FUEL, GROCER, OPERATOR, STARS, House, as_member, gid, own_id, verified
from tests.faulty import Faulty


@pytest.fixture
def member(house: House) -> str:
    """One with 80 STARS."""
    member = house.enrolled()
    house.earned(member, 80)
    return member


def wanting(house: House, member: str, reward: str = "coffee", programme: str = "stars") -> Any:
    return house.input(memberId=member, programmeId=gid("Programme", programme), rewardId=reward)


def test_points_become_a_voucher(house: House, member: str) -> None:
    """50 of 80 points go, and the voucher is the member's, for its partner."""
    result = house.done(as_member(member), "redeemReward", wanting(house, member))
    voucher, transaction = result["voucher"], result["transaction"]
    assert (voucher["name"], voucher["partnerId"], voucher["usedAt"]) == (
        "A coffee",
        "grocer",
        None,
    )
    assert transaction["kind"] == "redeem"
    assert transaction["by"] == {"party": "member", "key": None, "signature": None, "asked": None}
    assert house.available(member) == 30
    assert verified(house.store).totals["partner:grocer:burned", "STARS"] == 50


def test_a_voucher_cannot_be_guessed_from_the_ledger(house: House, member: str) -> None:
    """Its id is not the transaction's, which stands in the log for all to read."""
    result = house.done(as_member(member), "redeemReward", wanting(house, member))
    assert own_id(result["voucher"]["id"]) != own_id(result["transaction"]["id"])


def test_a_voucher_keeps_its_id_though_others_came_between() -> None:
    """Decided again after another commit, the request leads to one voucher."""
    store = Faulty()
    house = House(store)
    member = house.enrolled()
    house.earned(member, 80)
    paid = house.purchase(member, 500)
    store.meanwhile = lambda: house.done(GROCER, "recordPurchase", paid)
    sent = wanting(house, member)
    first = house.done(as_member(member), "redeemReward", sent)
    assert house.done(as_member(member), "redeemReward", sent) == first
    assert house.available(member) == 35


def test_more_points_than_there_are_is_refused(house: House, member: str) -> None:
    """After one coffee the second is too dear, and the numbers are told."""
    house.done(as_member(member), "redeemReward", wanting(house, member))
    refusal = house.refused(as_member(member), "redeemReward", wanting(house, member))
    assert (refusal.code, refusal.field) == ("INSUFFICIENT_POINTS", ["rewardId"])
    assert refusal.message == "50 points are needed, 30 are there"


def test_one_who_never_had_a_wallet_has_no_points(house: House) -> None:
    """A member from before the currency has 0 points, like any other who earned none."""
    member = house.enrolled()
    house.done(OPERATOR, "createCurrency", house.input(code="MILES", decimals=0))
    miles = {**STARS, "id": "miles", "currency": "MILES"}
    house.done(OPERATOR, "publishProgramme", house.programme(miles, "fuel", "grocer"))
    refusal = house.refused(
        as_member(member), "redeemReward", wanting(house, member, programme="miles")
    )
    assert refusal.message == "50 points are needed, 0 are there"
    assert refusal.code == "INSUFFICIENT_POINTS"


def test_its_partner_redeems_at_the_till(house: House, member: str) -> None:
    """The partner that gives the reward signs for it, and the entry keeps that."""
    sent = house.signed(GROCER, "redeem", wanting(house, member))
    transaction = house.done(GROCER, "redeemReward", sent)["transaction"]
    assert transaction["by"]["party"] == "partner:grocer"
    assert transaction["by"]["signature"] == sent["signature"]["signature"]
    verified(house.store)


def test_another_partners_reward_is_not_ones_to_give(house: House, member: str) -> None:
    """Fuel cannot burn points at grocer."""
    sent = house.signed(FUEL, "redeem", wanting(house, member))
    refusal = house.refused(FUEL, "redeemReward", sent)
    assert (refusal.code, refusal.field) == ("NOT_PERMITTED", ["rewardId"])


def test_a_partner_must_sign(house: House, member: str) -> None:
    """A partner's token alone spends nobody's points, nor does a signature for another reward."""
    refusal = house.refused(GROCER, "redeemReward", wanting(house, member))
    assert refusal.code == "SIGNATURE_REQUIRED"
    other = house.signed(GROCER, "earn", wanting(house, member))
    assert house.refused(GROCER, "redeemReward", other).code == "SIGNATURE_INVALID"


def test_a_member_does_not_sign(house: House, member: str) -> None:
    """A signature in a member's request would mean nothing, so it is refused."""
    sent = house.signed(GROCER, "redeem", wanting(house, member))
    refusal = house.refused(as_member(member), "redeemReward", sent)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["signature"])


def test_an_operator_does_not_redeem(house: House, member: str) -> None:
    """It is for the member or the reward's partner."""
    assert house.refused(OPERATOR, "redeemReward", wanting(house, member)).code == "NOT_PERMITTED"


def test_another_member_is_not_there(house: House, member: str) -> None:
    """A member spends its own points alone, and learns nothing of others."""
    other = house.enrolled()
    refusal = house.refused(as_member(other), "redeemReward", wanting(house, member))
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["memberId"])


@pytest.mark.parametrize("reward", ["tea", "", "Coffee", "coffee ", "x" * 4000])
def test_an_unknown_reward_is_not_found(house: House, member: str, reward: str) -> None:
    """The id must be one of the programme's, to the letter."""
    refusal = house.refused(as_member(member), "redeemReward", wanting(house, member, reward))
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["rewardId"])
    assert len(refusal.message) < 200


def test_the_newest_version_sets_the_price(house: House, member: str) -> None:
    """What a reward costs, it costs by the version in force now."""
    dearer = {**STARS["rewards"][0], "points": 81}  # type: ignore[index]
    newer = {**STARS, "version": 2, "rewards": [dearer]}
    house.done(OPERATOR, "publishProgramme", house.programme(newer, "fuel", "grocer"))
    refusal = house.refused(as_member(member), "redeemReward", wanting(house, member))
    assert refusal.message == "81 points are needed, 80 are there"


def test_lapsed_points_are_not_spent(house: House, member: str) -> None:
    """What has lapsed expires first, and what is left is spent."""
    house.later(days=370)
    house.earned(member, 60)
    house.later(days=5)
    assert house.available(member) == 60
    sent = wanting(house, member)
    before = house.entries()
    first = house.done(as_member(member), "redeemReward", sent)
    assert house.entries() == before + 2
    assert house.available(member) == 10
    assert house.done(as_member(member), "redeemReward", sent) == first
    assert verified(house.store).totals["partner:grocer:expired", "STARS"] == 80


def test_where_only_lapsed_points_are_left_nothing_is_written(house: House, member: str) -> None:
    """A refused redemption does not even sweep."""
    house.later(days=375)
    refusal = house.refused(as_member(member), "redeemReward", wanting(house, member))
    assert refusal.message == "50 points are needed, 0 are there"
