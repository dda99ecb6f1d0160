"""`rotateEndpointSecret`: new keys, and the old ones for a while."""

from typing import Any

import pytest

from loyalty.webhooks.endpoints import Endpoint
from tests.coalition import FUEL, GROCER, House, own_id
from tests.webhooks import Message, Outbox, Registered

ROTATE = """mutation ($input: RotateEndpointSecretInput!) { rotateEndpointSecret(input: $input) {
    endpoint { id publicKeys } secret userErrors { code } } }"""


@pytest.fixture
def outbox(house: House) -> Outbox:
    return Outbox(house)


def rotated(house: House, endpoint: Registered, hours: int) -> Any:
    sent = house.input(endpointId=endpoint.id, overlapHours=hours)
    made = house.execute(ROTATE, GROCER, input=sent).data["rotateEndpointSecret"]
    again = house.execute(ROTATE, GROCER, input=sent).data["rotateEndpointSecret"]
    assert again == {**made, "secret": None}
    return made


def next_message(house: House, outbox: Outbox) -> Message:
    house.earned(house.enrolled(), 5)
    outbox.told()
    return outbox.crm.got[-1]


def test_both_sign_until_the_overlap_is_over(house: House, outbox: Outbox) -> None:
    """A receiver changes over whenever it likes in between."""
    old = outbox.registers()
    new = rotated(house, old, 24)
    assert new["secret"] != old.secret
    assert len(new["endpoint"]["publicKeys"]) == 2
    house.later(hours=23)
    message = next_message(house, outbox)
    assert message.holds(old.secret)
    assert message.holds(new["secret"])
    assert all(message.holds_for(key) for key in new["endpoint"]["publicKeys"])
    house.later(hours=1)
    message = next_message(house, outbox)
    assert message.holds(new["secret"])
    assert not message.holds(old.secret)
    assert not message.holds_for(old.public)


def test_one_that_has_leaked_ends_at_once(house: House, outbox: Outbox) -> None:
    """With no overlap: the id that it was derived from is forgotten, so nobody derives it again."""
    old = outbox.registers()
    new = rotated(house, old, 0)
    message = next_message(house, outbox)
    assert message.holds(new["secret"])
    assert not message.holds(old.secret)
    assert not message.holds_for(old.public)
    kept = house.store.record(Endpoint, own_id(old.id))
    assert kept is not None
    assert len(kept.record.keys) == 1


def test_two_are_the_most_that_sign(house: House, outbox: Outbox) -> None:
    """A third ends the first, whatever its overlap was."""
    first = outbox.registers()
    second = rotated(house, first, 168)
    third = rotated(house, first, 168)
    message = next_message(house, outbox)
    assert not message.holds(first.secret)
    assert message.holds(second["secret"])
    assert message.holds(third["secret"])


@pytest.mark.parametrize("hours", [-1, 169, 10**9])
def test_an_overlap_has_bounds(house: House, outbox: Outbox, hours: int) -> None:
    sent = house.input(endpointId=outbox.registers().id, overlapHours=hours)
    refusal = house.refused(GROCER, "rotateEndpointSecret", sent)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["overlapHours"])


def test_nobody_else_rotates_it(house: House, outbox: Outbox) -> None:
    """Another partner is told what it would be told of one that there is not."""
    sent = house.input(endpointId=outbox.registers().id, overlapHours=1)
    assert house.refused(FUEL, "rotateEndpointSecret", sent).code == "NOT_FOUND"
