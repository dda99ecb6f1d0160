"""`adjustmentsWaiting`: what operators should approve or decline."""

from typing import Any

import pytest

from loyalty import approvals
from tests.coalition import GROCER, OPERATOR, STARS, House, as_member, gid
from tests.requests.adjustments import GOODWILL, ZOE

QUERY = """query ($first: Int! = 100, $after: String) {
    adjustmentsWaiting(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { points member { id } } } } }"""


@pytest.fixture
def member(house: House) -> str:
    """Operators have keys, and STARS has goodwill."""
    house.keyed(OPERATOR, ZOE)
    document = {**STARS, "version": 2, "goodwill": GOODWILL}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer"))
    return house.enrolled()


def asked(house: House, member: str, points: int) -> dict[str, Any]:
    programme = gid("Programme", "stars")
    input_ = house.input(memberId=member, programmeId=programme, points=points, reason="a spill")
    return house.signed(OPERATOR, "adjust", input_)


def waits(house: House, member: str, points: int) -> dict[str, Any]:
    sent = asked(house, member, points)
    found: dict[str, Any] = house.done(OPERATOR, "adjustPoints", sent)["adjustment"]
    return found


def test_what_lapses_first_is_first(house: House, member: str) -> None:
    """A page at a time, and only what waits still."""
    for number in range(5):
        last = waits(house, member, 600 + number)
        house.later(hours=1)
    house.done(ZOE, "approveAdjustment", house.approval(ZOE, last))
    pages, after = [], None
    while True:
        page = house.ask(ZOE, QUERY, first=2, after=after)["adjustmentsWaiting"]
        pages.append([edge["node"] for edge in page["edges"]])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert [[each["points"] for each in page] for page in pages] == [[600, 601], [602, 603]]
    assert pages[0][0]["member"] == {"id": member}
    house.later(days=7, hours=-5)
    left = house.ask(ZOE, QUERY)["adjustmentsWaiting"]["edges"]
    assert [edge["node"]["points"] for edge in left] == [601, 602, 603]


def test_operators_alone_see_it(house: House, member: str) -> None:
    """For partners and members it is absent, and for nobody an error."""
    waits(house, member, 600)
    for actor in (GROCER, as_member(member)):
        assert house.ask(actor, QUERY)["adjustmentsWaiting"] is None
    assert house.execute(QUERY, None).codes == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("first", [0, -1, 101])
def test_a_page_has_its_bounds(house: House, first: int) -> None:
    """1 to 100."""
    assert house.execute(QUERY, OPERATOR, first=first).codes == ["BAD_USER_INPUT"]


def test_there_is_an_end_to_what_may_wait(
    house: House, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is one record: when it is full, what waits is decided on first; what has lapsed
    takes no place."""
    monkeypatch.setattr(approvals, "WAITING_MAX", 2)
    waits(house, member, 600)
    house.later(days=1)
    waits(house, member, 601)
    refusal = house.refused(OPERATOR, "adjustPoints", asked(house, member, 602))
    assert refusal.code == "LIMIT_EXCEEDED"
    house.later(days=6)
    waits(house, member, 602)
