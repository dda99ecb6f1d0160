"""`coalition`: who takes part."""

from typing import Any

import pytest

from tests.coalition import GROCER, OPERATOR, House, as_member, gid
from tests.sealing import LOG_KEY
from tests.signing import ORIGIN, key_of

PARTNERS = """query ($first: Int! = 100, $after: String) { coalition {
    partners(first: $first, after: $after) {
        edges { cursor node { partnerId name keys } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
    programmes(first: $first, after: $after) {
        edges { cursor node { programmeId name version currency digest
            rewards { rewardId points partner { name } } } }
        pageInfo { hasNextPage endCursor } } } }"""


def test_everyone_who_has_a_token_sees_who_takes_part(house: House) -> None:
    """Origin, currencies, the head of governance and the keys of entries are no secret."""
    for actor in (OPERATOR, GROCER, as_member(gid("Member", "x"))):
        data = house.ask(
            actor,
            "{ coalition { origin now entryKeys logKeys currencies { code owner decimals }"
            " governance { seq entryHash at } } }",
        )["coalition"]
        assert data["origin"] == ORIGIN
        assert data["now"] == "2026-11-21T12:00:00.000Z"
        assert data["entryKeys"] == [str(house.coalition.entry_signer.verifier)]
        assert data["logKeys"] == [str(LOG_KEY.verifier)]
        assert data["currencies"] == [
            {"code": "STARS", "owner": "coalition", "decimals": 0},
            {"code": "LITRES", "owner": "partner:fuel", "decimals": 0},
        ]
        assert data["governance"]["seq"] == 11


def test_without_token_nothing_is_seen(house: House) -> None:
    """The coalition is for those who take part."""
    assert house.execute("{ coalition { origin } }", None).codes == ["UNAUTHENTICATED"]


def test_partners_and_programmes_are_listed_by_id(house: House) -> None:
    """A list has all of them in one order, with what each is."""
    data = house.ask(OPERATOR, PARTNERS)["coalition"]
    partners = [edge["node"] for edge in data["partners"]["edges"]]
    assert [each["partnerId"] for each in partners] == ["florist", "fuel", "grocer"]
    assert partners[2] == {
        "partnerId": "grocer",
        "name": "Grocer",
        "keys": [str(key_of("grocer").verifier)],
    }
    programmes = [edge["node"] for edge in data["programmes"]["edges"]]
    assert [each["programmeId"] for each in programmes] == ["litres", "stars"]
    assert programmes[1]["rewards"][0]["partner"] == {"name": "Grocer"}


def test_pages_add_up_to_the_list(house: House) -> None:
    """Page after page, each begins where the one before ended."""
    seen: list[str] = []
    after = None
    while True:
        page = house.ask(OPERATOR, PARTNERS, first=2, after=after)["coalition"]["partners"]
        seen += [edge["node"]["partnerId"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == ["florist", "fuel", "grocer"]


@pytest.mark.parametrize("after", ["zzz", "é", "\u202e", "#" * 5000, "grocer"])
def test_past_the_last_there_is_nothing(house: House, after: str) -> None:
    """Any text is a place in the order of ids; past the last is an empty page."""
    page = house.ask(OPERATOR, PARTNERS, after=after)["coalition"]["partners"]
    assert page["edges"] == [] or after == "#" * 5000
    assert page["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
def test_a_page_has_bounds(house: House, first: int) -> None:
    """1 to 100 at a time."""
    answer = house.execute(PARTNERS, OPERATOR, first=first)
    assert set(answer.codes) == {"BAD_USER_INPUT"}
    assert str(first) in answer.errors[0]["message"]


@pytest.mark.parametrize("first", [2**31, "2", 1.5, True])
def test_what_is_no_number_does_not_fit(house: House, first: Any) -> None:
    """How many is an integer."""
    assert house.execute(PARTNERS, OPERATOR, first=first).codes == ["BAD_USER_INPUT"]


def test_a_revoked_key_is_not_listed(house: House) -> None:
    """The keys of a partner are those in force now."""
    house.later(minutes=1)
    house.revoke("grocer")
    house.later(minutes=1)
    edges = house.ask(OPERATOR, PARTNERS)["coalition"]["partners"]["edges"]
    assert edges[2]["node"]["keys"] == []
