"""Who is told of what requests did, and of what."""

from typing import Any

import pytest

from functions.events import tell
from ledger.names import TransactionId
from loyalty.webhooks.delivering import Deliverer, told_of
from loyalty.webhooks.ports import Delivery, State
from loyalty.webhooks.schedule import LEASE_S, begun
from tests.coalition import FUEL, GROCER, OPERATOR, House, as_member, own_id
from tests.unit.loyalty.webhooks.deliveries import event_id
from tests.webhooks import Outbox, seconds, stream_records


def test_an_earn_is_told_once_and_verifies(house: House, outbox: Outbox) -> None:
    """By the secret that was told once, and by the public key that everyone may have."""
    endpoint = outbox.registers()
    member = house.enrolled()
    earned = house.earned(member, 12)
    assert outbox.told() == {"batchItemFailures": []}
    (message,) = outbox.crm.got
    assert message.url == "https://crm.example/hooks"
    assert message.id == event_id(earned)
    assert message.headers["webhook-timestamp"] == seconds(house.clock)
    assert message.holds(endpoint.secret)
    assert message.holds_for(endpoint.public)
    assert message.event["data"]["memberId"] == member
    assert outbox.delivery(endpoint, message.id).state is State.DELIVERED
    assert outbox.swept(days=1) == 0


def test_who_wants_some_types_gets_those(house: House, outbox: Outbox) -> None:
    """By name, or a whole group."""
    outbox.registers(GROCER, "https://a.example/", "points.redeemed")
    outbox.registers(GROCER, "https://b.example/", "points.*", "tier.changed")
    outbox.registers(GROCER, "https://c.example/", "tier.*")
    member = house.enrolled()
    house.earned(member, 80)
    house.voucher(member)
    outbox.told()
    told = sorted((each.url, each.type) for each in outbox.crm.got)
    assert told == [
        ("https://a.example/", "points.redeemed"),
        ("https://b.example/", "points.earned"),
        ("https://b.example/", "points.redeemed"),
    ]


def test_a_partner_hears_nothing_of_what_others_do(house: House, outbox: Outbox) -> None:
    """An operator hears all of it."""
    outbox.registers(FUEL, "https://fuel.example/")
    outbox.registers(OPERATOR, "https://desk.example/", "points.*")
    house.earned(house.enrolled(), 80, GROCER)
    house.earned(house.enrolled(), 70, FUEL)
    outbox.told()
    told = [
        (each.url, each.event["data"]["currency"], each.event["data"]["points"])
        for each in outbox.crm.got
    ]
    assert sorted(told) == [
        ("https://desk.example/", "LITRES", 140),
        ("https://desk.example/", "STARS", 70),
        ("https://desk.example/", "STARS", 80),
        ("https://fuel.example/", "LITRES", 140),
        ("https://fuel.example/", "STARS", 70),
    ]


def test_a_partner_that_left_hears_nothing_more(house: House, outbox: Outbox) -> None:
    """Neither of what is new, nor of what was on its way."""
    outbox.crm.script = [500]
    endpoint = outbox.registers(GROCER)
    house.earned(house.enrolled(), 70)
    outbox.told()
    house.later(minutes=1)
    house.leave("grocer")
    house.later(minutes=1)
    assert outbox.swept() == 1
    (message,) = outbox.crm.got
    assert outbox.delivery(endpoint, message.id).reason == "the partner has left"
    request = TransactionId(own_id(message.event["data"]["transactionId"]))
    assert outbox.deliverer.notice([request]) == []


def test_the_stream_may_say_everything_twice(house: House, outbox: Outbox) -> None:
    """Doubled in a batch, and the batch delivered again: one message."""
    outbox.registers()
    house.earned(house.enrolled(), 12)
    records = outbox.records()
    for _ in range(3):
        tell(outbox.deliverer, {"Records": [*records, *reversed(records)]})
    assert len(outbox.crm.got) == 1


def test_no_secret_stands_in_the_store_or_in_the_log(
    house: House, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    """What signs is derived from what is there with a seed that is not."""
    caplog.set_level(0)
    outbox.crm.script = [500, 410]
    endpoint = outbox.registers()
    house.earned(house.enrolled(), 12)
    outbox.told()
    outbox.swept(hours=1)
    kept = repr((house.store.__dict__, outbox.queue.__dict__, caplog.text))
    for part in (endpoint.secret, endpoint.secret.removeprefix("whsec_")):
        assert part not in kept


def test_nothing_of_a_member_stands_in_the_queue(house: House, outbox: Outbox) -> None:
    """Whoever's record is erased is named in no message from then on."""
    outbox.crm.script = [500]
    outbox.registers()
    member = house.enrolled()
    house.earned(member, 12)
    outbox.told()
    assert own_id(member) not in repr(outbox.queue.__dict__)
    for key in list(house.store._records):
        if key[0].__name__ == "WalletOwner":
            del house.store._records[key]
    outbox.swept(hours=1)
    first, second = [each.event["data"] for each in outbox.crm.got]
    assert first.pop("memberId") == member
    assert first == second


def test_a_coalition_without_endpoints_reads_little(house: House, outbox: Outbox) -> None:
    """Of fifty purchases not one is read: there is nobody to tell."""
    member = house.enrolled()
    for _ in range(50):
        house.earned(member, 2)
    reads: list[str] = []

    class Counting:
        def __getattr__(self, name: str) -> Any:
            if name not in ("governance",):
                reads.append(name)
            return getattr(house.store, name)

    deliverer = Deliverer(house.coalition, outbox.crm, lambda: house.clock)
    records = outbox.records()
    store = house.coalition.store
    object.__setattr__(house.coalition, "store", Counting())
    tell(deliverer, {"Records": records})
    object.__setattr__(house.coalition, "store", store)
    assert reads == ["records"]


def test_a_gift_is_told_to_operators_with_both_members(house: House, outbox: Outbox) -> None:
    outbox.registers(OPERATOR, "https://desk.example/", "points.sent", "points.received")
    giver, receiver = house.enrolled(), house.enrolled()
    house.earned(giver, 80)
    gift = house.input(toMemberId=receiver, currency="STARS", points=30)
    house.done(as_member(giver), "transferPoints", gift)
    outbox.told()
    told = {each.type: each.event["data"]["memberId"] for each in outbox.crm.got}
    assert told == {"points.sent": giver, "points.received": receiver}


def test_records_of_other_rows_are_none_of_it() -> None:
    """What stands beside a request's row tells of nothing, nor does what is no request's."""
    id_ = TransactionId("7zzzzzzzzzzzzzzzzzzzzzzzzz")
    keys = [each["dynamodb"]["Keys"] for each in stream_records([id_])]
    told = {each["sk"]["S"]: told_of(each["pk"]["S"], each["sk"]["S"]) for each in keys}
    assert told == {"T": id_, "S": None, "L": None}
    assert told_of(id_, "T") is told_of("T#", "T") is told_of(f"W#{id_}", "T") is None


def test_an_endpoint_is_not_sent_what_its_owner_may_not_be_told(
    house: House, outbox: Outbox
) -> None:
    """Whatever stands in the queue."""
    fuels = outbox.registers(FUEL)
    event = event_id(house.earned(house.enrolled(), 12, GROCER))
    outbox.queue.put(begun(own_id(fuels.id), event, house.clock), None)
    assert outbox.swept(seconds=LEASE_S) == 1
    assert outbox.crm.got == []
    assert outbox.delivery(fuels, event).reason == "there is no such event for this endpoint"


def test_each_is_told_of_members_what_it_may_know(house: House, outbox: Outbox) -> None:
    """Of one who redeems in an app the partner sees a wallet alone; an operator, who it is."""
    outbox.registers(GROCER, "https://grocer.example/", "points.redeemed")
    outbox.registers(OPERATOR, "https://desk.example/", "points.redeemed")
    member = house.enrolled()
    house.earned(member, 80)
    house.voucher(member)
    outbox.told()
    named = {each.url: each.event["data"].get("memberId") for each in outbox.crm.got}
    assert named == {"https://grocer.example/": None, "https://desk.example/": member}


def test_whoever_watches_is_told_of_each_that_is_given_up(house: House, outbox: Outbox) -> None:
    """Once each, whatever it was given up for; of none that is tried again."""
    outbox.crm.script = [410, 500]
    outbox.registers(GROCER, "https://gone.example/")
    house.earned(house.enrolled(), 12)
    house.earned(house.enrolled(), 13)
    told: list[Delivery] = []
    deliverer = Deliverer(house.coalition, outbox.crm, lambda: house.clock, told.append)
    tell(deliverer, {"Records": outbox.records()})
    outbox.registers(GROCER, "https://busy.example/")
    house.earned(house.enrolled(), 14)
    tell(deliverer, {"Records": outbox.records()})
    assert [each.reason for each in told] == ["status 410", "the endpoint is disabled"]
