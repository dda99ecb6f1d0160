"""The clock on this machine: in turns during a replay, by itself while it is served."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

import functions.clock
from local import clockwork
from local.clock import Clock
from local.coalition import CURRENCY, ORIGIN, Demo, demo_coalition
from local.verification import verify_table
from loyalty.ports import StoreUnavailable

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = START + timedelta(days=380)


@pytest.fixture
def coalition() -> Iterator[Demo]:
    """Whose clock stands."""
    with demo_coalition(Clock(START), 0) as coalition:
        yield coalition


@pytest.fixture
def member(coalition: Demo) -> str:
    """Who has 10 points, which lapse after November 2027."""
    till = coalition.till("grocer")
    member = till.enrol_member("Ada", key="enrol")
    till.record_purchase(member, 1_000, "USD", key="sale")
    return member


def owed(coalition: Demo) -> int:
    """Of a table whose ledger verifies."""
    found = verify_table(coalition.store, ORIGIN, lambda _: None)
    assert found.holds
    return found.owed.get(CURRENCY, 0)


@pytest.mark.usefixtures("member")
def test_a_day_begins_with_what_is_due_on_it(coalition: Demo) -> None:
    """Once: what lapses the next day waits for that."""
    coalition.clockwork.new_day()
    assert owed(coalition) == 10
    coalition.clock.set(LATER)
    coalition.clockwork.new_day()
    assert owed(coalition) == 0
    coalition.clockwork.new_day()
    assert coalition.clockwork.turn() == {"done": {}, "looked": 0, "failed": 0, "next": None}


@pytest.mark.usefixtures("member")
def test_it_runs_by_itself(coalition: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a new day begins, whether or not anything is committed."""
    monkeypatch.setattr(clockwork, "POLL_S", 0.02)
    coalition.clockwork.start()
    coalition.clock.set(LATER)
    while owed(coalition):
        time.sleep(0.02)


@pytest.mark.usefixtures("member")
def test_a_failure_is_said_once_and_tried_again(
    coalition: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line; what is due stays due."""
    monkeypatch.setattr(clockwork, "POLL_S", 0.02)
    tick, left = functions.clock.tick, [StoreUnavailable("no answer")] * 3

    def ticks(*given: object) -> object:
        if left:
            raise left.pop()
        return tick(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(functions.clock, "tick", ticks)
    coalition.clock.set(LATER)
    coalition.clockwork.start()
    while left or owed(coalition):
        time.sleep(0.02)
    said = "tallystick: the clock failed: StoreUnavailable: no answer\n"
    assert capsys.readouterr().err.count(said) == 1
