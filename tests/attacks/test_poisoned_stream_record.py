"""Attack: records of the table's stream that no row of ours made, between those of good rows.

Whoever could write them, by whatever hole, would stop the sealer, the clock and the events of a
whole shard with one that cannot be read, or have them do what no row says.
"""

from typing import Any

import pytest

from functions.due import note
from functions.events import tell
from functions.sealer import rung, seal
from loyalty.clock.agenda import SHARDS
from storage.memory_agenda import MemoryAgenda
from tests.coalition import GROCER, contents, verified
from tests.sealing import SealedHouse, waiting_house
from tests.webhooks import Outbox, stream_records


def keyed(pk: object, sk: object, **more: object) -> dict[str, Any]:
    keys = {"pk": pk, "sk": sk}
    return {"dynamodb": {"Keys": keys, "SequenceNumber": "7", **more}}


def text(value: str) -> dict[str, str]:
    return {"S": value}


NOBODY = "0" * 26
POISON = [
    None,
    7,
    "W#x",
    [],
    {},
    {"dynamodb": None},
    {"dynamodb": {"Keys": []}},
    {"dynamodb": {"Keys": {}, "SequenceNumber": None}},
    keyed({"N": "7"}, text("E#000000000001")),
    keyed(text("W#../../etc/passwd"), text("E#000000000001")),
    keyed(text("W#" + "0" * 10_000), text("E#000000000001")),
    keyed(text(f"W#{NOBODY}"), text("E#99999999999999999999")),
    keyed(text(f"W#{NOBODY}"), text("E#-1")),
    keyed(text(f"W#{NOBODY}"), text("E#\u0661\u0662\u0663")),
    keyed(text(f"W#{NOBODY}"), text("E#000000000001")),
    keyed(text(f"T#{NOBODY}"), text("T")),
    keyed(text("T#\x00\n"), text("T")),
    keyed(text("LOG"), text("HEAD"), NewImage={"checkpoint": {"B": "AAAA"}}),
    keyed(text("GOV"), text("0"), NewImage={"entry": {"B": "AAAA"}}),
]


@pytest.fixture
def house() -> SealedHouse:
    return waiting_house()


def records(house: SealedHouse) -> list[dict[str, Any]]:
    return [keyed(text(f"W#{id_}"), text("E#000000000001")) for id_ in sorted(house.wallets())]


def poisoned(good: list[dict[str, Any]]) -> dict[str, Any]:
    """Poison before, between and after what is good."""
    return {"Records": [*POISON, *(each for one in good for each in (one, *POISON))]}


def test_the_sealer_seals_what_is_good(house: SealedHouse) -> None:
    """And rings for no wallet whose id is none."""
    event = poisoned(records(house))
    assert set(rung(event["Records"])) == {*house.wallets(), NOBODY}
    assert seal(house.sealer, event) == {"batchItemFailures": []}
    assert house.root().owed == 5
    verified(house.store)


def test_the_clock_notes_what_is_good(house: SealedHouse) -> None:
    """Of rows alone: a record's own image is read by nobody."""
    agenda, before = MemoryAgenda(house.store), contents(house.store)
    assert note(house.coalition, agenda, poisoned(records(house))) == {"batchItemFailures": []}
    days = ("2027-12-01",)
    hints = [each for day in days for shard in SHARDS for each in agenda.page(day, shard, None, 9)]
    assert {each.wallet for each in hints} == set(house.wallets())
    assert contents(house.store) == before
    verified(house.store)


def test_events_tell_what_is_good(house: SealedHouse) -> None:
    """Once each, and of no request that was never made."""
    outbox = Outbox(house)
    outbox.registers(GROCER)
    house.earned(house.enrolled(), 5)
    told = [each["dynamodb"]["Keys"]["pk"]["S"][2:] for each in outbox.records()]
    good = stream_records(told)  # type: ignore[arg-type]
    before = contents(house.store)
    assert tell(outbox.deliverer, poisoned(good)) == {"batchItemFailures": []}
    assert len(set(outbox.crm.ids)) == len(outbox.crm.ids) > 0
    assert contents(house.store) == before
    verified(house.store)
