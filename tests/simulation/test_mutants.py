"""Taking a condition away is found: the simulation sees what it is there to see."""

import pytest

from tests.simulation.mutants import MUTANTS, Mutant, outdated, tried

# Each is found within seconds. `make simulate` tries all of them.
_QUICK = (
    "commit: the wallet has no such row yet",
    "commit: what still stands is at its version",
    "swap: the head is the one that was read",
    "ready: past the limit while nothing is ready",
    "publication: no cosignature is lost",
    "publication: tiles before the checkpoint",
    "publication: the bundle goes after the checkpoint",
    "start: no witness is ahead",
    "request: governance that was read long ago is read again",
    "request: what ends something is dated ahead",
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_takes_away_is_in_the_source(mutant: Mutant) -> None:
    assert outdated(mutant) == []


@pytest.mark.parametrize("name", _QUICK)
def test_a_condition_that_is_missing_is_found(name: str) -> None:
    (mutant,) = (each for each in MUTANTS if each.name == name)
    assert tried(mutant, 60) is not None
