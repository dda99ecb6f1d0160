"""The events' function: what wakes it, how it is wired."""

from collections.abc import Iterator

import pytest

import functions.events as module
from functions.wiring import coalition_of
from tests.coalition import House
from tests.webhooks import Outbox


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    """Lambda's entry point over a house."""
    outbox = Outbox(House())
    monkeypatch.setattr(module, "deliverer_of", lambda *_: outbox.deliverer)
    module._deliverer.cache_clear()
    yield outbox
    module._deliverer.cache_clear()


def test_the_stream_and_the_schedule_wake_it(outbox: Outbox) -> None:
    """Records are told of; an event without them sends what is due."""
    outbox.registers()
    outbox.house.earned(outbox.house.enrolled(), 5)
    outbox.crm.script = [500]
    records = outbox.records()
    assert module.handler({"Records": records}, None) == {"batchItemFailures": []}
    assert module.handler({"source": "aws.events"}, None) == {"attempts": 0}
    outbox.house.later(minutes=1)
    assert module.handler({"source": "aws.events"}, None) == {"attempts": 1}
    assert len(outbox.crm.got) == 2


def test_an_empty_batch_is_no_sweep(outbox: Outbox) -> None:
    assert module.handler({"Records": []}, None) == {"batchItemFailures": []}


def test_without_a_seed_no_events_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that has none is as it was."""
    environment = {
        "TALLYSTICK_ORIGIN": "stars.example/ledger",
        "TALLYSTICK_TABLE": "t",
        "AWS_REGION": "eu-west-1",
        "TALLYSTICK_ENTRY_SEED": "x",
        "TALLYSTICK_DYNAMODB_ENDPOINT": "http://127.0.0.1:1",
    }
    monkeypatch.setattr("functions.wiring.entry_signers", lambda *_: (None,))
    monkeypatch.setattr("functions.wiring.webhook_seed", lambda *_: b"s" * 32)
    assert coalition_of(environment).webhooks is None
    found = coalition_of({**environment, "TALLYSTICK_WEBHOOK_SEED": "y"}).webhooks
    assert found is not None
    assert not found.loopback
