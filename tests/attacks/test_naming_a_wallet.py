"""A partner reads wallet ids off the ledger, and asks whose they are."""

from tests.coalition import FLORIST, GROCER, OPERATOR, House, as_member

WALLET = "query ($id: ID!) { wallet(id: $id) { available member { id displayName } } }"
NODE = "query ($id: ID!) { node(id: $id) { ... on Wallet { member { displayName } } } }"
MEMBER = "query ($id: ID!) { member(id: $id) { displayName wallets { id available } } }"


def test_a_wallet_id_tells_a_partner_nobodys_name(house: House) -> None:
    """What stands on the ledger leads partners to no member; operators and the member see it."""
    ada = house.enrolled("Ada")
    wallet = house.wallet(ada)["id"]
    assert house.ask(FLORIST, WALLET, id=wallet)["wallet"]["member"] is None
    assert house.ask(FLORIST, NODE, id=wallet)["node"]["member"] is None
    for actor in (OPERATOR, as_member(ada)):
        assert house.ask(actor, WALLET, id=wallet)["wallet"]["member"]["displayName"] == "Ada"


def test_a_partner_that_left_reads_nothing_of_members(house: House) -> None:
    """Its tokens may live on for a while; what they show ends when it leaves."""
    ada = house.enrolled("Ada")
    wallet = house.wallet(ada)["id"]
    assert house.ask(GROCER, MEMBER, id=ada)["member"]["displayName"] == "Ada"
    house.leave("grocer")
    house.later(seconds=1)
    assert house.ask(GROCER, MEMBER, id=ada)["member"] is None
    assert house.ask(GROCER, WALLET, id=wallet)["wallet"] is None
