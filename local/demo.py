"""`tallystick demo` and `tallystick serve`."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from local.access import print_access, tokens_of, until_stopped, write_env
from local.clock import Clock
from local.coalition import ORIGIN, Demo, demo_coalition
from local.figures import figures, print_replayed, print_verified
from local.journey import Journey, read_journey
from local.problems import Problem
from local.replay import Replayed, replay
from local.verification import Verification, verify_table

_MEMBERS_SHOWN = 3


def demo(
    baskets: int,
    since: date,
    *,
    port: int | None,
    env: Path | None = None,
    as_json: bool,
) -> int:
    """Replays, verifies, tells, and serves until it is stopped. Returns the exit status.

    port: where to serve; None: end after the verification. What does not verify is not served.
    env: a file for what a shell needs to use what is served.
    """
    if port is None and env is not None:
        raise Problem("--env tells of what is served: leave it out, or leave out --no-serve")
    journey = read_journey(baskets, since)
    if not journey.events:
        raise Problem(f"there are no baskets from {since} on: the data is of 2017, try --since")
    clock = Clock(journey.events[0].at - timedelta(minutes=1))
    with demo_coalition(clock, port or 0) as coalition:
        told, verification = _replayed_and_verified(coalition, journey, bars=not as_json)
        clock.run()
        serves = port is not None and verification.holds
        with until_stopped() if serves else nullcontext():
            tokens = tokens_of(coalition, _richest(told)) if serves else {}
            if serves and env is not None:
                write_env(env, coalition, tokens)
            if as_json:
                access = {"url": coalition.url, "tokens": tokens} if serves else {}
                print(json.dumps(figures(journey, told, verification) | access), flush=True)
            else:
                print_replayed(Console(), journey, told)
                print_verified(Console(), verification)
            if serves and not as_json:
                print_access(coalition, tokens)
    for fault in verification.faults:
        print(f"tallystick: does not verify: {fault}", file=sys.stderr)
    return 0 if verification.holds else 1


def serve(port: int, env: Path | None = None) -> int:
    """Serves a coalition that has two members with some points, until it is stopped.

    env: a file for what a shell needs to use it.
    """
    with demo_coalition(Clock.of_the_machine(), port) as coalition:
        members = {name: _member_with_points(coalition, name) for name in ("Ada", "Grace")}
        with until_stopped():
            tokens = tokens_of(coalition, members)
            if env is not None:
                write_env(env, coalition, tokens)
            print_access(coalition, tokens)
    return 0


def _replayed_and_verified(
    coalition: Demo, journey: Journey, *, bars: bool
) -> tuple[Replayed, Verification]:
    with _bar("replaying", len(journey.events), shown=bars) as moved:
        done = 0

        def advance(events: int) -> None:
            nonlocal done
            done += events
            moved(done)

        told = replay(coalition, journey, advance)
    with _bar("reading and verifying", None, shown=bars) as moved:
        verification = verify_table(coalition.store, ORIGIN, moved)
    return told, verification


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
    grocer, bakery = coalition.till("grocer"), coalition.till("bakery")
    member = grocer.enrol_member(name, key=f"enrol-{name}")
    grocer.record_purchase(member, 10_000, "USD", key=f"groceries-{name}")
    bakery.record_purchase(member, 1_000, "USD", key=f"bread-{name}")
    return member
