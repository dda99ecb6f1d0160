"""Random schedules: the invariants hold whoever is slow, wrong, dead or asleep."""

import pytest

from tests.simulation.__main__ import main
from tests.simulation.schedule import run_seed

_SEEDS = 60
_PARTS = 4


@pytest.mark.parametrize("part", range(_PARTS))
def test_every_invariant_holds_after_a_random_schedule(part: int) -> None:
    for seed in range(part, _SEEDS, _PARTS):
        result = run_seed(seed)
        assert result.violation is None, f"seed {seed}: {result.violation}"


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_seed_is_the_same_schedule_every_time(seed: int) -> None:
    first, second = ([event[:4] for event in run_seed(seed).trace if len(event) == 5] for _ in "ab")
    assert first == second


def test_a_seed_can_be_run_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "4"]) == 0
    assert "no violation" in capsys.readouterr().out
