"""`event(id)` and `deadLetters`: what was told, to whom, and what was given up."""

from typing import Any

import pytest

from tests.coalition import FUEL, GROCER, OPERATOR, House, as_member, gid, own_id
from tests.webhooks import Outbox

EVENT = """query ($id: String!) { event(id: $id) { id type timestamp body
    deliveries { endpointId eventId state at attempts reason } } }"""
LETTERS = """query ($id: ID!, $first: Int!, $after: String) {
    deadLetters(endpointId: $id, first: $first, after: $after) {
        pageInfo { hasNextPage endCursor } edges { cursor node { eventId state reason } } } }"""


@pytest.fixture
def outbox(house: House) -> Outbox:
    return Outbox(house)


def test_an_event_is_what_was_sent(house: House, outbox: Outbox) -> None:
    """To the byte, with what became of it at one's own endpoints."""
    outbox.crm.script = [503]
    endpoint = outbox.registers()
    outbox.registers(OPERATOR, "https://desk.example/", "tier.*")
    house.earned(house.enrolled(), 12)
    outbox.told()
    (message,) = outbox.crm.got
    event = house.ask(GROCER, EVENT, id=message.id)["event"]
    (delivery,) = event.pop("deliveries")
    assert event == {
        "id": message.id,
        "type": "points.earned",
        "timestamp": "2026-11-21T12:00:00.000Z",
        "body": message.body.decode(),
    }
    assert delivery.pop("at") > "2026-11-21T12:00:05"
    assert delivery == {
        "endpointId": endpoint.id,
        "eventId": message.id,
        "state": "DUE",
        "attempts": 1,
        "reason": "status 503",
    }
    assert house.ask(OPERATOR, EVENT, id=message.id)["event"]["deliveries"] == []


def test_others_see_no_event(house: House, outbox: Outbox) -> None:
    """Neither a partner that takes no part, nor members: they have their transactions."""
    member = house.enrolled()
    event = f"evt_{own_id(house.earned(member, 12))}_0"
    for actor in (FUEL, as_member(member)):
        assert house.ask(actor, EVENT, id=event) == {"event": None}
    assert house.execute(EVENT, None, id=event).codes == ["UNAUTHENTICATED"]
    unknown = "evt_7zzzzzzzzzzzzzzzzzzzzzzzzz_0"
    assert house.ask(OPERATOR, EVENT, id=unknown) == {"event": None}


@pytest.mark.parametrize("id_", ["", "x", "evt_", "T#x", "evt_" + "0" * 100_000])
def test_what_is_no_events_id_is_bad_input(house: House, id_: str) -> None:
    assert house.execute(EVENT, OPERATOR, id=id_).codes == ["BAD_USER_INPUT"]


def test_dead_letters_come_in_pages(house: House, outbox: Outbox) -> None:
    """Oldest first; each of them once."""
    endpoint = outbox.registers()
    outbox.crm.script = [500] * 100
    member = house.enrolled()
    for _ in range(5):
        house.earned(member, 12)
    outbox.told()
    for _ in range(10):
        outbox.swept(days=2)
    seen: list[str] = []
    after: Any = None
    for count, more in ((2, True), (2, True), (1, False)):
        page = house.ask(GROCER, LETTERS, id=endpoint.id, first=2, after=after)["deadLetters"]
        assert len(page["edges"]) == count
        assert page["pageInfo"]["hasNextPage"] == more
        after = page["pageInfo"]["endCursor"]
        seen += [edge["node"]["eventId"] for edge in page["edges"]]
        assert {edge["node"]["reason"] for edge in page["edges"]} == {"status 500"}
    assert sorted(seen) == sorted(set(outbox.crm.ids))


def test_nobody_sees_anothers_dead_letters(house: House, outbox: Outbox) -> None:
    """Nothing, as of an endpoint that there is not."""
    endpoint = outbox.registers()
    for actor in (FUEL, OPERATOR, as_member(house.enrolled())):
        asked = house.ask(actor, LETTERS, id=endpoint.id, first=2)
        assert asked == {"deadLetters": None}
    none = gid("Endpoint", "7zzzzzzzzzzzzzzzzzzzzzzzzz")
    assert house.ask(GROCER, LETTERS, id=none, first=2) == {"deadLetters": None}


@pytest.mark.parametrize("after", ["", "x", "~", "2026-11-21T12:00:00.000Z", "~" * 5_000])
def test_only_a_cursor_leads_on(house: House, outbox: Outbox, after: str) -> None:
    endpoint = outbox.registers()
    answer = house.execute(LETTERS, GROCER, id=endpoint.id, first=2, after=after)
    assert answer.codes == ["BAD_USER_INPUT"]
