"""Requests of partners, keys, currencies and programmes, each of which must succeed."""

from tests.coalition import FUEL, GROCER, LITRES, OPERATOR, STARS, House, an_operator
from tests.inputs import Request


def register_partner(house: House) -> Request:
    return OPERATOR, house.registration("bakery", name="Bäckerei")


def register_operator_key(house: House) -> Request:
    return OPERATOR, house.operator_key(OPERATOR)


def add_partner_key(house: House) -> Request:
    return GROCER, house.partner_key("grocer", "grocer-2")


def add_partner_key_that_lost_its_own(house: House) -> Request:
    house.keyed(OPERATOR)
    return OPERATOR, house.partner_key("grocer", "grocer-2", by="ann")


def revoke_key(house: House) -> Request:
    return GROCER, house.revocation("partner:grocer", "grocer", by="grocer")


def revoke_operators_key(house: House) -> Request:
    bob = an_operator("bob")
    house.keyed(OPERATOR, bob)
    return OPERATOR, house.revocation("operator:bob", "bob", by="ann")


def create_currency(house: House) -> Request:
    return OPERATOR, house.input(code="MILES", decimals=2)


def create_owned_currency(house: House) -> Request:
    return OPERATOR, house.owned_currency("CRUMBS", "grocer", 2)


def publish_programme(house: House) -> Request:
    return FUEL, house.programme({**LITRES, "id": "wash", "earn": [], "rewards": [WASH]}, "fuel")


WASH = STARS["rewards"][1]  # type: ignore[index]
