"""`tallystick demo` and `tallystick serve`."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from local.access import print_access, tokens_of, until_stopped, write_env
from local.clock import Clock
from local.coalition import ORIGIN, Demo, demo_coalition
from local.exporting import SAMPLE
from local.figures import figures, print_published, print_replayed, print_verified
from local.journey import Journey, read_journey
from local.problems import Problem
from local.published import Published, published
from local.replay import Replayed, replay
from local.verification import Verification, verify_table

_MEMBERS_SHOWN = 3


class _Told(NamedTuple):
    """What a demo came to."""

    journey: Journey
    replayed: Replayed
    verification: Verification
    log: Published

    @property
    def faults(self) -> tuple[str, ...]:
        return self.verification.faults + self.log.faults


def demo(
    baskets: int,
    since: date,
    *,
    port: int | None,
    env: Path | None = None,
    export: Path | None = None,
    as_json: bool,
) -> int:
    """Replays, verifies, audits, tells, and serves until it is stopped. Returns the exit status.

    port: where to serve; None: end after the audit. What does not verify is not served. env: a file
    for what a shell needs to use what is served; export: a folder for the published log.
    """
    if port is None and env is not None:
        raise Problem("--env tells of what is served: leave it out, or leave out --no-serve")
    journey = read_journey(baskets, since)
    if not journey.events:
        raise Problem(f"there are no baskets from {since} on: the data is of 2017, try --since")
    clock = Clock(journey.events[0].at - timedelta(minutes=1))
    with demo_coalition(clock, port or 0) as coalition:
        told = _told(coalition, journey, export, bars=not as_json)
        serves = port is not None and not told.faults
        with until_stopped() if serves else nullcontext():
            if serves:
                coalition.clockwork.start()
            tokens = tokens_of(coalition, _richest(told.replayed)) if serves else {}
            if serves and env is not None:
                write_env(env, coalition, tokens)
            if as_json:
                access = {"url": coalition.url, "tokens": tokens} if serves else {}
                print(json.dumps(figures(*told) | access), flush=True)
            else:
                print_replayed(Console(), journey, told.replayed)
                print_verified(Console(), told.verification)
                print_published(Console(), told.log, export)
            if serves and not as_json:
                print_access(coalition, tokens)
    for fault in told.faults:
        print(f"tallystick: does not verify: {fault}", file=sys.stderr)
    return 1 if told.faults else 0


def serve(port: int, env: Path | None = None) -> int:
    """Serves a coalition that has two members with some points, until it is stopped.

    env: a file for what a shell needs to use it.
    """
    with demo_coalition(Clock.of_the_machine(), port) as coalition:
        coalition.clockwork.start()
        members = {name: _member_with_points(coalition, name) for name in ("Ada", "Grace")}
        with until_stopped():
            tokens = tokens_of(coalition, members)
            if env is not None:
                write_env(env, coalition, tokens)
            print_access(coalition, tokens)
    return 0


def _told(coalition: Demo, journey: Journey, export: Path | None, *, bars: bool) -> _Told:
    """The replay, the table as it was read back, and the log as it is published."""
    with _bar("replaying", len(journey.events), shown=bars) as moved:
        done = 0

        def advance(events: int) -> None:
            nonlocal done
            done += events
            moved(done)

        replayed = replay(coalition, journey, advance)
    with _bar("reading and verifying", None, shown=bars) as moved:
        verification = verify_table(coalition.store, ORIGIN, moved)
    coalition.clock.run()
    if not verification.holds:
        return _Told(journey, replayed, verification, Published(()))
    with (
        _bar("auditing the published log", None, shown=bars) as moved,
        TemporaryDirectory(prefix="tallystick-log-") as temporary,
    ):
        sample = 1 if export is None else SAMPLE
        log = published(
            coalition, export or Path(temporary), verification, sample=sample, progress=moved
        )
    return _Told(journey, replayed, verification, log)


@contextmanager
def _bar(title: str, total: int | None, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error, if that is a terminal. Yields what moves it."""
    console = Console(stderr=True)
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = not (shown and console.is_terminal)
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, completed=done)


def _richest(told: Replayed) -> dict[str, str]:
    """Some members with points, by household, those who earned most first."""
    households = [household for household, _ in told.earned.most_common(_MEMBERS_SHOWN)]
    return {f"household {household}": told.members[household] for household in households}


def _member_with_points(coalition: Demo, name: str) -> str:
    """Enrolled at the grocer, with 120 points."""
    grocer, deli = coalition.till("grocer"), coalition.till("deli")
    member = grocer.enrol_member(name, key=f"enrol-{name}")
    grocer.record_purchase(member, 10_000, "USD", key=f"groceries-{name}")
    deli.record_purchase(member, 1_000, "USD", key=f"bread-{name}")
    return member
