"""Attack: one person is enrolled twice, has both take a place of an offer, and is merged before or
after: a member has one place, whatever it was called when it took it.
"""

import pytest

from tests.coalition import OPERATOR, as_member, verified
from tests.programmes.shop import Shop
from tests.programmes.test_03_early_access import may, place, takes

NODE = "query ($id: ID!) { node(id: $id) { id } }"


@pytest.fixture
def shop() -> Shop:
    shop = Shop("03_early_access.json")
    shop.keyed(OPERATOR)
    return shop


def test_who_was_merged_has_its_place_and_no_second(shop: Shop) -> None:
    """It sees the place, gives it back, and then may have another."""
    ana, anna = shop.enrolled(), shop.enrolled()
    first = takes(shop, ana)
    asked = shop.input(fromMemberId=ana, intoMemberId=anna, reason="enrolled twice")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", asked))
    assert may(shop, "field-test", anna)["hasPlace"] is True
    refusal = shop.refused(as_member(anna), "takePlace", place(shop, anna))
    assert refusal.code == "LIMIT_EXCEEDED"
    assert shop.ask(as_member(anna), NODE, id=first)["node"] == {"id": first}
    assert shop.ask(as_member(shop.enrolled()), NODE, id=first)["node"] is None
    shop.done(as_member(anna), "giveBackPlace", shop.input(placeId=first))
    second = takes(shop, anna)
    assert second != first
    assert may(shop, "field-test", anna)["placesLeft"] == 24
    verified(shop.store)
