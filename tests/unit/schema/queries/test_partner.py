"""`partner(id)`: a brand of the coalition."""

from tests.coalition import House, as_member, gid
from tests.signing import key_of


def test_everyone_sees_a_partner(house: House) -> None:
    """Its name and the keys in force now are no secret among those who take part."""
    query = "query ($id: ID!) { partner(id: $id) { partnerId name keys } }"
    data = house.ask(as_member(house.enrolled()), query, id=gid("Partner", "fuel"))
    keys = [str(key_of("fuel").verifier)]
    assert data["partner"] == {"partnerId": "fuel", "name": "Fuel", "keys": keys}
