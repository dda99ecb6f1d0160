"""`removeEndpoint`: nothing goes there any more."""

import pytest

from loyalty.refusals import Code, Refused
from loyalty.webhooks.endpoints import Endpoint, own_endpoint
from loyalty.webhooks.ports import State
from tests.coalition import FUEL, GROCER, OPERATOR, House, own_id
from tests.webhooks import Outbox


@pytest.fixture
def outbox(house: House) -> Outbox:
    return Outbox(house)


def test_what_was_on_its_way_is_given_up(house: House, outbox: Outbox) -> None:
    """And what is new goes elsewhere alone."""
    outbox.crm.script = [500]
    endpoint = outbox.registers()
    house.earned(house.enrolled(), 5)
    outbox.told()
    house.done(GROCER, "removeEndpoint", house.input(endpointId=endpoint.id))
    house.earned(house.enrolled(), 5)
    outbox.told()
    outbox.swept(days=1)
    assert len(outbox.crm.got) == 1
    left = outbox.delivery(endpoint, outbox.crm.ids[0])
    assert (left.state, left.reason) == (State.DEAD, "the endpoint was removed")


def test_its_keys_are_forgotten(house: House, outbox: Outbox) -> None:
    """Nothing is left of it but that it was there."""
    endpoint = outbox.registers()
    house.done(GROCER, "removeEndpoint", house.input(endpointId=endpoint.id))
    found = house.store.record(Endpoint, own_id(endpoint.id))
    assert found is not None
    assert (found.record.url, found.record.keys) == ("", ())
    assert house.ask(GROCER, "{ endpoints { id } }") == {"endpoints": []}
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert house.ask(GROCER, node, id=endpoint.id) == {"node": None}


def test_it_is_removed_once(house: House, outbox: Outbox) -> None:
    """A second time there is none; another removes nobody's, not even an operator a partner's."""
    endpoint = outbox.registers()
    for actor in (FUEL, OPERATOR):
        sent = house.input(endpointId=endpoint.id)
        assert house.refused(actor, "removeEndpoint", sent).code == "NOT_FOUND"
    house.done(GROCER, "removeEndpoint", house.input(endpointId=endpoint.id))
    sent = house.input(endpointId=endpoint.id)
    assert house.refused(GROCER, "removeEndpoint", sent).code == "NOT_FOUND"


@pytest.mark.parametrize("id_", ["x", "x" * 3_000, "..", "a#b", "7zzzzzzzzzzzzzzzzzzzzzzzzz#"])
def test_what_can_be_no_endpoints_id_is_not_looked_for(
    house: House, id_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be part of a key of the table, which has its own form and 1024 bytes at most."""
    monkeypatch.setattr(house.store, "record", lambda *_: pytest.fail("it was looked for"))
    with pytest.raises(Refused) as caught:
        own_endpoint(house.coalition, GROCER, id_)
    assert (caught.value.code, caught.value.field) == (Code.NOT_FOUND, ("endpointId",))
