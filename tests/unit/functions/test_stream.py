"""What follows the stream beside the sealer: both parts get every record, and either asks again."""

from collections.abc import Iterator
from typing import Any

import pytest

import functions.stream as module
from ledger.names import WalletId
from loyalty.clock.agenda import SHARDS
from loyalty.ports import StoreUnavailable
from loyalty.webhooks.delivering import Deliverer
from storage.memory_agenda import MemoryAgenda
from tests.coalition import House
from tests.webhooks import Outbox

LAPSED = "2027-12-01"
"""The day after the last of STARS of November 2026."""


@pytest.fixture
def outbox() -> Outbox:
    """A coalition with an endpoint, and a member who has bought."""
    outbox = Outbox(House())
    outbox.registers()
    outbox.house.earned(outbox.house.enrolled(), 5)
    return outbox


@pytest.fixture
def agenda(outbox: Outbox) -> MemoryAgenda:
    return MemoryAgenda(outbox.house.store)


@pytest.fixture
def wired(
    outbox: Outbox, agenda: MemoryAgenda, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """Lambda's entry point over that coalition, and the event that the stream would send."""
    monkeypatch.setattr(module, "followed_coalition_of", lambda _: outbox.house.coalition)
    monkeypatch.setattr(module, "agenda_of", lambda _: agenda)
    monkeypatch.setattr(module, "deliverer_of", lambda *_: outbox.deliverer)
    module._followers.cache_clear()
    yield {"Records": [*wallet_records(outbox.house), *outbox.records()]}
    module._followers.cache_clear()


def wallet_records(house: House) -> list[dict[str, Any]]:
    keys = [(f"W#{wallet}", f"E#{1:012d}") for wallet in house.store.wallet_ids()]
    return [
        {
            "dynamodb": {
                "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
                "SequenceNumber": str(number),
            }
        }
        for number, (pk, sk) in enumerate(keys, 100)
    ]


def noted(agenda: MemoryAgenda) -> set[WalletId]:
    return {each.wallet for shard in SHARDS for each in agenda.page(LAPSED, shard, None, 100)}


def test_one_batch_is_for_hints_and_events(
    wired: dict[str, Any], outbox: Outbox, agenda: MemoryAgenda
) -> None:
    """What the clock is to look at is noted, and the endpoint is told."""
    assert module.handler(wired, None) == {"batchItemFailures": []}
    assert noted(agenda) == set(outbox.house.store.wallet_ids())
    assert [each.type for each in outbox.crm.got].count("points.earned") == 1


def test_a_batch_may_come_again(wired: dict[str, Any], outbox: Outbox) -> None:
    """An endpoint is told once of what the stream tells twice."""
    module.handler(wired, None)
    told = len(outbox.crm.got)
    module.handler(wired, None)
    assert len(outbox.crm.got) == told > 0


def test_hints_that_were_not_noted_come_again(
    wired: dict[str, Any], outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From their record on; events are told all the same."""

    def fails(*_: object) -> None:
        raise StoreUnavailable("not now")

    monkeypatch.setattr("functions.due.follow", fails)
    assert module.handler(wired, None) == {"batchItemFailures": [{"itemIdentifier": "100"}]}
    assert outbox.crm.got


def test_events_that_were_not_told_come_again(
    wired: dict[str, Any], outbox: Outbox, agenda: MemoryAgenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of the batch, whose hints are noted all the same."""

    def fails(*_: object) -> None:
        raise StoreUnavailable("not now")

    monkeypatch.setattr(Deliverer, "notice", fails)
    assert module.handler(wired, None) == {"batchItemFailures": [{"itemIdentifier": "100"}]}
    assert noted(agenda)


def test_a_coalition_without_webhooks_has_its_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """No deliverer is made of what is not there."""
    house = House()
    house.earned(house.enrolled(), 5)
    agenda = MemoryAgenda(house.store)
    event = {"Records": wallet_records(house)}
    assert module.follow(house.coalition, agenda, None, event) == {"batchItemFailures": []}
    assert noted(agenda)
