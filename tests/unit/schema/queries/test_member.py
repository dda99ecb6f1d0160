"""`member(id)`: one who collects points."""

from tests.coalition import GROCER, OPERATOR, House, as_member

QUERY = """query ($id: ID!) { member(id: $id) { displayName enrolledAt
    wallets { currency available } stars: wallet(currency: "STARS") { available }
    none: wallet(currency: "MOONS\u202e") { available } } }"""


def test_operators_partners_and_the_member_see_it(house: House) -> None:
    """They see the same, and a currency that there is not is no wallet."""
    member = house.enrolled("Zoë")
    house.earned(member, 12)
    for actor in (OPERATOR, GROCER, as_member(member)):
        assert house.ask(actor, QUERY, id=member)["member"] == {
            "displayName": "Zoë",
            "enrolledAt": "2026-11-21T12:00:00.000Z",
            "wallets": [
                {"currency": "LITRES", "available": 0},
                {"currency": "STARS", "available": 12},
            ],
            "stars": {"available": 12},
            "none": None,
        }


def test_a_member_does_not_see_another(house: House) -> None:
    """Another is to it as one that there is not."""
    other = house.enrolled()
    assert house.ask(as_member(other), QUERY, id=house.enrolled()) == {"member": None}
