"""`programmeDiff`: what a published version changed."""

import pytest

from tests.coalition import FLORIST, OPERATOR, STARS, House, as_member, gid

QUERY = """query ($id: ID!, $from: Int!, $to: Int!) {
    programmeDiff(programmeId: $id, from: $from, to: $to) {
        changes { path turn text old new } signs joining leaving
        userErrors { code field message } } }"""
COFFEE, WASH = STARS["rewards"]  # type: ignore[misc]


@pytest.fixture
def changed(house: House) -> House:
    """With a second version, in which coffee is dearer and nobody washes cars."""
    dearer = [{**COFFEE, "points": 60}]
    newer = {**STARS, "version": 2, "rewards": dearer, "expiry": {"after": "never"}}
    house.done(OPERATOR, "publishProgramme", house.programme(newer, "fuel", "grocer"))
    return house


def test_everyone_sees_what_changed(changed: House) -> None:
    """Also a member, and a partner whom it does not bind; both ways."""
    id_ = gid("Programme", "stars")
    for actor in (as_member(changed.enrolled()), FLORIST, OPERATOR):
        found = changed.ask(actor, QUERY, id=id_, **{"from": 1, "to": 2})["programmeDiff"]
        price, wash, expiry = found["changes"]
        assert price == {
            "path": ["rewards", "coffee", "points"],
            "turn": "WORSE",
            "text": "A coffee is dearer: 60 points, not 50",
            "old": 50,
            "new": 60,
        }
        assert (wash["path"], wash["old"], wash["new"]) == (["rewards", "wash"], WASH, None)
        assert expiry["turn"] == "BETTER"
        assert (found["signs"], found["joining"]) == (["fuel", "grocer"], [])
    back = changed.ask(OPERATOR, QUERY, id=id_, **{"from": 2, "to": 1})["programmeDiff"]
    assert [each["turn"] for each in back["changes"]] == ["BETTER", "BETTER", "WORSE"]


@pytest.mark.parametrize(
    ("id_", "versions", "field"),
    [
        ("stars", {"from": 1, "to": 3}, ["to"]),
        ("stars", {"from": 0, "to": 2}, ["from"]),
        ("moons", {"from": 1, "to": 2}, ["from"]),
        ("X", {"from": 1, "to": 2}, ["programmeId"]),
    ],
)
def test_a_version_that_there_is_not_is_named(
    changed: House, id_: str, versions: dict[str, int], field: list[str]
) -> None:
    """By the argument that names it."""
    found = changed.ask(OPERATOR, QUERY, id=gid("Programme", id_), **versions)["programmeDiff"]
    (error,) = found["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", field)
    assert found["changes"] == []


def test_nobody_asks_without_a_token(changed: House) -> None:
    """As for everything else."""
    answer = changed.execute(QUERY, None, id=gid("Programme", "stars"), **{"from": 1, "to": 2})
    assert answer.codes == ["UNAUTHENTICATED"]
