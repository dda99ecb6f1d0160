"""The sealer's function: what wakes it, what it answers, what it raises."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import functions.sealer as module
from functions.sealer import ask, check_start, rung, seal, tell
from loyalty.ports import StoreUnavailable
from sealing.stopped import SealingStopped
from sealing.witnesses import Outcome, Reply, WitnessTarget
from storage.memory_log import MemoryObjects
from tests.sealing import LOG_KEY, SealedHouse, waiting_house

EVENTS = Path(__file__).parents[2] / "events"


@pytest.fixture
def house() -> SealedHouse:
    return waiting_house()


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

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = outcomes

    def ask(self, *, everyone: bool) -> list[Reply]:
        target = WitnessTarget(LOG_KEY.verifier, "https://w.example")
        return [Reply(target, outcome, "why") for outcome in self.outcomes]


@pytest.mark.parametrize("outcome", [Outcome.AHEAD, Outcome.CONFLICT])
def test_no_sealer_starts_where_a_witness_knows_another_log(outcome: Outcome) -> None:
    with pytest.raises(SealingStopped, match="why"):
        check_start(Told(outcome))  # type: ignore[arg-type]


def test_one_witness_of_three_cannot_keep_a_sealer_from_starting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What it says proves nothing. It is told of."""
    outcomes = [Outcome.AHEAD, Outcome.COSIGNED, Outcome.COSIGNED]
    check_start(Told(*outcomes))  # type: ignore[arg-type]
    assert "knows another log" in caplog.text


def test_one_of_two_that_answer_is_half_of_them() -> None:
    """Either may lie. What was published in a fork cannot be taken back, a stop can."""
    with pytest.raises(SealingStopped):
        check_start(Told(Outcome.CONFLICT, Outcome.COSIGNED))  # type: ignore[arg-type]


def test_witnesses_that_are_down_do_not_count_against_one_that_knows_more() -> None:
    with pytest.raises(SealingStopped):
        check_start(Told(Outcome.AHEAD, Outcome.UNAVAILABLE))  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", [Outcome.COSIGNED, Outcome.UNAVAILABLE, Outcome.REFUSED])
def test_a_witness_that_is_down_keeps_no_sealer_from_starting(outcome: Outcome) -> None:
    check_start(Told(outcome))  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.COSIGNED])
def test_a_witness_that_does_not_cosign_is_told_of(
    outcome: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    tell(ask(Told(outcome)))  # type: ignore[arg-type]
    assert "why" in caplog.text


class Answers(Told):
    """One that answers with each outcome in turn, and the last one from then on."""

    def __init__(self, *outcomes: Outcome) -> None:
        super().__init__(outcomes[0])
        self.outcomes = list(outcomes)
        self.everyone: list[bool] = []

    def ask(self, *, everyone: bool) -> list[Reply]:
        self.everyone.append(everyone)
        self.outcome = self.outcomes[0]
        self.outcomes = self.outcomes[1:] or self.outcomes
        return super().ask(everyone=everyone)


def test_every_witness_is_asked_three_times_before_a_sealer_is_stopped() -> None:
    """Those that have cosigned, too: another sealer may have published in between."""
    answers = Answers(Outcome.AHEAD)
    with pytest.raises(SealingStopped):
        check_start(answers)  # type: ignore[arg-type]
    assert answers.everyone == [True, True, True]
    check_start(Answers(Outcome.AHEAD, Outcome.CONFLICT, Outcome.COSIGNED))  # type: ignore[arg-type]


def test_a_storage_that_is_down_asks_no_witness() -> None:
    """The seal is done by then: it does not fail for that."""

    class Down(Told):
        def ask(self, *, everyone: bool) -> list[Reply]:
            raise StoreUnavailable("checkpoint")

    assert ask(Down(Outcome.COSIGNED)) == []  # type: ignore[arg-type]


def test_nothing_is_told_of_a_witness_that_cosigned(caplog: pytest.LogCaptureFixture) -> None:
    tell(ask(Told(Outcome.COSIGNED)))  # type: ignore[arg-type]
    assert not caplog.records


@pytest.mark.parametrize("key", ["X#" + "0" * 26, "w#" + "0" * 26, "W#../../etc", "W#"])
def test_only_a_wallets_key_rings(key: str) -> None:
    assert list(rung([{"dynamodb": {"Keys": {"pk": {"S": key}}}}])) == []


def test_an_empty_batch_is_no_sweep(house: SealedHouse) -> None:
    """Only an event that is none of the stream's sweeps."""
    assert seal(house.sealer, {"Records": []}) == {"batchItemFailures": []}


@pytest.fixture
def wired(house: SealedHouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Answers]]:
    """Lambda's entry point over this house; its witness is asked as `wired["witnessing"]`."""
    parts = {"witnessing": Answers(Outcome.COSIGNED)}
    monkeypatch.setattr(module, "sealer_of", lambda _: house.sealer)
    monkeypatch.setattr(module, "witnessing_of", lambda _: parts["witnessing"])
    for cached in (module._sealer, module._witnessing):
        cached.cache_clear()
    yield parts
    for cached in (module._sealer, module._witnessing):
        cached.cache_clear()


def test_the_witnesses_are_asked_before_the_first_seal_and_after_each(
    house: SealedHouse, wired: dict[str, Answers]
) -> None:
    """Everyone before the first, and then whose cosignature is missing."""
    for _ in range(2):
        house.wait()
        assert module.handler(stream_event(*house.wallets()), None) == {"batchItemFailures": []}
    assert wired["witnessing"].everyone == [True, False, False]


def test_nothing_is_sealed_where_a_witness_knows_another_log(
    house: SealedHouse, wired: dict[str, Answers]
) -> None:
    wired["witnessing"] = Answers(Outcome.AHEAD)
    before = house.log.read("checkpoint")
    with pytest.raises(SealingStopped):
        module.handler(stream_event(*house.wallets()), None)
    assert house.log.read("checkpoint") == before


class Metrics:
    """What was told, by name."""

    def __init__(self) -> None:
        self.told: dict[str, list[float]] = {}

    def count(self, name: str, number: float = 1) -> None:
        self.told.setdefault(name, []).append(number)

    seconds = count


@pytest.fixture
def metrics(house: SealedHouse, monkeypatch: pytest.MonkeyPatch) -> Metrics:
    metrics = Metrics()
    monkeypatch.setattr(module, "TOLD", metrics)
    monkeypatch.setattr(module, "utc_now", lambda: house.clock)
    return metrics


def test_a_seal_tells_how_late_it_was(house: SealedHouse, metrics: Metrics) -> None:
    """From the commit of its oldest transaction, to now."""
    house.earned(house.enrolled(), 5)
    house.wait(seconds=3)
    seal(house.sealer, stream_event(*house.wallets()))
    # The fixture's own was committed a second before.
    assert metrics.told == {"SealedEntries": [2], "SealLagSeconds": [4]}


def test_a_sweep_that_leaves_nothing_says_so(house: SealedHouse, metrics: Metrics) -> None:
    """So that silence is an alarm."""
    for _ in range(2):
        house.wait()
        seal(house.sealer, {})
    assert metrics.told["UnsealedAgeSeconds"] == [0, 0]
    assert metrics.told["SealedEntries"] == [1, 0]


def test_a_sweep_tells_the_age_of_what_it_left(
    house: SealedHouse, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Like an entry by a machine whose clock runs ahead of the sealer's."""
    house.wait(seconds=60)
    house.earned(house.enrolled(), 5)
    committed = house.clock
    house.wait(seconds=-30)
    monkeypatch.setattr(module, "utc_now", lambda: committed + timedelta(seconds=7))
    seal(house.sealer, {})
    assert metrics.told["UnsealedAgeSeconds"] == [7]
    assert metrics.told["SealedEntries"] == [1]


def test_each_answer_of_a_witness_is_counted(metrics: Metrics) -> None:
    target = WitnessTarget(LOG_KEY.verifier, "http://w")
    outcomes = (Outcome.COSIGNED, Outcome.UNAVAILABLE, Outcome.REFUSED, Outcome.CONFLICT)
    tell(Reply(target, each, "why") for each in outcomes)
    assert metrics.told == {"Cosignatures": [1], "WitnessesMissing": [1, 1], "WitnessAlarms": [1]}
