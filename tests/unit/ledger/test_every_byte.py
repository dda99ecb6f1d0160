"""A changed byte is found where it is: no byte of any entry of a ledger can be another."""

import json
import pickle
import random
from base64 import b64decode
from pathlib import Path

import pytest

from ledger.errors import RuleBroken
from ledger.history import History
from ledger.verify import Labelled, first_bad_signature, verify

FILE = Path(__file__).parents[2] / "vectors" / "ledger-format.json"
VECTORS = json.loads(FILE.read_text(encoding="utf-8"))
ENTRIES = [b64decode(row["entry"]) for row in VECTORS["ledger"]]
POSITIONS = range(len(ENTRIES))
WHOLE_LEDGERS = 4


def state_before(position: int) -> bytes:
    """What the entries before one lead to, as a pickle: the quickest to copy it from."""
    history = History()
    for data in ENTRIES[:position]:
        history.take(data)
    return pickle.dumps(history, pickle.HIGHEST_PROTOCOL)


def accepted(state: bytes, data: bytes) -> bool:
    """Whether an entry may be the next: as `verify` decides it, on a copy of the state."""
    try:
        history: History = pickle.loads(state)
        return first_bad_signature(history.take(data)) is None
    except RuleBroken:
        return False


def changed(data: bytes, index: int, chance: random.Random) -> list[bytes]:
    """The entry with another byte at an index: one bit flipped, and any other value."""
    values = (
        data[index] ^ 1 << chance.randrange(8),
        (data[index] + chance.randrange(1, 256)) % 256,
    )
    return [data[:index] + bytes([value]) + data[index + 1 :] for value in values]


@pytest.mark.parametrize("position", POSITIONS)
def test_no_byte_of_an_entry_can_be_another(position: int) -> None:
    """With any byte changed, the entry that holds it does not follow from those before it."""
    chance = random.Random(position)
    state, data = state_before(position), ENTRIES[position]
    assert accepted(state, data)
    for index in range(len(data)):
        for other in changed(data, index, chance):
            assert not accepted(state, other), (index, other[index])


@pytest.mark.parametrize("position", POSITIONS)
def test_no_byte_of_an_entry_can_be_missing_or_too_many(position: int) -> None:
    """Cut short, made longer, or with a byte dropped or doubled, an entry is refused."""
    chance = random.Random(position)
    state, data = state_before(position), ENTRIES[position]
    for index in [0, len(data) - 1, *chance.sample(range(len(data)), 20)]:
        assert not accepted(state, data[:index])
        assert not accepted(state, data[:index] + data[index + 1 :])
    for extra in (b"\n", b" ", b"\x00"):
        assert not accepted(state, data + extra)
        assert not accepted(state, extra + data)


@pytest.mark.parametrize("position", POSITIONS)
def test_a_verifier_of_the_whole_ledger_names_the_changed_entry(position: int) -> None:
    """`verify` over all entries, those after the changed one included, names exactly that one."""
    chance = random.Random(position)
    data = ENTRIES[position]
    for index in chance.sample(range(len(data)), WHOLE_LEDGERS):
        other = changed(data, index, chance)[0]
        entries = [*ENTRIES[:position], other, *ENTRIES[position + 1 :]]
        found = verify([Labelled(f"entry {at}", entry) for at, entry in enumerate(entries)])
        assert found.fault is not None
        assert (found.fault.position, found.fault.label) == (position, f"entry {position}")
