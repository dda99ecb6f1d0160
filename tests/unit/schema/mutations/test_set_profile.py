"""`setProfile`: what is known of a member changes."""

from typing import Any

import pytest

from loyalty.actors import Actor
from tests.coalition import FUEL, GROCER, OPERATOR, House, as_member
from tests.faulty import Faulty

SEEN = "query ($id: ID!) { member(id: $id) { displayName born jurisdiction } }"


@pytest.fixture
def member(house: House) -> str:
    return house.enrolled("Zoë")


def seen(house: House, member: str, actor: Actor = OPERATOR) -> Any:
    return house.ask(actor, SEEN, id=member)["member"]


def set_(house: House, actor: Actor, member: str, **given: object) -> Any:
    return house.done(actor, "setProfile", house.input(memberId=member, **given))["member"]


def refused(house: House, actor: Actor, member: str, **given: object) -> tuple[str, list[str]]:
    refusal = house.refused(actor, "setProfile", house.input(memberId=member, **given))
    return refusal.code, refusal.field


@pytest.mark.parametrize("actor", [OPERATOR, GROCER])
def test_an_enrolment_tells_it_too(house: House, actor: Actor) -> None:
    """Date of birth and place are asked for where someone joins."""
    given = {"displayName": "Ada", "born": "1984-02-29", "jurisdiction": "GB"}
    id_ = house.done(actor, "enrolMember", house.input(**given))["member"]["id"]
    assert seen(house, id_) == given


def test_what_is_not_said_stays(house: House, member: str) -> None:
    """One after the other is stated; an empty text takes one back."""
    set_(house, OPERATOR, member, born="1984-02-29")
    set_(house, GROCER, member, jurisdiction="US-CA")
    set_(house, as_member(member), member, displayName="Zoe")
    known = {"displayName": "Zoe", "born": "1984-02-29", "jurisdiction": "US-CA"}
    assert seen(house, member) == known
    set_(house, OPERATOR, member, born="", displayName="")
    assert seen(house, member) == {"displayName": None, "born": None, "jurisdiction": "US-CA"}


def test_partners_do_not_see_a_birth_date(house: House, member: str) -> None:
    """Not even the one that stated it: the programme looks at it, not the till."""
    set_(house, GROCER, member, born="1984-02-29")
    assert [seen(house, member, each)["born"] for each in (GROCER, FUEL)] == [None, None]
    assert seen(house, member, as_member(member))["born"] == "1984-02-29"


def test_a_member_states_its_birthday_once(house: House, member: str) -> None:
    """Two birthdays in a year would be two presents; a typing error a partner mends."""
    own = as_member(member)
    set_(house, own, member, born="1984-02-29")
    set_(house, own, member, born="1984-02-29", displayName="Zoe")
    for other in ("1984-03-01", ""):
        assert refused(house, own, member, born=other) == ("NOT_PERMITTED", ["born"])
    set_(house, GROCER, member, born="1984-03-01")
    assert seen(house, member)["born"] == "1984-03-01"


def test_a_member_does_not_move_by_itself(house: House, member: str) -> None:
    """Where it lives may decide how long its points do."""
    own = as_member(member)
    expected = ("NOT_PERMITTED", ["jurisdiction"])
    assert refused(house, own, member, jurisdiction="US-CA") == expected
    set_(house, OPERATOR, member, jurisdiction="US-CA")
    assert refused(house, own, member, jurisdiction="") == expected
    assert set_(house, own, member, jurisdiction="US-CA")["jurisdiction"] == "US-CA"


def test_a_member_does_not_change_another(house: House, member: str) -> None:
    """Another is to it as one that there is not."""
    other = as_member(house.enrolled())
    assert refused(house, other, member, displayName="Eve") == ("NOT_FOUND", ["memberId"])


@pytest.mark.parametrize(
    "born",
    ["2026-11-22", "1899-12-31", "1983-02-29", "1984-2-29", "29.02.1984", "1984-02-29T00:00"],
)
def test_a_birth_date_is_a_day_of_the_past(house: House, member: str, born: str) -> None:
    """One that there was; tomorrow nobody was born yet."""
    assert refused(house, OPERATOR, member, born=born) == ("INVALID_INPUT", ["born"])
    enrolled = house.refused(OPERATOR, "enrolMember", house.input(born=born))
    assert (enrolled.code, enrolled.field) == ("INVALID_INPUT", ["born"])


@pytest.mark.parametrize("born", ["2026-11-21", "1900-01-01", "2024-02-29"])
def test_birth_dates_from_1900_until_today_are_taken(house: House, member: str, born: str) -> None:
    """Both ends, and a leap day."""
    assert set_(house, OPERATOR, member, born=born)["born"] == born


@pytest.mark.parametrize("code", ["us", "USA", "U", "US-", "US-CALI", "US_CA", "840"])
def test_a_jurisdiction_is_a_code(house: House, member: str, code: str) -> None:
    """Of ISO 3166-1, two letters, or of ISO 3166-2."""
    assert refused(house, OPERATOR, member, jurisdiction=code) == (
        "INVALID_INPUT",
        ["jurisdiction"],
    )


def test_who_left_changes_nobody(house: House, member: str) -> None:
    """A partner's token outlives its membership; what it may do does not."""
    house.later(minutes=1)
    house.leave("grocer")
    house.later(minutes=1)
    assert refused(house, GROCER, member, displayName="Eve") == ("NOT_PERMITTED", [])


def test_of_two_changes_at_once_neither_is_lost() -> None:
    """Each is decided on what the other left."""
    store = Faulty()
    house = House(store)
    member = house.enrolled()
    first = house.input(memberId=member, born="1984-02-29")
    store.meanwhile = lambda: house.done(OPERATOR, "setProfile", first)
    set_(house, GROCER, member, displayName="Zoë")
    assert seen(house, member) == {
        "displayName": "Zoë",
        "born": "1984-02-29",
        "jurisdiction": None,
    }
