"""The sealer on this machine, awake by itself."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from strawberry.relay import GlobalID

import functions.sealer
from ledger.cosignatures import cosignatures
from ledger.names import TransactionId
from ledger.proofs import read_proof, verify_receipt
from local import sealing
from local.client import Client
from local.clock import Clock
from local.coalition import Demo, demo_coalition
from loyalty.ports import StoreUnavailable
from sealing.stopped import Reason, SealingStopped
from sealing.witnesses import Outcome, Reply
from sealing.witnessing import Witnessing

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
PATIENCE_S = 60.0


@pytest.fixture
def coalition() -> Iterator[Demo]:
    with demo_coalition(Clock.of_the_machine(), 0) as coalition:
        yield coalition


def bought(till: Client, member: str, number: int) -> TransactionId:
    """The id of a transaction that gives points."""
    receipt = till.record_purchase(member, 1_000, "USD", key=f"sale-{number}")
    return TransactionId(GlobalID.from_id(receipt.transactions[0]).node_id)


def test_a_transaction_is_sealed_and_cosigned_by_itself(coalition: Demo) -> None:
    """Nobody asks for it; its receipt says so, and the witness's cosignature holds."""
    till = coalition.till("grocer")
    member = till.enrol_member("Ada", key="enrol")
    log = coalition.log
    for number in range(3):
        id_ = bought(till, member, number)
        began = time.monotonic()
        while (receipt := log.prover.receipt(id_)) is None:
            assert time.monotonic() < began + PATIENCE_S
            time.sleep(0.02)
        assert verify_receipt(read_proof(receipt), [log.key]).entry.body["id"] == id_
    assert log.sealing.caught_up() == ""
    note = log.prover.checkpoint()
    assert note is not None
    assert list(cosignatures(note, [log.witness.key])) == [log.witness.key]


def failing(error: Exception, turns: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Makes the next seals fail. Returns how many records each was given."""
    seen: list[int] = []
    seal = functions.sealer.seal

    def fails(sealer: Any, event: Any) -> Any:
        seen.append(len(event["Records"]))
        if len(seen) <= turns:
            raise error
        return seal(sealer, event)

    monkeypatch.setattr(functions.sealer, "seal", fails)
    return seen


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SealingStopped(Reason.ROW, 1, 2), "sealing stopped (row): expected 1, found 2; docs/"),
        (ValueError("a defect"), "sealing failed: ValueError: a defect"),
    ],
)
def test_a_failure_is_said_once_and_tried_again(
    coalition: Demo,
    error: Exception,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In one line, without a trace; what rang rings again, and is sealed when it can be."""
    assert coalition.log.sealing.caught_up() == ""
    monkeypatch.setattr(sealing, "POLL_S", 0.01)
    seen = failing(error, 3, monkeypatch)
    till = coalition.till("grocer")
    id_ = bought(till, till.enrol_member("Ada", key="enrol"), 1)
    while len(seen) < 4:
        time.sleep(0.01)
    assert coalition.log.sealing.caught_up() == ""
    assert coalition.log.prover.receipt(id_)
    shown = capsys.readouterr().err
    assert shown.count(said) == 1
    assert shown.count("\n") == 1


def test_what_is_not_sealed_is_told_to_who_waits_for_it(
    coalition: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, by its reason."""
    assert coalition.log.sealing.caught_up() == ""
    failing(SealingStopped(Reason.CLOCK, 1, 2), 1_000, monkeypatch)
    till = coalition.till("grocer")
    bought(till, till.enrol_member("Ada", key="enrol"), 1)
    assert "sealing stopped (clock)" in coalition.log.sealing.caught_up(30)


def test_a_store_that_does_not_answer_is_said_once_too(
    coalition: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`functions.sealer` logs it and reports the batch as failed: it is delivered again."""
    assert coalition.log.sealing.caught_up() == ""
    drain = coalition.log.sealing._sealer.drain
    left = [StoreUnavailable("no answer")] * 3

    def drains(wallets: Any) -> Any:
        if left:
            raise left.pop()
        return drain(wallets)

    monkeypatch.setattr(sealing, "POLL_S", 0.01)
    monkeypatch.setattr(coalition.log.sealing._sealer, "drain", drains)
    till = coalition.till("grocer")
    id_ = bought(till, till.enrol_member("Ada", key="enrol"), 1)
    while left:
        time.sleep(0.01)
    assert coalition.log.sealing.caught_up() == ""
    assert coalition.log.prover.receipt(id_)
    assert capsys.readouterr().err.count("\n") == 1


def test_a_witness_that_does_not_cosign_is_said_and_asked_again(
    coalition: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log is published all the same: a witness delays nothing."""
    assert coalition.log.sealing.caught_up() == ""
    ask, left = Witnessing.ask, [1, 1]

    def asks(self: Witnessing) -> list[Reply]:
        if left:
            left.pop()
            return [Reply(coalition.log.witness, Outcome.UNAVAILABLE, "no answer")]
        return ask(self)

    monkeypatch.setattr(Witnessing, "ask", asks)
    monkeypatch.setattr(sealing, "POLL_S", 0.01)
    till = coalition.till("grocer")
    bought(till, till.enrol_member("Ada", key="enrol"), 1)
    while left:
        time.sleep(0.01)
    assert coalition.log.sealing.caught_up() == ""
    note = coalition.log.prover.checkpoint()
    assert note is not None
    assert cosignatures(note, [coalition.log.witness.key])
    shown = capsys.readouterr().err
    assert shown == "tallystick: witness.stars.example did not cosign: no answer\n"


def test_a_clock_that_leaps_leaves_no_entry_behind() -> None:
    """A replay's does. A block is dated by when the stream was read: what comes after a leap is in
    a later one, so no entry is ever more than a day before the block before it."""
    clock = Clock(START)
    with demo_coalition(clock, 0) as coalition:
        till = coalition.till("grocer")
        member = till.enrol_member("Ada", key="enrol")
        for number in range(12):
            clock.set(START + timedelta(days=3 * number))
            bought(till, member, number)
            time.sleep(0.1)
        clock.run()
        assert coalition.log.sealing.caught_up() == ""
        newest = coalition.log.prover.blocks(None, 100)[0].block
        assert newest.balances["STARS"].owed == 120  # type: ignore[index]


def test_a_batch_is_delivered_again_from_the_first_that_failed() -> None:
    """As a stream does with partial batch responses."""
    records = [{"dynamodb": {"SequenceNumber": str(number)}} for number in range(4)]
    failed = {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert sealing._failed(records, failed) == records[2:]
    assert sealing._failed(records, {"batchItemFailures": []}) == []
