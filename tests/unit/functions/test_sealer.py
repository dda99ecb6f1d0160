"""The sealer's function: what wakes it, what it answers, what it raises."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.sealer import ask, check_start, rung, seal, tell
from loyalty.ports import StoreUnavailable
from sealing.stopped import SealingStopped
from sealing.witnesses import Outcome, Reply, WitnessTarget
from storage.memory_log import MemoryObjects
from tests.sealing import LOG_KEY, SealedHouse

EVENTS = Path(__file__).parents[2] / "events"


@pytest.fixture
def house() -> SealedHouse:
    house = SealedHouse()
    house.sealed()
    house.earned(house.enrolled(), 5)
    house.wait()
    return house


def stream_event(*wallets: str) -> dict[str, Any]:
    """What Lambda sends for new wallet rows: a real event, its keys replaced."""
    record = json.loads((EVENTS / "dynamodb-stream-record.json").read_text())
    records = []
    for number, wallet in enumerate(wallets, 100):
        changed = json.loads(json.dumps(record))
        changed["dynamodb"]["Keys"]["pk"]["S"] = f"W#{wallet}"
        changed["dynamodb"]["SequenceNumber"] = str(number)
        records.append(changed)
    return {"Records": records}


def test_a_record_rings_for_its_wallet(house: SealedHouse) -> None:
    event = stream_event(*house.wallets())
    assert set(rung(event["Records"])) == house.wallets()
    assert seal(house.sealer, event) == {"batchItemFailures": []}
    assert house.root().owed == 5


def test_records_that_come_twice_seal_once(house: SealedHouse) -> None:
    event = stream_event(*house.wallets(), *house.wallets())
    seal(house.sealer, event)
    size = house.published().size
    house.wait()
    seal(house.sealer, event)
    assert house.published().size == size


@pytest.mark.parametrize(
    "record",
    [
        None,
        7,
        {},
        {"dynamodb": None},
        {"dynamodb": {"Keys": {"pk": {"N": "7"}}}},
        {"dynamodb": {"Keys": {"pk": {"S": "W#../../etc"}}}},
        {"dynamodb": {"Keys": {"pk": {"S": "T#0"}}}},
        {"dynamodb": {"Keys": {"pk": {"S": "W#" + "0" * 10_000}}}},
    ],
)
def test_a_poisoned_record_rings_for_nobody(house: SealedHouse, record: object) -> None:
    event = stream_event(*house.wallets())
    event["Records"].insert(0, record)
    assert seal(house.sealer, event) == {"batchItemFailures": []}
    assert house.root().owed == 5


def test_a_wallet_that_does_not_exist_changes_nothing(house: SealedHouse) -> None:
    seal(house.sealer, stream_event("0" * 26))
    assert house.root().owed == 0


def test_a_schedule_sweeps(house: SealedHouse) -> None:
    assert seal(house.sealer, {"source": "aws.events"}) == {"entries": 1}


def test_what_could_not_be_sealed_is_delivered_again(house: SealedHouse) -> None:
    class Down(MemoryObjects):
        def create(self, path: str, data: bytes) -> bool:
            raise StoreUnavailable(path)

    down = Down()
    down._objects = house.own._objects
    sealer = house.new_sealer(own=down)
    answer = seal(sealer, stream_event(*house.wallets()))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "100"}]}


def test_what_has_to_wait_is_delivered_again(house: SealedHouse) -> None:
    house.clock -= timedelta(seconds=3)
    answer = seal(house.sealer, stream_event(*house.wallets()))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "100"}]}


class Told:
    """A `Witnessing` that was told what to answer."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def ask(self, *, everyone: bool) -> list[Reply]:
        return [Reply(WitnessTarget(LOG_KEY.verifier, "https://w.example"), self.outcome, "why")]


@pytest.mark.parametrize("outcome", [Outcome.AHEAD, Outcome.CONFLICT])
def test_no_sealer_starts_where_a_witness_knows_another_log(outcome: Outcome) -> None:
    with pytest.raises(SealingStopped, match="why"):
        check_start(Told(outcome))  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", [Outcome.COSIGNED, Outcome.UNAVAILABLE, Outcome.REFUSED])
def test_a_witness_that_is_down_keeps_no_sealer_from_starting(outcome: Outcome) -> None:
    check_start(Told(outcome))  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.COSIGNED])
def test_a_witness_that_does_not_cosign_is_told_of(
    outcome: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    tell(ask(Told(outcome)))  # type: ignore[arg-type]
    assert "why" in caplog.text
