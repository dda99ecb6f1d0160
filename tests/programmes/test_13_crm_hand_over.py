"""Row 13: a CRM is told of a tier by one signed event, and knows the member by an id of its own."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from functions.events import tell
from loyalty.actors import PartnerActor
from tests.coalition import GROCER, OPERATOR, as_member, verified
from tests.programmes.shop import Shop
from tests.webhooks import Message, Outbox, Receiver, Registered, over_sockets, receiving

BOUTIQUE = PartnerActor("boutique")
BY_CRM_ID = """query ($id: String!) { memberByExternalId(system: "crm", externalId: $id) {
    id wallets { currency available } } }"""


@pytest.fixture
def shop() -> Shop:
    return Shop("13_crm_hand_over.json")


@pytest.fixture
def outbox(shop: Shop) -> Outbox:
    return over_sockets(shop)


class Crm:
    """The boutique's CRM, behind a socket. secret, public: what it verifies with."""

    def __init__(self) -> None:
        self.registered: Registered | None = None
        self.receiver: Receiver | None = None

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        assert self.registered is not None
        message = Message("", headers, body)
        assert message.holds(self.registered.secret)
        assert message.holds_for(self.registered.public)

    @property
    def got(self) -> list[Message]:
        assert self.receiver is not None
        assert self.receiver.faults == []
        return self.receiver.got

    @property
    def done(self) -> dict[str, Any]:
        assert self.receiver is not None
        return self.receiver.done


@pytest.fixture
def crm(outbox: Outbox) -> Iterator[Crm]:
    """It wants to know of tiers."""
    crm = Crm()
    with receiving(crm.verify) as crm.receiver:
        crm.registered = outbox.registers(BOUTIQUE, crm.receiver.url, "tier.changed")
        yield crm


@pytest.fixture
def member(shop: Shop) -> str:
    """Whom the CRM calls c-4711."""
    member = shop.enrolled()
    linked = shop.input(memberId=member, system="crm", externalId="c-4711")
    shop.done(BOUTIQUE, "linkExternalId", linked)
    return member


def replays(shop: Shop, crm: Crm, event: str) -> None:
    assert crm.registered is not None
    sent = shop.input(eventId=event, endpointId=crm.registered.id)
    shop.done(BOUTIQUE, "replayEvent", sent)


def test_a_tier_change_emits_one_signed_event(
    shop: Shop, outbox: Outbox, crm: Crm, member: str
) -> None:
    """$499 tell nothing, the next dollar makes a Silver member, and the dollar after it nothing."""
    for minor in (49_900, 100, 100):
        shop.buys(member, minor, "boutique")
        outbox.told()
    (message,) = crm.got
    data = message.event["data"]
    assert message.type == "tier.changed"
    assert (data["programme"], data["tier"], data["before"]) == ("club", "silver", "")
    assert data["memberId"] == member
    assert message.event["timestamp"] == "2026-11-21T12:00:00.000Z"
    verified(shop.store)


def test_replaying_its_id_does_nothing(shop: Shop, outbox: Outbox, crm: Crm, member: str) -> None:
    """It comes again with the same id and the same words, and the CRM has it already."""
    shop.buys(member, 50_000, "boutique")
    outbox.told()
    (first,) = crm.got
    before = dict(crm.done)
    for _ in range(3):
        replays(shop, crm, first.id)
        outbox.told()
    assert len(crm.got) == 4
    assert {(each.id, each.body) for each in crm.got} == {(first.id, first.body)}
    assert crm.done == before
    assert shop.has(member) == 500
    verified(shop.store)


def test_the_same_request_again_emits_nothing(
    shop: Shop, outbox: Outbox, crm: Crm, member: str
) -> None:
    """A till that sends its purchase twice, and a stream that tells everything twice."""
    paid = shop.purchase(member, 50_000, BOUTIQUE)
    for _ in range(3):
        shop.done(BOUTIQUE, "recordPurchase", paid)
        records = outbox.records()
        for _ in range(2):
            tell(outbox.deliverer, {"Records": records})
    assert len(crm.got) == 1


def test_a_member_is_found_by_the_crms_id(
    shop: Shop, outbox: Outbox, crm: Crm, member: str
) -> None:
    """The one that the event is about; another partner does not know the id, a member asks none."""
    shop.buys(member, 50_000, "boutique")
    outbox.told()
    (message,) = crm.got
    found = shop.ask(BOUTIQUE, BY_CRM_ID, id="c-4711")["memberByExternalId"]
    assert found["id"] == message.event["data"]["memberId"]
    assert {"currency": "CLUB", "available": 500} in found["wallets"]
    for actor in (GROCER, as_member(member)):
        assert shop.ask(actor, BY_CRM_ID, id="c-4711") == {"memberByExternalId": None}
    assert shop.ask(BOUTIQUE, BY_CRM_ID, id="c-4712") == {"memberByExternalId": None}


def test_a_crm_that_is_down_is_told_when_it_is_back(
    shop: Shop, outbox: Outbox, crm: Crm, member: str
) -> None:
    """Of Silver and of Gold, each once; in which order they happened, the wallet's count says."""
    assert crm.receiver is not None
    crm.receiver.statuses = [500, 503]
    shop.buys(member, 50_000, "boutique")
    outbox.told()
    shop.buys(member, 50_000, "boutique")
    outbox.told()
    assert crm.done == {}
    outbox.swept(seconds=10)
    told = sorted((each["data"]["walletSeq"], each["data"]["tier"]) for each in crm.done.values())
    assert told == [(1, "silver"), (2, "gold")]
    assert outbox.swept(days=1) == 0


def test_nobody_else_is_told(shop: Shop, outbox: Outbox, crm: Crm, member: str) -> None:
    """Another partner hears nothing of the boutique's members; the operator's desk hears it too."""
    assert crm.receiver is not None
    outbox.registers(GROCER, crm.receiver.url)
    shop.buys(member, 50_000, "boutique")
    outbox.told()
    assert len(crm.got) == 1


def test_the_operators_desk_is_told_too(shop: Shop, outbox: Outbox, member: str) -> None:
    """By an endpoint and a key of its own."""
    desk = Crm()
    with receiving(desk.verify) as desk.receiver:
        desk.registered = outbox.registers(OPERATOR, desk.receiver.url, "tier.*")
        shop.buys(member, 50_000, "boutique")
        outbox.told()
    assert [each.type for each in desk.got] == ["tier.changed"]


def test_whoever_does_not_hold_the_key_makes_no_event(
    shop: Shop, outbox: Outbox, crm: Crm, member: str
) -> None:
    """What is changed on the way, or signed for another endpoint, the CRM does not take."""
    assert crm.registered is not None
    assert crm.receiver is not None
    shop.buys(member, 50_000, "boutique")
    outbox.told()
    (message,) = crm.got
    forged = message.body.replace(b'"silver"', b'"gold"')
    with pytest.raises(AssertionError):
        crm.verify(forged, message.headers)
    other = outbox.registers(GROCER, crm.receiver.url)
    assert not message.holds(other.secret)
    assert not message.holds_for(other.public)
