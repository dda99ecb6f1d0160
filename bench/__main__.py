"""`make bench`: what we promise about speed and cost, measured. Exit status 1 if a bound is missed.

make bench                         everything, as a table and a JSON array
make bench ARGS="--only signing"   one part
make bench ARGS="--entries 20000"  a smaller ledger to verify
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

from bench import (
    audit,
    capacity,
    clock,
    journey,
    local_rows,
    requests,
    roots,
    rules,
    sealing,
    signing,
    verification,
    waking,
)
from bench.figures import Figure


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000, help="of the ledger to verify")
    parser.add_argument(
        "--memory-entries", type=int, default=1_000_000, help="of the log whose audit is weighed"
    )
    parser.add_argument("--json", action="store_true", help="the JSON array alone")
    parts: dict[str, Callable[[], Iterator[Figure]]] = {
        "verification": lambda: verification.figures(arguments.entries),
        "audit": lambda: audit.figures(arguments.entries, arguments.memory_entries),
        "sealing": sealing.figures,
        "roots": roots.figures,
        "signing": signing.figures,
        "rules": rules.figures,
        "requests": requests.figures,
        "waking": waking.figures,
        "rows": local_rows.figures,
        "capacity": capacity.figures,
        "clock": clock.figures,
        "journey": journey.figures,
    }
    parser.add_argument("--only", choices=parts, action="append", help="this part; repeatable")
    arguments = parser.parse_args()
    found: list[Figure] = []
    status = Console(stderr=True)
    for name in arguments.only or parts:
        # No spinner: beside its thread nothing can fork, and other processes start slowly.
        status.print(f"measuring {name} …")
        found += parts[name]()
    if not arguments.json:
        Console().print(table(found))
    print(json.dumps([figure._asdict() for figure in found], indent=2))
    return 1 if any(figure.met is False for figure in found) else 0


def table(figures: list[Figure]) -> Table:
    shown = Table(title="Ratios within this run")
    for column in ("figure", "value", "unit", "bound", "", "of"):
        shown.add_column(column)
    marks = {True: "[green]met", False: "[red]MISSED", None: "noted"}
    for each in figures:
        value = f"{each.value:.2f}"
        shown.add_row(each.name, value, each.unit, each.bound, marks[each.met], each.detail)
    return shown


if __name__ == "__main__":
    sys.exit(main())
