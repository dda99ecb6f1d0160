"""A witness that looks into the log vouches only for blocks that follow from their entries."""

from pathlib import Path

import pytest

from sealing import making
from sealing.position import CurrencyPosition
from tests.sealing import LOG_KEY, SealedHouse
from witness.replay import Replay
from witness.service import NotYet

KEYS = [LOG_KEY.verifier]


def published(house: SealedHouse) -> bytes:
    note = house.log.read("checkpoint")
    assert note is not None
    return note


@pytest.fixture
def house() -> SealedHouse:
    house = SealedHouse()
    house.earned(house.enrolled(), 5)
    house.sealed()
    return house


def test_a_log_that_follows_is_vouched_for_again_and_again(
    house: SealedHouse, tmp_path: Path
) -> None:
    replay = Replay(house.log.read, KEYS, tmp_path / "audit")
    for _ in range(3):
        assert replay(published(house)) is None
        house.earned(house.enrolled(), 7)
        house.sealed()
    assert replay(published(house)) is None


def test_a_block_that_hides_what_is_owed_is_not_vouched_for(
    house: SealedHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = Replay(house.log.read, KEYS, tmp_path / "audit")
    assert replay(published(house)) is None
    stated = making._stated

    def less(row: CurrencyPosition) -> object:
        true = stated(row)
        return true._replace(owed=max(true.owed - 1, 0))

    monkeypatch.setattr(making, "_stated", less)
    house.earned(house.enrolled(), 7)
    house.sealed()
    reason = replay(published(house))
    assert reason is not None
    assert "block.balances.owed" in reason


def test_what_is_not_published_yet_is_no_fault(house: SealedHouse, tmp_path: Path) -> None:
    replay = Replay(lambda path: None, KEYS, tmp_path / "audit")
    with pytest.raises(NotYet):
        replay(published(house))


def test_the_state_is_of_its_own_audit_alone(house: SealedHouse, tmp_path: Path) -> None:
    (tmp_path / "audit").write_bytes(b"no state of an audit" * 100)
    with pytest.raises(NotYet, match="state"):
        Replay(house.log.read, KEYS, tmp_path / "audit")(published(house))


def test_tiles_that_are_late_are_no_fault_of_a_later_checkpoint_either(
    house: SealedHouse, tmp_path: Path
) -> None:
    replay = Replay(house.log.read, KEYS, tmp_path / "audit")
    assert replay(published(house)) is None
    house.earned(house.enrolled(), 7)
    house.sealed()
    late = Replay(lambda path: None, KEYS, tmp_path / "audit")
    with pytest.raises(NotYet):
        late(published(house))
    assert replay(published(house)) is None
