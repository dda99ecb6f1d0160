"""`recordEvent`: what is no purchase earns, too."""

from typing import Any

import pytest

from tests.coalition import FLORIST, FUEL, GROCER, OPERATOR, STARS, House, as_member, verified
from tests.results import EXPLAINED


def rule(id_: str, on: str, **members: object) -> dict[str, Any]:
    """A rule for an event at the grocer's."""
    return {"effect": "fixed", "id": id_, "partners": ["grocer"], "on": on, "points": 5, **members}


VISITED = {
    **STARS,
    "version": 2,
    "earn": [
        *STARS["earn"],  # type: ignore[misc]
        rule("visit", "visit"),
        rule("double", "visit", when=[{"condition": "store", "any_of": ["S1"]}]),
        rule(
            "stars",
            "review",
            points=20,
            when=[{"condition": "attribute", "name": "stars", "any_of": ["4", "5"]}],
        ),
    ],
}


@pytest.fixture
def house() -> House:
    """One whose programme knows visits and reviews."""
    house = House()
    house.results = EXPLAINED
    house.done(OPERATOR, "publishProgramme", house.programme(VISITED, "fuel", "grocer"))
    return house


def told(house: House, member: str, event: str, actor: Any = GROCER, **members: object) -> Any:
    """A signed input."""
    asked = house.input(memberId=member, event=event, **members)
    return house.signed(actor, "earn", asked)


def recorded(house: House, member: str, event: str, **members: object) -> Any:
    return house.done(GROCER, "recordEvent", told(house, member, event, **members))


def codes(answer: Any) -> dict[str, str]:
    """Why rules of the programme gave nothing."""
    (own,) = answer["explanation"]
    return {row["ruleId"]: row["code"] for row in own["rules"] if row["code"]}


def test_an_event_gives_what_its_rules_say(house: House) -> None:
    """A visit gives 5, and every other rule says why it gives nothing."""
    member = house.enrolled()
    answer = recorded(house, member, "visit", reference="booking 7")
    assert answer["points"] == house.available(member) == 5
    assert codes(answer) == {
        "base": "EVENT_NOT_ELIGIBLE",
        "double": "STORE_NOT_ELIGIBLE",
        "stars": "EVENT_NOT_ELIGIBLE",
    }
    assert answer["transactions"][0]["by"]["party"] == "partner:grocer"
    verified(house.store)


def test_a_purchase_gives_nothing_by_rules_for_events(house: House) -> None:
    """Each event has its own rules."""
    answer = house.done(GROCER, "recordPurchase", house.purchase(house.enrolled(), 1_000))
    assert answer["points"] == 10
    assert set(codes(answer)) == {"visit", "double", "stars"}


def test_conditions_look_at_where_it_was(house: House) -> None:
    """A visit of the store S1 gives both."""
    assert recorded(house, house.enrolled(), "visit", store="S1")["points"] == 10


@pytest.mark.parametrize(("stars", "points"), [("5", 20), ("4", 20), ("3", 0), ("05", 0)])
def test_conditions_look_at_what_is_said_of_it(house: House, stars: str, points: int) -> None:
    """A review of four or five stars gives 20; values are compared as they are written."""
    said = [{"name": "length", "value": "5"}, {"name": "stars", "value": stars}]
    assert recorded(house, house.enrolled(), "review", attributes=said)["points"] == points


def test_an_event_without_rules_is_taken(house: House) -> None:
    """It gives nothing and says so; told again it is answered again."""
    member = house.enrolled()
    sent = told(house, member, "referral")
    answer = house.done(GROCER, "recordEvent", sent)
    assert (answer["points"], answer["transactions"]) == (0, [])
    assert set(codes(answer).values()) == {"EVENT_NOT_ELIGIBLE"}
    again = house.done(GROCER, "recordEvent", sent)
    assert (again["points"], again["explanation"]) == (0, None)


def test_a_replayed_event_awards_once(house: House) -> None:
    """The same key has the same answer, and the balance does not move."""
    member = house.enrolled()
    sent = told(house, member, "visit")
    first = house.done(GROCER, "recordEvent", sent)
    house.later(days=3)
    again = house.done(GROCER, "recordEvent", sent)
    assert {**again, "explanation": first["explanation"]} == first
    assert house.available(member) == 5


def test_an_event_of_the_past_is_decided_by_its_own_version(house: House) -> None:
    """Before the rule was there, a visit gave nothing; more than 60 days ago none is taken."""
    house.later(days=10)
    member = house.enrolled()
    early = recorded(house, member, "visit", occurredAt="2026-11-21T11:59:59.999Z")
    assert early["points"] == 0
    refusal = house.refused(
        GROCER, "recordEvent", told(house, member, "visit", occurredAt="2026-09-01T00:00:00.000Z")
    )
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["occurredAt"])


def test_partners_alone_tell_of_events(house: House) -> None:
    """Not members, not operators, nor another's till for points of the grocer."""
    member = house.enrolled()
    plain = {**told(house, member, "visit"), "signature": None}
    assert house.refused(as_member(member), "recordEvent", plain).code == "NOT_PERMITTED"
    assert house.refused(OPERATOR, "recordEvent", plain).code == "NOT_PERMITTED"
    assert house.refused(GROCER, "recordEvent", plain).code == "SIGNATURE_REQUIRED"
    foreign = house.done(FUEL, "recordEvent", told(house, member, "visit", FUEL))
    assert foreign["points"] == 0
    assert house.done(FLORIST, "recordEvent", told(house, member, "visit", FLORIST))["points"] == 0


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"event": "purchase"}, ["event"]),
        ({"event": "a visit"}, ["event"]),
        ({"event": ""}, ["event"]),
        ({"store": "S 1"}, ["store"]),
        ({"occurredAt": "2026-11-21T12:00:00.001Z"}, ["occurredAt"]),
        ({"attributes": [{"name": "n", "value": ""}]}, ["attributes", "0", "value"]),
        (
            {"attributes": [{"name": "n", "value": "1"}, {"name": "n", "value": "2"}]},
            ["attributes", "1", "name"],
        ),
    ],
)
def test_what_cannot_have_been_is_refused(
    house: House, members: dict[str, Any], field: list[str]
) -> None:
    """A purchase has an amount; names are names; nothing happens after now, nor twice at once."""
    sent = told(house, house.enrolled(), **{"event": "visit", **members})
    refusal = house.refused(GROCER, "recordEvent", sent)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", field)


def test_a_list_of_attributes_has_an_end(house: House) -> None:
    """33 are too many."""
    said = [{"name": f"n{number}", "value": "1"} for number in range(33)]
    sent = told(house, house.enrolled(), "visit", attributes=said)
    refusal = house.refused(GROCER, "recordEvent", sent)
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["attributes"])


MONEY = {"money": "USD"}
RATE = {"rounding": "floor", "per_minor": 100}
REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"effect": "points_per_amount", **RATE}, ["earn", "0", "effect"]),
    (
        {"effect": "percentage", "basis_points": 200, "rounding": "floor", "points": None},
        ["earn", "0", "effect"],
    ),
    (MONEY, ["earn", "0", "money"]),
    ({"when": [{"condition": "minimum", "minor": 1}]}, ["earn", "0", "when", "0"]),
    ({"when": [{"condition": "products", "skus": ["a"]}]}, ["earn", "0", "when", "0"]),
    (
        {
            "when": [
                {"condition": "store", "any_of": ["S1"]},
                {"condition": "tender", "any_of": ["cash"]},
            ]
        },
        ["earn", "0", "when", "1"],
    ),
    ({"on": "purchase"}, ["earn", "0", "money"]),
    (
        {
            "on": "purchase",
            **MONEY,
            "when": [{"condition": "attribute", "name": "n", "any_of": ["1"]}],
        },
        ["earn", "0", "when", "0"],
    ),
    ({"on": "a visit"}, ["earn", "0", "on"]),
]


@pytest.mark.parametrize(("members", "path"), REFUSED)
def test_a_rule_that_waits_for_what_its_event_never_has_is_refused(
    house: House, members: dict[str, Any], path: list[str]
) -> None:
    """At publication, with the path."""
    changed = {**rule("one", "visit"), **members}
    wrong = {name: value for name, value in changed.items() if value is not None}
    document = {**VISITED, "version": 3, "earn": [wrong]}
    asked = house.programme(document, "fuel", "grocer")
    refusal = house.refused(OPERATOR, "publishProgramme", asked)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["document", *path])
