"""What the functions behind the API take from their environment."""

from pathlib import Path

import pytest

from functions import wiring_behind
from functions.wiring import followed_coalition_of
from loyalty.coalition import EntryKeyMissing
from storage.memory_log import MemoryObjects
from tests.coalition import House
from tests.sealing import LOG_KEY
from tests.signing import ORIGIN
from witness.run import open_witness


def test_witnesses_that_have_an_address_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A policy also names such as are asked by others, or not yet."""
    monkeypatch.setattr(wiring_behind, "objects_of", lambda _: (MemoryObjects(), None))
    keys = [
        open_witness(tmp_path / name, f"{name}.example", [LOG_KEY.verifier]).verifier
        for name in ("near", "far")
    ]
    lines = [
        f"log {LOG_KEY.verifier}",
        f"witness near {keys[0]} https://near.example/",
        f"witness far {keys[1]}",
        "group both all near far",
        "quorum both",
    ]
    policy = "".join(f"{line}\n" for line in lines)
    witnessing = wiring_behind.witnessing_of({"TALLYSTICK_WITNESSES": policy})
    assert [each.url for each in witnessing._targets] == ["https://near.example/"]


def test_who_follows_signs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told no entry key, and says so where one is needed; what it reads it reads."""
    environment = {
        "TALLYSTICK_ORIGIN": ORIGIN,
        "TALLYSTICK_TABLE": "tallystick",
        "AWS_REGION": "eu-west-1",
        "TALLYSTICK_DYNAMODB_ENDPOINT": "http://127.0.0.1:1",
    }
    house = House()
    monkeypatch.setattr("functions.wiring.store_of", lambda _: house.store)
    coalition = followed_coalition_of(environment)
    governance = coalition.governance()
    assert governance.partners.keys() == house.coalition.governance().partners.keys()
    with pytest.raises(EntryKeyMissing):
        coalition.signer(governance, coalition.now())
    with pytest.raises(EntryKeyMissing):
        coalition.entry_signer.sign(b"an entry")
