"""The events' function: what wakes it, how it is wired."""

import json
from collections.abc import Iterator

import pytest

import functions.events as module
from functions.wiring import coalition_of, is_loopback
from loyalty.webhooks.delivering import Deliverer
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


def test_what_is_given_up_is_counted_for_operators(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the metric that stands on their dashboard."""
    house = outbox.house
    monkeypatch.setattr(
        module,
        "deliverer_of",
        lambda _, given_up: Deliverer(house.coalition, outbox.crm, lambda: house.clock, given_up),
    )
    outbox.registers()
    outbox.crm.script = [410]
    for _ in range(2):
        house.earned(house.enrolled(), 5)
    assert module.handler({"Records": outbox.records()}, None) == {"batchItemFailures": []}
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [sum(each["DeadLetters"]) for each in metrics] == [2]


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


@pytest.mark.parametrize("said", ["1", "0", "", "true", None])
def test_endpoints_on_this_machine_are_for_who_says_1(said: str | None) -> None:
    """On Lambda, 127.0.0.1 is where Lambda's own interface listens."""
    name = "TALLYSTICK_WEBHOOK_LOOPBACK"
    assert is_loopback({} if said is None else {name: said}) is (said == "1")
