"""`removeEndpoint`: nothing goes there any more."""

from typing import Any

import pytest

from loyalty.webhooks.endpoints import Endpoint
from loyalty.webhooks.ports import State
from tests.coalition import FUEL, GROCER, OPERATOR, House, gid, own_id
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
    record = house.store.record

    def looked_for(kind: Any, key: str) -> Any:
        assert kind is not Endpoint
        return record(kind, key)

    monkeypatch.setattr(house.store, "record", looked_for)
    sent = house.input(endpointId=gid("Endpoint", id_))
    refusal = house.refused(GROCER, "removeEndpoint", sent)
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["endpointId"])
