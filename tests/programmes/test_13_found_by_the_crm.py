"""Row 13, the look-up: a member is found by the CRM's id."""

from typing import Any

import pytest

from loyalty.actors import Actor, PartnerActor
from tests.coalition import OPERATOR, as_member
from tests.programmes.shop import Shop

OUTFITTER, TAILOR = PartnerActor("outfitter"), PartnerActor("tailor")
FIND = """query ($id: String!) { memberByExternalId(system: "crm", externalId: $id) {
    id displayName consents { purpose given } wallet(currency: "THREADS") { available } } }"""


@pytest.fixture
def shop() -> Shop:
    return Shop("12_omnichannel.json")


def found(shop: Shop, actor: Actor, id_: str) -> Any:
    return shop.ask(actor, FIND, id=id_)["memberByExternalId"]


def test_the_crm_finds_its_customer(shop: Shop) -> None:
    """By its own id, with what it needs to write to her: name, points, consents."""
    member = shop.enrolled("Zoë")
    asked = shop.input(memberId=member, system="crm", externalId="5f1d/0042")
    shop.done(OUTFITTER, "linkExternalId", asked)
    shop.buys(member, 4_000, "outfitter")
    form = shop.input(memberId=member, purpose="email", given=True, source="web form")
    shop.done(OUTFITTER, "setConsent", form)
    assert found(shop, OUTFITTER, "5f1d/0042") == {
        "id": member,
        "displayName": "Zoë",
        "consents": [{"purpose": "email", "given": True}],
        "wallet": {"available": 40},
    }


def test_one_crm_does_not_read_anothers_ids(shop: Shop) -> None:
    """The same id in two CRMs is two customers; nobody else finds either, nor the member itself."""
    ada, ben = shop.enrolled(), shop.enrolled()
    for actor, member in ((OUTFITTER, ada), (TAILOR, ben)):
        asked = shop.input(memberId=member, system="crm", externalId="42")
        shop.done(actor, "linkExternalId", asked)
    assert found(shop, OUTFITTER, "42")["id"] == ada
    assert found(shop, TAILOR, "42")["id"] == ben
    for actor in (OPERATOR, as_member(ada), PartnerActor("grocer")):
        assert found(shop, actor, "42") is None
    assert found(shop, OUTFITTER, "43") is None


def test_two_records_of_one_customer_find_one_member(shop: Shop) -> None:
    """A CRM that has a customer twice links both; one that it mends is linked elsewhere."""
    ada, ben = shop.enrolled(), shop.enrolled()
    for id_ in ("42", "43"):
        asked = shop.input(memberId=ada, system="crm", externalId=id_)
        shop.done(OUTFITTER, "linkExternalId", asked)
    assert [found(shop, OUTFITTER, id_)["id"] for id_ in ("42", "43")] == [ada, ada]
    wrong = shop.input(system="crm", externalId="43")
    shop.done(OUTFITTER, "unlinkExternalId", wrong)
    asked = shop.input(memberId=ben, system="crm", externalId="43")
    shop.done(OUTFITTER, "linkExternalId", asked)
    assert [found(shop, OUTFITTER, id_)["id"] for id_ in ("42", "43")] == [ada, ben]
