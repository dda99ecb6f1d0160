"""A piece of the clock's work: done once, however often and by however many clocks it is tried."""

from collections.abc import Callable

from loyalty.actors import System
from loyalty.coalition import Coalition
from loyalty.committing import Plan, Request, carry_out, request_of
from loyalty.refusals import Code, Refused

CLOCK = System("clock")


class _NotDue(Refused):
    """There is nothing to do."""


def once(coalition: Coalition, key: str, decide: Callable[[Request], Plan | None]) -> bool:
    """Carries out what `key` names, unless that was done before. Returns whether this call did it.

    decide: reads and decides anew at each attempt; None where there is nothing to do. A call whose
    commit was done but not answered does not count it. Raises Refused, StoreUnavailable.
    """
    request = request_of(CLOCK, key, {"piece": key})
    plans: list[Plan] = []

    def deciding() -> Plan:
        plan = decide(request)
        if plan is None:
            raise _NotDue(Code.NOT_ELIGIBLE, "nothing of it is due")
        plans.append(plan)
        return plan

    try:
        answer = carry_out(coalition, request, deciding)
    except _NotDue:
        return False
    return any(plan.answer is answer for plan in plans)
