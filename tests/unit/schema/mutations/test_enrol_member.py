"""`enrolMember`: someone begins to collect."""

from typing import Any

import pytest

from tests.coalition import GROCER, OPERATOR, House, as_member, gid, own_id


@pytest.mark.parametrize("actor", [OPERATOR, GROCER])
def test_operators_and_partners_enrol(house: House, actor: Any) -> None:
    """The member has a name, an id of its own and a wallet in each currency."""
    member = house.done(actor, "enrolMember", house.input(displayName="Zoë"))["member"]
    assert member["displayName"] == "Zoë"
    assert member["enrolledAt"] == "2026-11-21T12:00:00.000Z"
    assert member["wallets"] == [
        {"currency": "LITRES", "available": 0},
        {"currency": "STARS", "available": 0},
    ]


def test_a_name_is_not_needed(house: House) -> None:
    """Somebody without a name collects as well."""
    sent = house.input(displayName=None)
    assert house.done(OPERATOR, "enrolMember", sent)["member"]["displayName"] is None


def test_no_two_members_share_an_id(house: House) -> None:
    """Nor are ids in any order that tells how many there are."""
    ids = [own_id(house.enrolled()) for _ in range(20)]
    assert len(set(ids)) == 20
    assert ids != sorted(ids)


@pytest.mark.parametrize("name", ["", " ", "\u00a0Zoë", "Zoë ", "Z" * 121])
def test_a_name_has_bounds(house: House, name: str) -> None:
    """1 to 120 characters, with none at its ends that cannot be seen."""
    refusal = house.refused(OPERATOR, "enrolMember", house.input(displayName=name))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["displayName"])


@pytest.mark.parametrize("name", ["Zoë", "王小明", "محمد", "O’Neill", "☕", "Z" * 120])
def test_names_of_all_scripts_are_taken(house: House, name: str) -> None:
    """A name is refused for what cannot be seen, not for where it is from."""
    member = house.done(OPERATOR, "enrolMember", house.input(displayName=name))["member"]
    assert member["displayName"] == name


def test_members_do_not_enrol_others(house: House) -> None:
    """A member's token makes no members."""
    refusal = house.refused(as_member(gid("Member", "x")), "enrolMember", house.input())
    assert refusal.code == "NOT_PERMITTED"


def test_who_left_does_not_enrol(house: House) -> None:
    """A partner's token outlives its membership; what it may do does not."""
    house.later(minutes=1)
    house.leave("grocer")
    house.later(minutes=1)
    assert house.refused(GROCER, "enrolMember", house.input()).code == "NOT_PERMITTED"


def test_more_currencies_than_one_commit_holds_keep_nobody_out(house: House) -> None:
    """An enrolment opens some wallets; the others are opened when they are needed."""
    for number in range(100):
        house.done(OPERATOR, "createCurrency", house.input(code=f"C{number}", decimals=0))
    member = house.enrolled()
    assert house.available(member) == 0
    assert house.wallet(member, "C99") is None
