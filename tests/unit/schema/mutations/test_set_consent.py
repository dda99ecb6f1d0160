"""`setConsent`: a member lets others do something, or no longer."""

from typing import Any

import pytest

from loyalty.actors import Actor
from loyalty.consents import PURPOSES, STATEMENTS_MAX, consents_to
from tests.at_once import at_once
from tests.coalition import FUEL, GROCER, OPERATOR, House, as_member, own_id

LOG = """query ($id: ID!) { member(id: $id) {
    consents { purpose given } consentLog { purpose given at by source } } }"""


@pytest.fixture
def member(house: House) -> str:
    return house.enrolled()


def say(house: House, actor: Actor, member: str, purpose: str, **more: object) -> Any:
    given = {"given": True, **more}
    asked = house.input(memberId=member, purpose=purpose, **given)
    return house.done(actor, "setConsent", asked)["member"]["consents"]


def refused(house: House, actor: Actor, member: str, **more: object) -> tuple[str, list[str]]:
    asked = house.input(**{"memberId": member, "purpose": "email", "given": True, **more})
    refusal = house.refused(actor, "setConsent", asked)
    return refusal.code, refusal.field


def holds(house: House, member: str) -> set[str]:
    """What a member consents to."""
    id_ = own_id(member)
    return {purpose for purpose in PURPOSES if consents_to(house.coalition, id_, purpose)}


def test_without_a_word_there_is_no_consent(house: House, member: str) -> None:
    """Nobody is asked to opt out."""
    assert holds(house, member) == set()
    assert house.ask(OPERATOR, LOG, id=member)["member"] == {"consents": [], "consentLog": []}


def test_each_purpose_is_a_consent_of_its_own(house: House, member: str) -> None:
    """One is given, another refused, and the first is taken back later."""
    own = as_member(member)
    say(house, own, member, "email")
    say(house, own, member, "sms", given=False)
    assert holds(house, member) == {"email"}
    house.later(days=3)
    say(house, own, member, "email", given=False)
    say(house, own, member, "profiling")
    assert holds(house, member) == {"profiling"}


def test_the_log_says_when_by_whom_and_where_it_stands(house: House, member: str) -> None:
    """The member and operators read all of it; partners are told what holds now."""
    say(house, GROCER, member, "email", source="form 7, at the till")
    house.later(days=1)
    say(house, as_member(member), member, "email", given=False)
    house.later(days=1)
    say(house, OPERATOR, member, "email", source="call 4711")
    log = [
        {
            "purpose": "email",
            "given": True,
            "at": "2026-11-21T12:00:00.000Z",
            "by": "partner:grocer",
            "source": "form 7, at the till",
        },
        {
            "purpose": "email",
            "given": False,
            "at": "2026-11-22T12:00:00.000Z",
            "by": f"member:{own_id(member)}",
            "source": None,
        },
        {
            "purpose": "email",
            "given": True,
            "at": "2026-11-23T12:00:00.000Z",
            "by": "operator:ann",
            "source": "call 4711",
        },
    ]
    now = [{"purpose": "email", "given": True}]
    for actor in (OPERATOR, as_member(member)):
        assert house.ask(actor, LOG, id=member)["member"] == {"consents": now, "consentLog": log}
    assert house.ask(FUEL, LOG, id=member)["member"] == {"consents": now, "consentLog": None}


def test_a_partner_is_not_told_who_asked_elsewhere(house: House, member: str) -> None:
    """It reads whether it may write, and of its own forms which."""
    say(house, GROCER, member, "email", source="form 7, at the till")
    query = "query ($id: ID!) { member(id: $id) { consents { given by source } } }"
    told = [house.ask(actor, query, id=member)["member"]["consents"] for actor in (GROCER, FUEL)]
    assert told == [
        [{"given": True, "by": "partner:grocer", "source": "form 7, at the till"}],
        [{"given": True, "by": None, "source": None}],
    ]


@pytest.mark.parametrize("actor", [GROCER, OPERATOR])
def test_who_speaks_for_a_member_says_where_it_said_so(
    house: House, member: str, actor: Actor
) -> None:
    """A consent that nobody can show is none."""
    assert refused(house, actor, member) == ("INVALID_INPUT", ["source"])
    for bad in ("", " form", "x" * 201):
        assert refused(house, actor, member, source=bad) == ("INVALID_INPUT", ["source"])


@pytest.mark.parametrize("purpose", ["", "EMAIL", "fax", "email "])
def test_the_purposes_are_known(house: House, member: str, purpose: str) -> None:
    """email, sms, push, profiling."""
    assert refused(house, as_member(member), member, purpose=purpose) == (
        "INVALID_INPUT",
        ["purpose"],
    )


def test_another_member_does_not_speak_for_it(house: House, member: str) -> None:
    """Another is to it as one that there is not."""
    other = as_member(house.enrolled())
    assert refused(house, other, member) == ("NOT_FOUND", ["memberId"])


def test_taking_back_is_never_refused(house: House, member: str) -> None:
    """However often it was given; what is taken back already is not written again."""
    own = as_member(member)
    for _ in range(STATEMENTS_MAX - len(PURPOSES)):
        say(house, own, member, "email")
    assert refused(house, own, member, purpose="sms") == ("LIMIT_EXCEEDED", ["memberId"])
    for _ in range(3):
        for purpose in PURPOSES:
            say(house, own, member, purpose, given=False)
    assert holds(house, member) == set()
    log = house.ask(own, LOG, id=member)["member"]["consentLog"]
    assert len(log) == STATEMENTS_MAX


def test_sixteen_statements_at_once_are_all_in_the_log(house: House, member: str) -> None:
    """Of four systems on four purposes; none overwrites another."""
    requests = [
        (
            GROCER,
            "setConsent",
            house.input(memberId=member, purpose=purpose, given=True, source=f"form {number}"),
        )
        for number in range(4)
        for purpose in PURPOSES
    ]
    assert set(at_once(house, requests)) == {"done"}
    log = house.ask(OPERATOR, LOG, id=member)["member"]["consentLog"]
    assert len({(each["purpose"], each["source"]) for each in log}) == 16
