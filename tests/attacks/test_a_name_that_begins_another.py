"""A partner whose id begins another's asks for the other's transactions."""

from loyalty.actors import PartnerActor
from tests.coalition import GROCER, OPERATOR, House

QUERY = "query ($id: ID!) { transaction(id: $id) { kind } }"


def test_gro_does_not_see_what_is_grocers(house: House) -> None:
    """Accounts are compared whole: `partner:gro` is not `partner:grocer`."""
    house.done(OPERATOR, "registerPartner", house.registration("gro"))
    earned = house.earned(house.enrolled(), 10)
    assert house.ask(GROCER, QUERY, id=earned)["transaction"]["kind"] == "earn"
    assert house.ask(PartnerActor("gro"), QUERY, id=earned)["transaction"] is None
