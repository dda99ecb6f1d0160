"""Whatever fails, and wherever: nothing is lost, doubled or forked, and all comes to an end."""

from random import Random

import pytest

from tests.simulation.cases import CASES
from tests.simulation.faults import IN_PAIRS, OF_READS, OF_WRITES, Tally
from tests.simulation.hunting import described
from tests.simulation.script import Faults, pairs_after, run, singles

_PARTS = 4
_PAIRS = 60
"""How many pairs, a sample from a fixed seed. `make simulate` runs them all."""


@pytest.mark.parametrize("part", range(_PARTS))
def test_recovers_from_every_single_fault(part: int) -> None:
    for faults in list(singles())[part::_PARTS]:
        _check(faults)


@pytest.mark.parametrize("part", range(_PARTS))
def test_recovers_from_two_faults(part: int) -> None:
    random = Random(part)
    firsts = list(singles(IN_PAIRS))
    for _ in range(_PAIRS // _PARTS):
        pairs = list(pairs_after(random.choice(firsts)))
        if pairs:
            _check(random.choice(pairs))


@pytest.mark.parametrize("name", CASES)
def test_holds_in_a_case_that_is_told_step_by_step(name: str) -> None:
    assert CASES[name]() is None


def test_the_history_reaches_every_write_of_a_seal_and_fails_it_in_every_way() -> None:
    tally = Tally()
    calls = run({}, tally).calls
    written = {call.port for call in calls if call.writes}
    assert written == {
        "rows.commit",
        "heads.swap",
        "heads.place",
        "log.create",
        "log.replace",
        "own.create",
        "own.delete",
        "witness.post",
    }
    expected = sum(len(OF_WRITES if call.writes else OF_READS) for call in calls)
    assert len(list(singles())) == expected


def _check(faults: Faults) -> None:
    ran = run(faults)
    assert ran.violation is None, f"{described(faults, ran.calls)}: {ran.violation}"
