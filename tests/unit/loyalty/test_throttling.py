"""Who has to wait, and until when."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.actors import Actor, MemberActor, PartnerActor
from loyalty.throttling import A_MINUTE, Limiter
from storage.memory_request_counts import MemoryRequestCounts
from tests.coalition import OPERATOR

ADA, GRACE = MemberActor("ada"), MemberActor("grace")


class Watch:
    """A clock that is set by hand, and how often the counts were asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, 15, tzinfo=UTC)
        self.asked = 0
        self._counts = MemoryRequestCounts()

    def counted(self, party: str, minute: int, requests: int) -> int:
        self.asked += 1
        return self._counts.counted(party, minute, requests)

    def limiter(self) -> Limiter:
        return Limiter(self, lambda: self.now)


@pytest.mark.parametrize("actor", [ADA, OPERATOR, PartnerActor("grocer")])
def test_budget_of_a_minute_is_exact(actor: Actor) -> None:
    """As many as the kind of actor has pass; the next waits for the minute's end."""
    limiter, budget = Watch().limiter(), A_MINUTE[type(actor)]
    assert [limiter.actor_waits_s(actor, 1) for _ in range(budget)] == [0] * budget
    assert limiter.actor_waits_s(actor, 1) == 45


def test_budget_is_shared_by_all_processes() -> None:
    """Two limiters over the same counts let as many pass as one."""
    watch = Watch()
    processes = [watch.limiter(), watch.limiter()]
    budget = A_MINUTE[MemberActor]
    passed = [processes[n % 2].actor_waits_s(ADA, 1) == 0 for n in range(2 * budget)]
    assert passed == [True] * budget + [False] * budget


def test_each_actor_has_its_own() -> None:
    """One that asks too often takes nothing from another."""
    limiter = Watch().limiter()
    assert limiter.actor_waits_s(ADA, 1_000) == 45
    assert limiter.actor_waits_s(GRACE, 1) == 0


def test_the_next_minute_begins_anew() -> None:
    """Whoever waits as long as it is told passes."""
    watch = Watch()
    limiter = watch.limiter()
    waits_s = limiter.actor_waits_s(ADA, 1_000)
    watch.now += timedelta(seconds=waits_s - 1)
    assert limiter.actor_waits_s(ADA, 1) == 1
    watch.now += timedelta(seconds=1)
    assert limiter.actor_waits_s(ADA, 1) == 0


def test_who_hammers_on_is_not_counted_further() -> None:
    """A refusal costs a write once a minute and process, not once a request."""
    watch = Watch()
    limiter = watch.limiter()
    limiter.actor_waits_s(ADA, 1_000)
    assert watch.asked == 1
    assert {limiter.actor_waits_s(ADA, 1) for _ in range(50)} == {45}
    assert watch.asked == 1
