"""`blocks(first, after)`: the sealed batches, newest first."""

from typing import Any

import pytest

from tests.coalition import OPERATOR, House
from tests.sealing import SealedHouse

QUERY = """query ($first: Int! = 20, $after: String) { blocks(first: $first, after: $after) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { height at size first prev hash totals
        balances { currency root owed arrears wallets } } } } }"""


@pytest.fixture
def three(sealed: SealedHouse) -> SealedHouse:
    """A log of three blocks: the founding, two purchases, one purchase."""
    sealed.sealed()
    member = sealed.enrolled()
    for points in ((10, 20), (5,)):
        for each in points:
            sealed.earned(member, each)
        sealed.sealed()
    return sealed


def nodes(page: Any) -> list[Any]:
    return [edge["node"] for edge in page["edges"]]


def test_blocks_lead_to_one_another_and_say_what_is_owed(three: SealedHouse) -> None:
    """Newest first; each names the one before, and follows on it."""
    newest, second, first = nodes(three.ask(OPERATOR, QUERY)["blocks"])
    assert [newest["height"], second["height"], first["height"]] == [2, 1, 0]
    assert (newest["prev"], second["prev"]) == (second["hash"], first["hash"])
    assert (newest["first"], second["first"], first["first"]) == (second["size"], first["size"], 0)
    assert newest["size"] == three.published().size
    stars = [
        {row["currency"]: row for row in each["balances"]}["STARS"] for each in (newest, first)
    ]
    assert (stars[0]["owed"], stars[0]["wallets"]) == (35, 1)
    assert (stars[1]["owed"], stars[1]["wallets"]) == (0, 0)


def test_pages_are_walked_to_the_first_block(three: SealedHouse) -> None:
    """One by one, every block comes once."""
    heights, after = [], None
    for more in (True, True, False):
        page = three.ask(OPERATOR, QUERY, first=1, after=after)["blocks"]
        heights += [node["height"] for node in nodes(page)]
        assert page["pageInfo"]["hasNextPage"] is more
        after = page["pageInfo"]["endCursor"]
    assert heights == [2, 1, 0]
    assert three.ask(OPERATOR, QUERY, after=after)["blocks"]["edges"] == []


@pytest.mark.parametrize("after", ["", "x", "-1", "1", "0", "999", "1" * 40, "٣"])
def test_a_cursor_that_no_page_gave_is_refused(three: SealedHouse, after: str) -> None:
    """Where no block ends, and where nothing is."""
    assert three.execute(QUERY, OPERATOR, after=after).codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("first", [0, -1, 101])
def test_a_page_has_its_bounds(three: SealedHouse, first: int) -> None:
    """1 to 100, as everywhere."""
    assert three.execute(QUERY, OPERATOR, first=first).codes == ["BAD_USER_INPUT"]


def test_before_the_first_block_the_page_is_empty(sealed: SealedHouse, house: House) -> None:
    """There is nothing to wait for: a list may be empty."""
    for unsealed in (sealed, house):
        page = unsealed.ask(OPERATOR, QUERY)["blocks"]
        assert page["edges"] == []
        assert page["pageInfo"]["hasNextPage"] is False
