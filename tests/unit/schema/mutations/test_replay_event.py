"""`replayEvent`: an event is sent again, with the id that it has."""

from typing import Any

import pytest

from functions.events import tell
from ledger.names import TransactionId
from loyalty.webhooks.ports import Delivery, Reply, State
from loyalty.webhooks.schedule import LEASE_S, begun_again
from tests.coalition import FUEL, GROCER, OPERATOR, House, own_id
from tests.webhooks import Outbox, Registered


@pytest.fixture
def outbox(house: House) -> Outbox:
    return Outbox(house)


def replays(house: House, endpoint: Registered, event: str) -> None:
    answer = house.done(GROCER, "replayEvent", house.input(eventId=event, endpointId=endpoint.id))
    assert answer == {"eventId": event}


def event_of(house: House) -> str:
    return f"evt_{own_id(house.earned(house.enrolled(), 12))}_0"


def test_what_was_taken_is_sent_again(house: House, outbox: Outbox) -> None:
    """Same id, same body: a receiver that remembers ids does it once."""
    endpoint = outbox.registers()
    event = event_of(house)
    outbox.told()
    replays(house, endpoint, event)
    records = outbox.records()
    for _ in range(3):
        tell(outbox.deliverer, {"Records": records})
    first, second = outbox.crm.got
    assert (first.id, first.body) == (second.id, second.body) == (event, first.body)


def test_what_was_given_up_is_sent_again_with_all_its_attempts(
    house: House, outbox: Outbox
) -> None:
    """It is no dead letter any more."""
    endpoint = outbox.registers()
    event = event_of(house)
    outbox.crm.script = [500] * 11
    outbox.told()
    for _ in range(12):
        outbox.swept(days=2)
    assert outbox.delivery(endpoint, event).state is State.DEAD
    replays(house, endpoint, event)
    outbox.told()
    assert outbox.delivery(endpoint, event).attempts == 1
    assert outbox.swept(minutes=1) == 1
    assert outbox.delivery(endpoint, event).state is State.DELIVERED
    letters = "query ($id: ID!) { deadLetters(endpointId: $id) { edges { cursor } } }"
    assert house.ask(GROCER, letters, id=endpoint.id) == {"deadLetters": {"edges": []}}


def test_an_event_from_before_the_endpoint_can_be_had(house: House, outbox: Outbox) -> None:
    """Of whatever type, as far as it may be told."""
    event = event_of(house)
    outbox.told()
    endpoint = outbox.registers(GROCER, "https://new.example/", "tier.changed")
    replays(house, endpoint, event)
    outbox.told()
    assert outbox.crm.ids == [event]


def test_nobody_gets_what_it_may_not_be_told(house: House, outbox: Outbox) -> None:
    """An event of others is as one that there is not; so is another's endpoint."""
    event = event_of(house)
    fuels, grocers = outbox.registers(FUEL), outbox.registers(GROCER)
    sent = house.input(eventId=event, endpointId=fuels.id)
    foreign = house.refused(FUEL, "replayEvent", sent)
    none = f"evt_{own_id(grocers.id)}_0"
    unknown = house.refused(FUEL, "replayEvent", house.input(eventId=none, endpointId=fuels.id))
    assert foreign == unknown
    assert (foreign.code, foreign.field) == ("NOT_FOUND", ["eventId"])
    for actor in (FUEL, OPERATOR):
        sent = house.input(eventId=event, endpointId=grocers.id)
        refusal = house.refused(actor, "replayEvent", sent)
        assert (refusal.code, refusal.field) == ("NOT_FOUND", ["endpointId"])


def test_no_number_past_those_of_the_row_is_an_event(house: House, outbox: Outbox) -> None:
    """The request is there, the event is not."""
    endpoint = outbox.registers()
    event = event_of(house)
    for wrong in (event[:-1] + "1", event[:-1] + "n0"):
        sent = house.input(eventId=wrong, endpointId=endpoint.id)
        assert house.refused(GROCER, "replayEvent", sent).code == "NOT_FOUND"


def test_a_disabled_endpoint_is_registered_anew(house: House, outbox: Outbox) -> None:
    """It said that it wants nothing."""
    outbox.crm.script = [410]
    endpoint = outbox.registers()
    event = event_of(house)
    outbox.told()
    sent = house.input(eventId=event, endpointId=endpoint.id)
    assert house.refused(GROCER, "replayEvent", sent).code == "NOT_ELIGIBLE"


def test_one_that_is_under_way_begins_anew(house: House, outbox: Outbox) -> None:
    """A replay of what waits for its next attempt is sent at once."""
    endpoint = outbox.registers()
    event = event_of(house)
    outbox.crm.script = [500]
    outbox.told()
    replays(house, endpoint, event)
    outbox.told()
    assert outbox.delivery(endpoint, event).state is State.DELIVERED
    assert outbox.swept(days=1) == 0


def test_a_replay_is_not_lost_to_the_attempt_that_was_under_way(
    house: House, outbox: Outbox
) -> None:
    """It was asked for while the message was being taken: the answer settles the first attempt
    alone."""
    endpoint = outbox.registers()
    event = event_of(house)
    took = outbox.crm

    def meanwhile(*sent: Any) -> Reply:
        outbox.crm = took
        replays(house, endpoint, event)
        assert outbox.deliverer.notice(newest(house)) == [outbox.delivery(endpoint, event)]
        return took(*sent)

    outbox.crm = meanwhile  # type: ignore[assignment]
    outbox.told()
    left = outbox.delivery(endpoint, event)
    assert (left.state, left.attempts) == (State.DUE, 1)
    assert outbox.swept(seconds=LEASE_S) == 1
    assert took.ids == [event, event]
    assert outbox.delivery(endpoint, event).state is State.DELIVERED


def newest(house: House) -> list[TransactionId]:
    """The request that came last."""
    return list(house.store._transactions)[-1:]


def test_a_replay_that_is_overtaken_is_put_all_the_same(
    house: House, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep took the delivery up between the look at it and the write; what is to be sent then is
    what was put."""
    outbox.crm.script = [500]
    endpoint = outbox.registers()
    event = event_of(house)
    outbox.told()
    replays(house, endpoint, event)
    put, sweeps = outbox.queue.put, [begun_again]

    def overtaken(new: Delivery, old: Delivery | None) -> bool:
        if sweeps:
            assert old is not None
            assert put(sweeps.pop()(old, house.clock), old)
        return put(new, old)

    monkeypatch.setattr(outbox.queue, "put", overtaken)
    ids = newest(house)
    assert outbox.deliverer.notice(ids) == [outbox.delivery(endpoint, event)]
    assert outbox.delivery(endpoint, event).replay == ids[0]
    assert sweeps == []


def test_an_endpoint_removed_meanwhile_gets_nothing(house: House, outbox: Outbox) -> None:
    endpoint = outbox.registers()
    event = event_of(house)
    outbox.told()
    replays(house, endpoint, event)
    house.done(GROCER, "removeEndpoint", house.input(endpointId=endpoint.id))
    outbox.told()
    assert outbox.crm.ids == [event]
