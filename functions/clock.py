"""The clock as a Lambda function on a schedule: it confirms, expires and tells what is due.

An event with `"every_wallet": true` begins a sweep of all wallets, for what the stream lost;
runs after it go on with that. Each run goes as far as its time allows, and the next goes on there:
however late one comes, or how many at once, each thing is done once.

It answers what it did by number, how many wallets' matters it put off (each stands in the error log
with its reason, for the alarm), and where the next run goes on if it did not come to its end.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from functions.telemetry import Telemetry
from functions.wiring import coalition_of
from functions.wiring_behind import agenda_of
from loyalty.clock.agenda import Agenda
from loyalty.clock.running import run
from loyalty.coalition import Coalition

TOLD = Telemetry("clock")
RESERVE_S = 15.0
"""For what is under way when time is up: one wallet, whose requests may be tried many times."""


@TOLD
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry point. Raises StoreUnavailable, so that it is invoked again."""
    answer = tick(*_clock(), event, lambda: context.get_remaining_time_in_millis() / 1000)
    TOLD.count("PutOff", answer["failed"])
    return answer


def tick(
    coalition: Coalition,
    agenda: Agenda,
    event: Mapping[str, Any],
    remaining_s: Callable[[], float],
) -> dict[str, Any]:
    """One run of the clock."""
    report = run(
        coalition,
        agenda,
        lambda: remaining_s() - RESERVE_S,
        every_wallet=event.get("every_wallet") is True,
    )
    return {
        "done": dict(report.done),
        "looked": report.looked,
        "failed": len(report.failed),
        "next": None if report.next is None else report.next._asdict(),
    }


@cache
def _clock() -> tuple[Coalition, Agenda]:
    return coalition_of(os.environ), agenda_of(os.environ)
