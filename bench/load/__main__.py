"""`make load`: 16 customers at once on the coalition that this machine serves.

make load                       half a minute, a table
make load ARGS="--seconds 120 --customers 32 --json"

Purchases, redemptions, transfers and balances go over HTTP, from processes of their own, to the API
on a local DynamoDB and S3. Then all is sealed, and the published log is audited from its address:
every transaction that a customer was told of must be in it once, and no others but those that were
there before. Exit status 1 if a request went wrong, or one of them is missing, doubled or unknown.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from statistics import quantiles
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from strawberry.relay import GlobalID

from bench.load.customers import TILL, Job, Outcome
from ledger.audit import audit
from ledger.entries import read_entry
from ledger.tiles import TileReader
from local.clock import Clock
from local.coalition import ORIGIN, Demo, demo_coalition
from local.exporting import reader

MEMBERS = 100
PROCESSES = 2
_GRACE_S = 60
# So many points that nobody runs out of them.
_FIRST_PURCHASE_MINOR = 500_000


class Load(NamedTuple):
    """What came of it. seconds: for how long customers began new requests; entries: transactions in
    the log that were not there before, by how often they are."""

    seconds: float
    outcomes: Sequence[Outcome]
    entries: Counter[str]
    fault: str

    @property
    def told(self) -> Counter[str]:
        """The transactions that customers were told of."""
        ids = (id_ for each in self.outcomes for id_ in each.transactions)
        return Counter(GlobalID.from_id(id_).node_id for id_ in ids)

    @property
    def errors(self) -> list[str]:
        return [f"{each.kind}: {each.error}" for each in self.outcomes if each.error]

    @property
    def lost(self) -> int:
        return (self.told - self.entries).total()

    @property
    def unknown(self) -> int:
        """In the log, doubled or told to nobody."""
        return (self.entries - self.told).total()

    @property
    def holds(self) -> bool:
        return not (self.errors or self.lost or self.unknown or self.fault) and bool(self.told)

    def figures(self) -> dict[str, object]:
        return {
            "seconds": round(self.seconds, 1),
            "requests": len(self.outcomes),
            "requests_per_second": round(len(self.outcomes) / self.seconds, 1),
            "transactions": self.told.total(),
            "errors": len(self.errors),
            "lost": self.lost,
            "unknown": self.unknown,
            "audit": self.fault or "holds",
            "latency_ms": dict(self.latencies()),
        }

    def latencies(self) -> Iterator[tuple[str, dict[str, float]]]:
        """By kind, and of all: milliseconds."""
        kinds = sorted({each.kind for each in self.outcomes})
        for kind in [*kinds, "all"]:
            times = [each.ms for each in self.outcomes if kind in (each.kind, "all")]
            cut = quantiles(times, n=100) if len(times) > 1 else times * 99
            yield (
                kind,
                {
                    "requests": len(times),
                    "p50": round(cut[49], 1),
                    "p95": round(cut[94], 1),
                    "p99": round(cut[98], 1),
                },
            )


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--customers", type=int, default=16)
    parser.add_argument("--json", action="store_true", help="one object, no table")
    arguments = parser.parse_args()
    status = Console(stderr=True)
    with demo_coalition(Clock.of_the_machine(), 0) as coalition:
        with status.status("enrolling …"):
            members = _enrolled(coalition)
            before = _sealed(coalition)[0]
        with status.status(f"{arguments.customers} customers for {arguments.seconds:g} s …"):
            outcomes = _shopping(coalition, members, arguments.seconds, arguments.customers)
        with status.status("auditing …"):
            entries, fault = _sealed(coalition)
        load = Load(arguments.seconds, outcomes, entries - before, fault)
    if arguments.json:
        print(json.dumps(load.figures(), indent=2))
    else:
        _show(load)
    for error, number in Counter(load.errors).most_common(5):
        print(f"tallystick: {number} x {error}", file=sys.stderr)
    return 0 if load.holds else 1


def _enrolled(coalition: Demo) -> dict[str, str]:
    """Members with points, by id: their tokens."""
    till, members = coalition.till(TILL), {}
    for number in range(MEMBERS):
        member = till.enrol_member(f"Customer {number}", key=f"enrol-{number}")
        till.record_purchase(member, _FIRST_PURCHASE_MINOR, "USD", key=f"first-{number}")
        members[member] = coalition.member_token(member)
    return members


def _shopping(
    coalition: Demo, members: dict[str, str], seconds: float, customers: int
) -> list[Outcome]:
    shares = [customers * number // PROCESSES for number in range(PROCESSES + 1)]
    jobs = [
        Job(coalition.url, coalition.programme, members, seconds, first, end - first)
        for first, end in pairwise(shares)
        if end > first
    ]
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [each for own in pool.map(_customers, jobs) for each in own]


def _customers(job: Job) -> list[Outcome]:
    """What one process of customers met with."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load.customers"],
        input=json.dumps(job._asdict()),
        stdout=subprocess.PIPE,
        text=True,
        timeout=job.seconds + _GRACE_S,
        check=True,
    )
    return [Outcome(*each) for each in json.loads(done.stdout)]


class _Log:
    """The published log at its address: a `ledger.audit.Source`."""

    def __init__(self, coalition: Demo) -> None:
        self.read = reader(coalition.http, f"{coalition.url}/log")


def _sealed(coalition: Demo) -> tuple[Counter[str], str]:
    """How often each transaction stands in the published log; what is wrong with that."""
    fault = coalition.log.sealing.caught_up()
    if fault:
        return Counter(), fault
    log = _Log(coalition)
    audited = audit(log, [coalition.log.key], origin=ORIGIN)
    if audited.checkpoint is None:
        return Counter(), str(audited.fault)
    tree = TileReader(audited.checkpoint.size, lambda tile: log.read(tile.path))
    bodies = (read_entry(tree.entry(index)).body for index in range(tree.size))
    entries = Counter(str(body["id"]) for body in bodies if body["type"] == "tx")
    return entries, "" if audited.fault is None else str(audited.fault)


def _show(load: Load) -> None:
    table = Table(title=f"{len(load.outcomes)} requests in {load.seconds:.1f} s")
    for column in ("", "requests", "p50 ms", "p95 ms", "p99 ms"):
        table.add_column(column, justify="right" if column else "left")
    for kind, row in load.latencies():
        table.add_row(kind, *(f"{value:g}" for value in row.values()))
    console = Console()
    console.print(table)
    console.print(
        f"{load.told.total()} transactions: {len(load.errors)} errors, {load.lost} lost,"
        f" {load.unknown} doubled or unknown; the audit {load.fault or 'holds'}"
    )


if __name__ == "__main__":
    sys.exit(main())
