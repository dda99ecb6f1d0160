"""`python -m tests.simulation`: does anything that can go wrong ever lose, double or fork anything?

Runs a small history with every fault and every two, random schedules from seeds, and all mutants,
on all cores. Exit status 1 if an invariant did not hold, or a mutant lived.
"""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from os import cpu_count
from time import monotonic
from typing import NamedTuple, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.simulation.cases import CASES
from tests.simulation.faults import IN_PAIRS, Site, Tally
from tests.simulation.hunting import described
from tests.simulation.mutants import MUTANTS, Mutant, outdated, tried
from tests.simulation.schedule import run_seed
from tests.simulation.script import Faults, pairs_after, run, singles

_SEEDS_AT_ONCE = 10
_FIRSTS_AT_ONCE = 2
_SHOWN = 3
_OPERATIONS_SHOWN = 400
MUTANT_SEEDS = 600

T = TypeVar("T")


class Part(NamedTuple):
    """What some runs came to."""

    runs: int
    calls: int
    operations: int
    tally: Tally
    violations: list[str]


class Killed(NamedTuple):
    """What a mutant came to; by: None if it lived."""

    mutant: Mutant
    by: str | None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many, from 0 on")
    parser.add_argument("--seed", type=int, help="this one alone, with what it does")
    parser.add_argument("--only", choices=("seeds", "faults", "mutants"), help="one part alone")
    parser.add_argument("--json", action="store_true", help="JSON on standard output")
    given = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    if given.seed is not None:
        return _shown(given.seed)
    began = monotonic()
    wanted = (given.only,) if given.only else ("seeds", "faults", "mutants")
    parts, killed = _all(given.seeds, wanted)
    summary = _summary(parts, killed)
    summary["seconds"] = round(monotonic() - began, 1)
    _print(summary, as_json=given.json)
    lived = [each for each in killed if each.by is None and not each.mutant.spare]
    return 1 if summary["violations"] or lived else 0


def _all(seeds: int, wanted: Sequence[str]) -> tuple[dict[str, list[Part]], list[Killed]]:
    parts: dict[str, list[Part]] = {"seeds": [], "faults": []}
    killed: list[Killed] = []
    cores = cpu_count() or 1
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        ProcessPoolExecutor(cores) as pool,
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
    ):
        if "faults" in wanted:
            firsts = list(singles(IN_PAIRS))
            some = _grouped(firsts, _FIRSTS_AT_ONCE)
            work: list[Callable[[], Part]] = [partial(faults_part, each) for each in some]
            work.append(singles_part)
            parts["faults"] = _done(pool, progress, "every fault, every two", work)
        if "seeds" in wanted:
            ranges = _grouped(range(seeds), _SEEDS_AT_ONCE)
            work = [partial(seeds_part, list(each)) for each in ranges]
            parts["seeds"] = _done(pool, progress, "random schedules", work)
        if "mutants" in wanted:
            tries = [partial(_tried, mutant) for mutant in MUTANTS]
            killed = _done(pool, progress, "mutants", tries)
    return parts, killed


def _done(
    pool: ProcessPoolExecutor, progress: Progress, what: str, work: Sequence[Callable[[], T]]
) -> list[T]:
    task = progress.add_task(f"{what:<24}", total=len(work))
    waiting: set[Future[T]] = {pool.submit(each) for each in work}
    results: list[T] = []
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        results += [each.result() for each in done]
        progress.advance(task, len(done))
    return results


def seeds_part(seeds: Sequence[int]) -> Part:
    """Some random schedules."""
    logging.disable(logging.CRITICAL)
    tally = Tally()
    results = [run_seed(seed, tally) for seed in seeds]
    return Part(
        len(results),
        sum(each.calls for each in results),
        sum(each.operations for each in results),
        tally,
        [f"seed {each.seed}: {each.violation}" for each in results if each.violation],
    )


def singles_part() -> Part:
    """Every single fault, and what is told step by step."""
    logging.disable(logging.CRITICAL)
    told = [(name, case()) for name, case in CASES.items()]
    violations = [f"{name}: {violation}" for name, violation in told if violation]
    part = _runs(singles())
    return part._replace(violations=[*violations, *part.violations])


def faults_part(firsts: Sequence[Faults]) -> Part:
    """Every pair of faults that begins with one of these."""
    logging.disable(logging.CRITICAL)
    return _runs(pair for first in firsts for pair in pairs_after(first))


def _runs(all_: Iterable[Faults]) -> Part:
    tally = Tally()
    runs = calls = 0
    violations = []
    for faults in all_:
        ran = run(faults, tally)
        runs += 1
        calls += len(ran.calls)
        if ran.violation:
            violations.append(f"{described(faults, ran.calls)}: {ran.violation}")
    return Part(runs, calls, runs, tally, violations)


def _tried(mutant: Mutant) -> Killed:
    stale = outdated(mutant)
    if stale:
        raise RuntimeError(f"{mutant.name}: {stale[0].old!r} is not in {stale[0].file}, once")
    return Killed(mutant, tried(mutant, 20 if mutant.spare else MUTANT_SEEDS))


def _grouped(all_: Sequence[T], size: int) -> list[Sequence[T]]:
    return [all_[at : at + size] for at in range(0, len(all_), size)]


def _summary(parts: dict[str, list[Part]], killed: list[Killed]) -> dict[str, object]:
    tally = Tally()
    both = [*parts["seeds"], *parts["faults"]]
    for part in both:
        tally.add(part.tally)
    needed = [each for each in killed if not each.mutant.spare]
    return {
        "seeds": sum(part.runs for part in parts["seeds"]),
        "fault_runs": sum(part.runs for part in parts["faults"]),
        "operations": sum(part.operations for part in both),
        "calls": sum(part.calls for part in both),
        "faults": dict(sorted(tally.by_kind.items())),
        "crash_points": tally.points,
        "crash_points_covered": tally.covered,
        "violations": [each for part in both for each in part.violations],
        "mutants": len(needed),
        "mutants_killed": sum(each.by is not None for each in needed),
        "mutants_alive": [each.mutant.name for each in needed if each.by is None],
        "spare_conditions": {
            each.mutant.name: each.mutant.spare for each in killed if each.mutant.spare
        },
    }


def _print(summary: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(summary, indent=2) + "\n")
        return
    violations: list[str] = summary["violations"]  # type: ignore[assignment]
    faults: dict[str, int] = summary["faults"]  # type: ignore[assignment]
    lines = [
        f"seeds            {summary['seeds']:,}",
        f"runs with faults {summary['fault_runs']:,}",
        f"operations       {summary['operations']:,}, {summary['calls']:,} calls of ports",
        "faults fired     " + ", ".join(f"{kind} {count:,}" for kind, count in faults.items()),
        f"crash points     {summary['crash_points_covered']} of {summary['crash_points']}",
        f"violations       {len(violations)}",
        f"mutants killed   {summary['mutants_killed']} of {summary['mutants']}",
        f"seconds          {summary['seconds']}",
        *(f"ALIVE {name}" for name in summary["mutants_alive"]),  # type: ignore[attr-defined]
        *violations[:_SHOWN],
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    for violation in violations[:_SHOWN]:
        if violation.startswith("seed "):
            _shown(int(violation.split()[1].rstrip(":")))


def _shown(seed: int) -> int:
    """Runs one seed, and prints what it did if it fails."""
    result = run_seed(seed)
    if result.violation is None:
        sys.stdout.write(f"seed {seed}: {result.calls} calls, no violation\n")
        return 0
    sys.stdout.write(f"seed {seed}: {result.violation}\n")
    for event in result.trace[-_OPERATIONS_SHOWN:]:
        sys.stdout.write(f"  {_event(event)}\n")
    return 1


def _event(event: tuple[object, ...]) -> str:
    if len(event) == 5 and isinstance(event[2], Site):
        number, who, site, fault, args = event
        told = ", ".join(f"{each!r:.60}" for each in args)  # type: ignore[attr-defined]
        return f"{number:>5} {who:<9} {site.port:<19} {fault or '':<12} {site.file} ({told})"
    return " ".join(f"{each!s:.300}" for each in event)


if __name__ == "__main__":
    sys.exit(main())
