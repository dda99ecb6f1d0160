"""What a benchmark yields: one figure, as a ratio of two things measured in the same run.

Machines are noisy, and this one's neighbours change by the minute: the two things are measured in
turns, and what is reported is the median of the turns' ratios.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Figure(NamedTuple):
    """One figure. met: None where nothing was promised. unit: of `value`; detail: what it is of."""

    name: str
    value: float
    unit: str
    bound: str
    met: bool | None
    detail: str


def at_most(name: str, value: float, bound: float, unit: str, detail: str) -> Figure:
    return Figure(name, value, unit, f"at most {bound:g}", value <= bound, detail)


def at_least(name: str, value: float, bound: float, unit: str, detail: str) -> Figure:
    return Figure(name, value, unit, f"at least {bound:g}", value >= bound, detail)


def noted(name: str, value: float, unit: str, detail: str) -> Figure:
    return Figure(name, value, unit, "", None, detail)


class Turns(NamedTuple):
    """Medians over turns: seconds of one call of each, and the ratio of the second to the first."""

    first_s: float
    second_s: float
    ratio: float


def in_turns(
    first: Callable[[], object], second: Callable[[], object], *, calls: int, turns: int = 9
) -> Turns:
    """Measures two calls in turns, `calls` of each at a time."""
    rows = []
    for _ in range(turns):
        rows.append((_seconds(first, calls), _seconds(second, calls)))
    return Turns(
        median(row[0] for row in rows),
        median(row[1] for row in rows),
        median(row[1] / row[0] for row in rows),
    )


def _seconds(call: Callable[[], object], calls: int) -> float:
    start = perf_counter()
    for _ in range(calls):
        call()
    return (perf_counter() - start) / calls
