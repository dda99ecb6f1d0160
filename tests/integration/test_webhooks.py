"""Events over HTTP, from DynamoDB's stream to a receiver that the `standardwebhooks` package is."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import pytest
import standardwebhooks.webhooks
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from functions.events import tell
from loyalty.webhooks.schedule import RETRY_AFTER_S
from tests.coalition import GROCER, House
from tests.webhooks import Outbox, Receiver, Registered, over_sockets, receiving


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def outbox(house: House, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    """Whose receivers' clocks show what the house's does."""

    class HouseTime(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return house.clock

    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", HouseTime)
    return over_sockets(house)


@contextmanager
def crm(outbox: Outbox) -> Iterator[tuple[Receiver, Registered]]:
    """A receiver that believes the package alone."""
    hooks: list[Webhook] = []

    def verify(body: bytes, headers: Mapping[str, str]) -> object:
        return hooks[0].verify(body, dict(headers))

    with receiving(verify) as receiver:
        registered = outbox.registers(GROCER, receiver.url)
        hooks.append(Webhook(registered.secret))
        yield receiver, registered


def test_the_package_verifies_what_is_sent(house: House, outbox: Outbox) -> None:
    """Every kind of event that this member's purchase, voucher and return lead to."""
    with crm(outbox) as (receiver, _):
        member = house.enrolled()
        earned = house.earned(member, 80)
        voucher = house.voucher(member)
        house.done(GROCER, "useVoucher", house.input(voucherId=voucher))
        back = house.signed(GROCER, "reverse", house.input(transactionId=earned))
        house.done(GROCER, "reverseTransaction", back)
        outbox.told()
    assert receiver.faults == []
    types = sorted(each["type"] for each in receiver.done.values())
    assert {"points.earned", "points.redeemed", "points.reversed"} <= set(types)
    assert "voucher.used" in types


def test_the_package_refuses_what_was_changed(house: House, outbox: Outbox) -> None:
    """And what is older than five minutes."""
    with crm(outbox) as (receiver, registered):
        house.earned(house.enrolled(), 80)
        outbox.told()
    (message,) = receiver.got
    hook = Webhook(registered.secret)
    hook.verify(message.body, dict(message.headers))
    with pytest.raises(WebhookVerificationError):
        hook.verify(message.body + b" ", dict(message.headers))
    house.later(minutes=6)
    with pytest.raises(WebhookVerificationError):
        hook.verify(message.body, dict(message.headers))


def test_a_receiver_that_fails_gets_it_later_with_a_time_of_then(
    house: House, outbox: Outbox
) -> None:
    """The package would not take the first attempt's time hours later."""
    with crm(outbox) as (receiver, _):
        receiver.statuses = [500, 503, 302, 404]
        house.earned(house.enrolled(), 80)
        outbox.told()
        for pause_s in RETRY_AFTER_S[:4]:
            outbox.swept(seconds=pause_s * 6 // 5 + 1)
    assert receiver.faults == []
    assert len(receiver.got) == 5
    assert len(receiver.done) == 1


def test_a_receiver_that_asks_for_time_gets_it(house: House, outbox: Outbox) -> None:
    """Retry-After, in seconds."""
    with crm(outbox) as (receiver, _):
        receiver.statuses, receiver.headers = [429], {"Retry-After": "3600"}
        house.earned(house.enrolled(), 80)
        outbox.told()
        assert outbox.swept(minutes=59) == 0
        assert outbox.swept(minutes=1) == 1
    assert len(receiver.done) == 1


def test_both_secrets_verify_while_they_overlap(house: House, outbox: Outbox) -> None:
    """The package finds the signature that fits among several."""
    with crm(outbox) as (receiver, registered):
        sent = house.input(endpointId=registered.id, overlapHours=24)
        house.done(GROCER, "rotateEndpointSecret", sent)
        house.earned(house.enrolled(), 80)
        outbox.told()
        assert receiver.faults == []
        house.later(hours=24)
        house.earned(house.enrolled(), 80)
        outbox.told()
    assert [type(each) for each in receiver.faults] == [WebhookVerificationError]
    assert len(receiver.done) == 1


def test_a_replay_is_done_once(house: House, outbox: Outbox) -> None:
    """By a receiver that remembers ids, as the specification wants it to."""
    with crm(outbox) as (receiver, registered):
        house.earned(house.enrolled(), 80)
        records = outbox.records()
        for _ in range(2):
            tell(outbox.deliverer, {"Records": records})
        (event,) = receiver.done
        sent = house.input(eventId=event, endpointId=registered.id)
        house.done(GROCER, "replayEvent", sent)
        outbox.told()
    assert [each.id for each in receiver.got] == [event, event]
    assert len(receiver.done) == 1
