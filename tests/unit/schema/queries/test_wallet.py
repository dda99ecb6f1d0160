"""`wallet(id)`: a member's points in one currency."""

import pytest

from tests.coalition import FLORIST, FUEL, GROCER, OPERATOR, House, as_member

QUERY = """query ($id: ID!, $first: Int! = 20, $after: String) { wallet(id: $id) {
    currency available lapsed held pending arrears member { id }
    lots { expires issuer points lapsed } head { seq entryHash at }
    transactions(first: $first, after: $after) { edges { cursor node { id kind entryHash } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


def test_a_new_wallet_is_empty(house: House) -> None:
    """Nothing is there, and no entry is its head."""
    member = house.enrolled()
    wallet = house.ask(OPERATOR, QUERY, id=house.wallet(member)["id"])["wallet"]
    assert wallet.pop("transactions") == {
        "edges": [],
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
    }
    assert wallet == {
        "currency": "STARS",
        **dict.fromkeys(("available", "lapsed", "held", "pending", "arrears"), 0),
        "member": {"id": member},
        "lots": [],
        "head": None,
    }


def test_its_head_is_its_newest_entry(house: House) -> None:
    """The newest of its transactions is what the chain ends with."""
    member = house.enrolled()
    house.earned(member, 10)
    newest = house.earned(member, 20)
    wallet = house.ask(as_member(member), QUERY, id=house.wallet(member)["id"])["wallet"]
    first = wallet["transactions"]["edges"][0]
    assert first["node"]["id"] == newest
    assert first["node"]["entryHash"] == wallet["head"]["entryHash"]
    assert wallet["head"]["seq"] == 2


def test_pages_add_up_to_the_chain(house: House) -> None:
    """Newest first, page after page, each transaction once."""
    member = house.enrolled()
    earned = [house.earned(member, 1 + number) for number in range(7)]
    id_ = house.wallet(member)["id"]
    seen: list[str] = []
    after = None
    for more in (True, True, False):
        page = house.ask(OPERATOR, QUERY, id=id_, first=3, after=after)["wallet"]["transactions"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        assert page["pageInfo"]["hasNextPage"] is more
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = page["pageInfo"]["endCursor"]
    assert seen == earned[::-1]


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
def test_a_page_has_bounds(house: House, first: int) -> None:
    """1 to 100 at a time."""
    id_ = house.wallet(house.enrolled())["id"]
    assert house.execute(QUERY, OPERATOR, id=id_, first=first).codes == ["BAD_USER_INPUT"]


def test_both_ends_of_a_page_are_in(house: House) -> None:
    """1 and 100 are taken."""
    id_ = house.wallet(house.enrolled())["id"]
    for first in (1, 100):
        house.ask(OPERATOR, QUERY, id=id_, first=first)


@pytest.mark.parametrize("after", ["", "x", "-1", "1.5", "1" * 13, "٣", "\u202e", " 1", "1\n"])
def test_what_is_no_cursor_is_bad_input(house: House, after: str) -> None:
    """Only what an earlier page gave is taken."""
    id_ = house.wallet(house.enrolled())["id"]
    assert house.execute(QUERY, OPERATOR, id=id_, after=after).codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(("after", "count"), [("0", 0), ("1", 0), ("2", 1), ("9" * 12, 1)])
def test_a_cursor_out_of_range_is_a_page(house: House, after: str, count: int) -> None:
    """Before the first there is nothing, and past the newest the newest."""
    member = house.enrolled()
    house.earned(member, 1)
    wallet = house.ask(OPERATOR, QUERY, id=house.wallet(member)["id"], after=after)["wallet"]
    assert len(wallet["transactions"]["edges"]) == count


def test_a_member_does_not_see_anothers_wallet(house: House) -> None:
    """Another's is to it as one that there is not."""
    member, other = house.enrolled(), house.enrolled()
    assert house.ask(as_member(other), QUERY, id=house.wallet(member)["id"]) == {"wallet": None}


def test_a_partner_sees_its_own_transactions_in_it(house: House) -> None:
    """A till may see the balance, and not where else the member shops; paging still goes on."""
    member = house.enrolled()
    at_grocer = [house.earned(member, 1), house.earned(member, 2)]
    at_fuel = house.earned(member, 3, FUEL)
    id_ = house.wallet(member)["id"]
    for actor, own in ((GROCER, at_grocer[::-1]), (FUEL, [at_fuel]), (FLORIST, [])):
        wallet = house.ask(actor, QUERY, id=id_)["wallet"]
        assert wallet["available"] == 6
        assert [edge["node"]["id"] for edge in wallet["transactions"]["edges"]] == own
    page = house.ask(GROCER, QUERY, id=id_, first=1)["wallet"]["transactions"]
    assert page["edges"] == []
    assert page["pageInfo"]["hasNextPage"] is True
    after = page["pageInfo"]["endCursor"]
    page = house.ask(GROCER, QUERY, id=id_, first=1, after=after)["wallet"]["transactions"]
    assert page["edges"][0]["node"]["id"] == at_grocer[1]


def test_lapsed_lots_are_told_apart(house: House) -> None:
    """What has lapsed is not available, though it still stands in the lots."""
    member = house.enrolled()
    house.earned(member, 10)
    house.later(days=370)
    house.earned(member, 5)
    house.later(days=5)
    wallet = house.wallet(member)
    assert (wallet["available"], wallet["lapsed"]) == (5, 10)
    assert [(lot["points"], lot["lapsed"]) for lot in wallet["lots"]] == [(10, True), (5, False)]
