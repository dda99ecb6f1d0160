"""`registerEndpoint`: who is told, where, and with which keys."""

import pytest

from loyalty.webhooks.endpoints import TYPES_MAX
from tests.coalition import FUEL, GROCER, OPERATOR, House, as_member
from tests.faulty import Faulty
from tests.webhooks import Outbox

REGISTER = """mutation ($input: RegisterEndpointInput!) { registerEndpoint(input: $input) {
    endpoint { id url types publicKeys } secret userErrors { code } } }"""


def test_the_secret_is_told_once(house: House) -> None:
    """The same request again answers the same endpoint, without it; no query has it."""
    sent = house.input(url="https://crm.example/hooks", types=["tier.*", "points.earned", "tier.*"])
    first = house.execute(REGISTER, GROCER, input=sent).data["registerEndpoint"]
    again = house.execute(REGISTER, GROCER, input=sent).data["registerEndpoint"]
    assert first["secret"].startswith("whsec_")
    assert again == {**first, "secret": None}
    assert first["endpoint"]["types"] == ["points.earned", "tier.*"]
    assert first["endpoint"]["publicKeys"][0].startswith("whpk_")
    (listed,) = house.ask(GROCER, "{ endpoints { id url types publicKeys } }")["endpoints"]
    assert listed == first["endpoint"]


def test_no_two_endpoints_share_a_key(house: House) -> None:
    """Of one owner, or of two."""
    outbox = Outbox(house)
    made = [outbox.registers(actor) for actor in (GROCER, GROCER, FUEL, OPERATOR, OPERATOR)]
    assert len({each.secret for each in made}) == len({each.public for each in made}) == 5


def test_each_sees_its_own(house: House) -> None:
    """All operators share the coalition's; a member has none."""
    outbox = Outbox(house)
    mine, coalitions = outbox.registers(GROCER), outbox.registers(OPERATOR)
    node = "query ($id: ID!) { node(id: $id) { ... on Endpoint { id url } } }"
    seen = {GROCER: [mine.id], OPERATOR: [coalitions.id], FUEL: []}
    for actor, ids in seen.items():
        listed = house.ask(actor, "{ endpoints { id } }")["endpoints"]
        assert [each["id"] for each in listed] == ids
        for each in (mine, coalitions):
            found = house.ask(actor, node, id=each.id)["node"]
            assert (found is not None) == (each.id in ids)
    member = as_member(house.enrolled())
    assert house.ask(member, "{ endpoints { id } }") == {"endpoints": []}
    assert house.ask(member, node, id=mine.id) == {"node": None}


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://10.1.2.3/",
        "https://user:secret@crm.example/",
        "crm.example",
        "",
    ],
)
def test_a_url_that_is_not_everyones_to_reach_is_refused(house: House, url: str) -> None:
    """With the field; docs/webhooks.md says which are taken."""
    refusal = house.refused(GROCER, "registerEndpoint", house.input(url=url))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["url"])
    assert "secret" not in refusal.message


@pytest.mark.parametrize(
    "type_", ["", "tier", "tier.", "*", "*.*", "Tier.changed", "a.b.c", "a.b*", "tier.changed\n"]
)
def test_what_is_no_type_is_refused(house: House, type_: str) -> None:
    """A slip would be silence."""
    sent = house.input(url="https://crm.example/", types=["tier.changed", type_])
    refusal = house.refused(GROCER, "registerEndpoint", sent)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["types", "1"])


def test_an_endpoint_wants_at_most_fifty_types(house: House) -> None:
    """Fifty are taken; one more, and none is registered."""
    types = [f"tier.a{'b' * number}" for number in range(TYPES_MAX + 1 - 20)]
    types += [f"points.a{'b' * number}" for number in range(20)]
    outbox = Outbox(house)
    outbox.registers(GROCER, "https://crm.example/", *types[:TYPES_MAX])
    sent = house.input(url="https://crm.example/", types=types)
    refusal = house.refused(GROCER, "registerEndpoint", sent)
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["types"])
    assert TYPES_MAX == 50


def test_ten_are_the_most(house: House) -> None:
    """Of one owner; one that is removed makes room."""
    outbox = Outbox(house)
    made = [outbox.registers() for _ in range(10)]
    another = house.input(url="https://crm.example/")
    assert house.refused(GROCER, "registerEndpoint", another).code == "LIMIT_EXCEEDED"
    outbox.registers(FUEL)
    house.done(GROCER, "removeEndpoint", house.input(endpointId=made[4].id))
    outbox.registers()


def test_two_at_once_are_both_there() -> None:
    """Whoever comes second adds to the list of the first."""
    store = Faulty()
    house = House(store)
    outbox = Outbox(house)
    store.meanwhile = outbox.registers
    outbox.registers()
    assert len(house.ask(GROCER, "{ endpoints { id } }")["endpoints"]) == 2


def test_a_coalition_that_sends_no_events_says_so(house: House) -> None:
    """It has no seed to derive keys from."""
    object.__setattr__(house.coalition, "webhooks", None)
    refusal = house.refused(GROCER, "registerEndpoint", house.input(url="https://crm.example/"))
    assert refusal.code == "NOT_ELIGIBLE"
    assert house.ask(GROCER, "{ endpoints { id } }") == {"endpoints": []}
