"""The quickest way to a violation, if there is one: what a mutant is killed by."""

from collections.abc import Sequence

from tests.simulation.cases import CASES
from tests.simulation.faults import Call
from tests.simulation.schedule import run_seed
from tests.simulation.script import Faults, run, singles

_SEEDS_AT_FIRST = 60


def first_violation(seeds: int) -> str | None:
    """What goes wrong first: in the cases, in a few seeds, under single faults, in more seeds."""
    for name, case in CASES.items():
        violation = case()
        if violation is not None:
            return f"{name}: {violation}"
    first = min(_SEEDS_AT_FIRST, seeds)
    return _of_seeds(range(first)) or _of_faults() or _of_seeds(range(first, seeds))


def _of_seeds(seeds: range) -> str | None:
    for seed in seeds:
        violation = run_seed(seed).violation
        if violation is not None:
            return f"seed {seed}: {violation}"
    return None


def _of_faults() -> str | None:
    for faults in singles():
        ran = run(faults)
        if ran.violation is not None:
            return f"{described(faults, ran.calls)}: {ran.violation}"
    return None


def described(faults: Faults, calls: Sequence[Call]) -> str:
    """Faults with the places where they were fired."""
    return ", ".join(
        f"call {number} ({calls[number - 1].site}) {fault.value}"
        for number, fault in faults.items()
    )
