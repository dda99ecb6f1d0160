"""`publishProgramme`: a programme version comes in force."""

from typing import Any

import pytest

from ledger.canonical import canonical
from ledger.names import digest
from tests.coalition import FUEL, GROCER, LITRES, OPERATOR, STARS, House, as_member, gid, verified

RULE: dict[str, Any] = STARS["earn"][0]  # type: ignore[index, assignment]
REWARD: dict[str, Any] = STARS["rewards"][0]  # type: ignore[index, assignment]
NEXT = {**STARS, "version": 2}


def publish(house: House, document: Any, *partners: str) -> Any:
    return house.done(OPERATOR, "publishProgramme", house.programme(document, *partners))


def test_a_version_comes_in_force(house: House) -> None:
    """Transactions will name it by its digest, which is that of its canonical JSON."""
    programme = publish(house, NEXT, "fuel", "grocer")["programme"]
    assert programme["document"] == NEXT
    assert programme["digest"] == digest(canonical(NEXT))
    assert (programme["id"], programme["version"]) == (gid("Programme", "stars"), 2)
    verified(house.store)


def test_the_order_of_signatures_does_not_matter(house: House) -> None:
    """The entry has them sorted, whoever sends them."""
    publish(house, NEXT, "grocer", "fuel")
    verified(house.store)


def test_a_partner_publishes_what_binds_it_alone(house: House) -> None:
    """Fuel needs no operator for its own points; grocer cannot publish them, nor fuel for both."""
    newer = {**LITRES, "version": 2}
    house.done(FUEL, "publishProgramme", house.programme(newer, "fuel"))
    last = {**LITRES, "version": 3}
    for actor, sent in (
        (GROCER, house.programme(last, "fuel")),
        (FUEL, house.programme(NEXT, "fuel", "grocer")),
        (as_member(gid("Member", "x")), house.programme(last, "fuel")),
    ):
        assert house.refused(actor, "publishProgramme", sent).code == "NOT_PERMITTED"


def test_everyone_that_it_binds_must_sign(house: House) -> None:
    """The refusal names who is missing and what to sign."""
    refusal = house.refused(OPERATOR, "publishProgramme", house.programme(NEXT, "fuel"))
    assert (refusal.code, refusal.field) == ("SIGNATURE_REQUIRED", ["signatures"])
    assert "grocer" in refusal.message
    assert digest(canonical(NEXT)) in refusal.message


def test_signatures_are_over_this_version(house: House) -> None:
    """A signature over another version, of another partner or none at all is refused."""
    sent = house.programme(NEXT, "fuel", "grocer")
    other = house.programme({**NEXT, "name": "Other"}, "fuel", "grocer")["signatures"]
    fuel, grocer = sent["signatures"]
    for signatures in (
        other,
        [fuel, {**fuel, "partnerId": "grocer"}],
        [fuel, {**grocer, "signature": {**grocer["signature"], "signature": "A" * 86 + "=="}}],
    ):
        refusal = house.refused(OPERATOR, "publishProgramme", {**sent, "signatures": signatures})
        assert (refusal.code, refusal.field) == ("SIGNATURE_INVALID", ["signatures"])


@pytest.mark.parametrize("partner", ["fuel", "nobody", "", "a:b", "\u202e", "x" * 70_000])
def test_signatures_are_each_partners_one(house: House, partner: str) -> None:
    """Neither a second one nor one of nobody is taken along."""
    sent = house.programme(NEXT, "fuel", "grocer")
    extra = {**sent["signatures"][0], "partnerId": partner}
    refusal = house.refused(
        OPERATOR, "publishProgramme", {**sent, "signatures": [*sent["signatures"], extra]}
    )
    assert refusal.code in ("INVALID_INPUT", "SIGNATURE_INVALID")
    assert refusal.field == ["signatures"]
    assert len(refusal.message) < 600


def test_a_version_is_published_once(house: House) -> None:
    """With another key the same version is refused."""
    sent = house.programme(STARS, "fuel", "grocer")
    refusal = house.refused(OPERATOR, "publishProgramme", sent)
    assert (refusal.code, refusal.field) == ("ALREADY_EXISTS", ["document"])


@pytest.mark.parametrize("version", [1, 3, 2**31])
def test_versions_are_counted(house: House, version: int) -> None:
    """The next of stars is 2."""
    document = {**STARS, "version": version, "name": "Changed"}
    refusal = house.refused(
        OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer")
    )
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["document", "version"])
    assert "2" in refusal.message


def test_its_currency_must_be_there(house: House) -> None:
    """Points of no currency are not given."""
    document = {**NEXT, "currency": "MOONS"}
    refusal = house.refused(
        OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer")
    )
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["document", "currency"])


def test_a_partners_own_currency_is_issued_by_it_alone(house: House) -> None:
    """Fuel's LITRES are not for grocer to give, though both would sign; else no purchase at
    grocer could be recorded any more."""
    document = {**LITRES, "version": 2, "earn": [{**LITRES["earn"][0], "partners": ["grocer"]}]}  # type: ignore[index]
    refusal = house.refused(
        OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer")
    )
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["document", "earn", "0", "partners"])
    assert "partner:fuel" in refusal.message


def test_a_partners_own_currency_may_be_spent_elsewhere(house: House) -> None:
    """A reward of grocer's for LITRES is fine."""
    document = {**LITRES, "version": 2, "rewards": [REWARD]}
    publish(house, document, "fuel", "grocer")


DEEP: Any = 1
for _ in range(20):
    DEEP = [DEEP]

# What is wrong with a document, and the path that the refusal names.
FAULTS: dict[str, tuple[Any, list[str]]] = {
    "null": (None, []),
    "a number": (5, []),
    "a text": ("stars", []),
    "a list": ([], []),
    "no members": ({}, []),
    "a boolean": (True, []),
    "a fraction": ({**NEXT, "version": 2.5}, ["version"]),
    "a whole float": ({**NEXT, "version": 2.0}, ["version"]),
    "not a number": ({**NEXT, "version": float("nan")}, ["version"]),
    "an inner null": ({**NEXT, "name": None}, ["name"]),
    "a boolean for an integer": ({**NEXT, "version": True}, ["version"]),
    "a text for an integer": ({**NEXT, "version": "2"}, ["version"]),
    "a version of 0": ({**NEXT, "version": 0}, ["version"]),
    "2^53": ({**NEXT, "version": 2**53}, ["version"]),
    "10^400": ({**NEXT, "version": 10**400}, ["version"]),
    "an unknown member": ({**NEXT, "tiers": []}, ["tiers"]),
    "an id in capitals": ({**NEXT, "id": "Stars"}, ["id"]),
    "a long id": ({**NEXT, "id": "s" * 33}, ["id"]),
    "no name": ({**NEXT, "name": ""}, ["name"]),
    "a name of spaces": ({**NEXT, "name": "  "}, ["name"]),
    "a long name": ({**NEXT, "name": "n" * 121}, ["name"]),
    "an NFD name": ({**NEXT, "name": "e\u0301"}, ["name"]),
    "a zero-width name": ({**NEXT, "name": "a\u200bb"}, ["name"]),
    "a malformed currency": ({**NEXT, "currency": "stars"}, ["currency"]),
    "no expiry": ({k: v for k, v in NEXT.items() if k != "expiry"}, []),
    "an unknown expiry": ({**NEXT, "expiry": {"after": "a while"}}, ["expiry", "after"]),
    "too many months": (
        {**NEXT, "expiry": {"after": "month_end", "months": 121}},
        ["expiry", "months"],
    ),
    "an unknown effect": ({**NEXT, "earn": [{**RULE, "effect": "gift"}]}, ["earn", "0", "effect"]),
    "no partners": ({**NEXT, "earn": [{**RULE, "partners": []}]}, ["earn", "0", "partners"]),
    "an earn without partner": ({**NEXT, "earn": [], "rewards": []}, []),
    "a malformed partner": (
        {**NEXT, "earn": [{**RULE, "partners": ["fuel", "A"]}]},
        ["earn", "0", "partners", "1"],
    ),
    "the operator for partner": ({**NEXT, "rewards": [{**REWARD, "partner": "operator"}]}, []),
    "0 points": ({**NEXT, "earn": [{**RULE, "points": 0}]}, ["earn", "0", "points"]),
    "negative points": (
        {**NEXT, "rewards": [{**REWARD, "points": -1}]},
        ["rewards", "0", "points"],
    ),
    "per 0": ({**NEXT, "earn": [{**RULE, "per_minor": 0}]}, ["earn", "0", "per_minor"]),
    "malformed money": ({**NEXT, "earn": [{**RULE, "money": "$"}]}, ["earn", "0", "money"]),
    "unknown rounding": ({**NEXT, "earn": [{**RULE, "rounding": "up"}]}, ["earn", "0", "rounding"]),
    "a second earn id": ({**NEXT, "earn": [RULE, RULE]}, ["earn", "1", "id"]),
    "a second reward id": ({**NEXT, "rewards": [REWARD, REWARD]}, ["rewards", "1", "id"]),
    "a deceptive reward": (
        {**NEXT, "rewards": [{**REWARD, "name": "A coffee\u202e"}]},
        ["rewards", "0", "name"],
    ),
    "a reward of spaces": (
        {**NEXT, "rewards": [{**REWARD, "name": " x"}]},
        ["rewards", "0", "name"],
    ),
    "a malformed member name": ({**NEXT, "na\u200bme": 1}, []),
    "an empty member name": ({**NEXT, "": 1}, []),
    "too deep": ({**NEXT, "earn": DEEP}, ["earn", *["0"] * 14]),
    "too large": (
        {**NEXT, "rewards": [{**REWARD, "id": f"r-{n}", "name": "é" * 120} for n in range(900)]},
        [],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_malformed_document_is_refused_with_the_place(house: House, fault: str) -> None:
    """A programme is read strictly, and the refusal says which of its members is wrong."""
    document, path = FAULTS[fault]
    sent = house.programme(STARS, "fuel", "grocer") | {"document": document}
    if document is None:
        assert house.failed(OPERATOR, "publishProgramme", sent)[0] == "BAD_USER_INPUT"
        return
    refusal = house.refused(OPERATOR, "publishProgramme", sent)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["document", *path])
    assert len(refusal.message) < 400


def test_a_document_may_stand_in_the_query_itself(house: House) -> None:
    """Literals are held to the same rules as variables."""
    document = (
        'mutation { publishProgramme(input: {idempotencyKey: "k", signatures: [],'
        " document: {version: %s}}) { userErrors { code field } } }"
    )
    for literal in ("1.5", "null", "x", "9" * 5000):
        data = house.ask(OPERATOR, document % literal)
        (error,) = data["publishProgramme"]["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", ["document", "version"])
