"""The follower's function: what it notes for the clock, and what is delivered again."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

import functions.due as module
from functions.due import note
from ledger.names import WalletId
from loyalty.clock.agenda import SHARDS, Due
from loyalty.ports import StoreUnavailable
from storage.memory_agenda import MemoryAgenda
from tests.coalition import House

EVENTS = Path(__file__).parents[2] / "events"
LAPSED = "2027-12-01"
"""The day after the last of STARS of November 2026."""


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def agenda(house: House) -> MemoryAgenda:
    return MemoryAgenda(house.store)


@pytest.fixture
def wallets(house: House) -> list[WalletId]:
    """Of three members with points."""
    for points in (5, 6, 7):
        house.earned(house.enrolled(), points)
    return list(house.store.wallet_ids())


def stream_event(*keys: tuple[str, str]) -> dict[str, Any]:
    """What Lambda sends for new rows: a real event, its keys replaced."""
    record = json.loads((EVENTS / "dynamodb-stream-record.json").read_text())
    records = []
    for number, (pk, sk) in enumerate(keys, 100):
        changed = json.loads(json.dumps(record))
        changed["dynamodb"]["Keys"] = {"pk": {"S": pk}, "sk": {"S": sk}}
        changed["dynamodb"]["SequenceNumber"] = str(number)
        records.append(changed)
    return {"Records": records}


def rows(*wallets: str) -> list[tuple[str, str]]:
    return [(f"W#{wallet}", "E#000000000001") for wallet in wallets]


def noted(agenda: MemoryAgenda) -> set[Due]:
    return {each for shard in SHARDS for each in agenda.page(LAPSED, shard, None, 100)}


def test_a_record_tells_of_the_day_on_which_points_will_have_lapsed(
    house: House, agenda: MemoryAgenda, wallets: list[WalletId]
) -> None:
    """However often it comes."""
    event = stream_event(*rows(*wallets), *rows(*wallets))
    assert note(house.coalition, agenda, event) == {"batchItemFailures": []}
    assert noted(agenda) == {Due(LAPSED, wallet, "lots", 1) for wallet in wallets}


@pytest.mark.parametrize(
    "record",
    [
        None,
        7,
        {},
        {"dynamodb": None},
        {"dynamodb": {"Keys": {"pk": {"S": "W#0"}}}},
        {"dynamodb": {"Keys": {"pk": {"N": "7"}, "sk": {"S": "E#000000000001"}}}},
        *(
            {"dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}}}
            for pk, sk in [
                ("W#../../etc", "E#000000000001"),
                ("W#" + "0" * 26, "E#000000000001"),
                ("W#" + "0" * 26, "E#-1"),
                ("W#" + "0" * 26, "E#" + "9" * 10_000),
                ("W#" + "0" * 26, "E#٣"),
                ("W#" + "0" * 26, "R"),
                ("T#" + "0" * 26, "T"),
                ("D#2027-03-31#0", "x/lots"),
                ("G", "E#000000000001"),
            ]
        ),
    ],
)
def test_a_poisoned_record_is_passed_over(
    house: House, agenda: MemoryAgenda, wallets: list[WalletId], record: object
) -> None:
    """What is before and after it is noted."""
    event = stream_event(*rows(*wallets))
    event["Records"].insert(1, record)
    assert note(house.coalition, agenda, event) == {"batchItemFailures": []}
    assert len(noted(agenda)) == 3


def test_what_could_not_be_noted_is_delivered_again_from_there(
    house: House, agenda: MemoryAgenda, wallets: list[WalletId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agenda stops answering at the second record: that and the third come again."""
    keep = agenda.note

    def fails(due: Due) -> None:
        if due.wallet == wallets[1]:
            raise StoreUnavailable("no answer")
        keep(due)

    monkeypatch.setattr(agenda, "note", fails)
    event = stream_event(*rows(*wallets))
    answer = note(house.coalition, agenda, event)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "101"}]}
    assert {each.wallet for each in noted(agenda)} == {wallets[0]}


def test_a_wallet_that_cannot_be_read_stops_no_other(
    house: House,
    agenda: MemoryAgenda,
    wallets: list[WalletId],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is told of; a stream that stood still for it would stop every hint."""
    read = house.store.wallet

    def fails(wallet: WalletId) -> Any:
        if wallet == wallets[1]:
            raise ValueError("a row of no kind")
        return read(wallet)

    monkeypatch.setattr(house.store, "wallet", fails)
    event = stream_event(*rows(*wallets))
    assert note(house.coalition, agenda, event) == {"batchItemFailures": []}
    assert {each.wallet for each in noted(agenda)} == {wallets[0], wallets[2]}
    assert f"nothing was noted of the wallet {wallets[1]}" in caplog.text


def test_what_is_wrong_for_all_wallets_is_raised(
    house: House,
    agenda: MemoryAgenda,
    wallets: list[WalletId],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A table that may not be read is no wallet's fault: its alarm rings, and no hint is lost."""

    def fails(wallet: WalletId) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "Query")

    monkeypatch.setattr(house.store, "wallet", fails)
    with pytest.raises(ClientError):
        note(house.coalition, agenda, stream_event(*rows(*wallets)))


def test_a_batch_reads_each_wallet_once(
    house: House, agenda: MemoryAgenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first of its rows that the batch tells of, in whatever order they come."""
    member = house.enrolled()
    for points in (5, 6, 7):
        house.earned(member, points)
    (wallet,) = house.store.wallet_ids()
    asked = []

    def follows(_: object, __: object, id_: WalletId, seq: int) -> None:
        asked.append((id_, seq))

    monkeypatch.setattr(module, "follow", follows)
    event = stream_event(*((f"W#{wallet}", f"E#{seq:012d}") for seq in (3, 2, 3)))
    note(house.coalition, agenda, event)
    assert asked == [(wallet, 2)]
