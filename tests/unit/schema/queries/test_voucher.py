"""Vouchers, which are found by `node(id)` alone."""

from tests.coalition import FUEL, GROCER, OPERATOR, House, as_member

QUERY = """query ($id: ID!) { node(id: $id) { ... on Voucher {
    rewardId name partnerId issuedAt usedAt } } }"""


def test_its_member_its_partner_and_operators_see_it(house: House) -> None:
    """Other members and partners find nothing: whoever has the id could use it up."""
    member = house.enrolled()
    house.earned(member, 80)
    voucher = house.voucher(member)
    for actor in (as_member(member), GROCER, OPERATOR):
        assert house.ask(actor, QUERY, id=voucher)["node"] == {
            "rewardId": "coffee",
            "name": "A coffee",
            "partnerId": "grocer",
            "issuedAt": "2026-11-21T12:00:00.000Z",
            "usedAt": None,
        }
    for stranger in (FUEL, as_member(house.enrolled())):
        assert house.ask(stranger, QUERY, id=voucher) == {"node": None}
