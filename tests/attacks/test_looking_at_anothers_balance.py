"""A member gives one point to another, to see what that one has."""

from tests.coalition import OPERATOR, House, as_member, gid, own_id

SEEN = "entry entryHash chains { wallet available }"
QUERY = f"query ($id: ID!) {{ transaction(id: $id) {{ {SEEN} }} }}"


def test_a_gift_does_not_show_the_receivers_balance(house: House) -> None:
    """Each side sees its own balances; the entry, which states both, only operators see."""
    ada, ben = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    house.earned(ben, 900)
    gift = house.input(toMemberId=ben, currency="STARS", points=1)
    transfer = house.done(as_member(ada), "transferPoints", gift)["transaction"]
    assert [link["available"] for link in transfer["chains"]] == [99]
    for member, available in ((ada, 99), (ben, 901)):
        seen = house.ask(as_member(member), QUERY, id=transfer["id"])["transaction"]
        own = own_id(house.wallet(member)["id"])
        assert seen["chains"] == [{"wallet": own, "available": available}]
        assert seen["entry"] is None
        assert seen["entryHash"]
    assert len(house.ask(OPERATOR, QUERY, id=transfer["id"])["transaction"]["chains"]) == 2


def test_a_members_own_entry_is_shown_whole(house: House) -> None:
    """Where it touches its own wallet alone, a member can check every byte."""
    ada = house.enrolled()
    earned = house.earned(ada, 100)
    seen = house.ask(as_member(ada), QUERY, id=earned)["transaction"]
    assert seen["entry"].startswith('{"at":')
    assert gid("Transaction", own_id(earned)) == earned
