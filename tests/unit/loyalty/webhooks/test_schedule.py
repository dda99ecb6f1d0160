"""What becomes of a delivery after each attempt."""

from datetime import timedelta
from inspect import signature

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.names import at_moment, at_text
from loyalty.webhooks.delivering import ROUND_S
from loyalty.webhooks.ports import Delivery, Reply, State
from loyalty.webhooks.schedule import (
    LEASE_S,
    MAX_ATTEMPTS,
    RETRY_AFTER_S,
    begun,
    begun_again,
    replayed,
    settled,
)
from storage.webhook_http import WebhookPost
from tests.coalition import NOON

random = st.integers(0, 65_535)


def pause_s(delivery: Delivery) -> float:
    return (at_moment(delivery.at) - NOON).total_seconds()


def at_attempt(number: int) -> Delivery:
    return begun("e", "evt_1", NOON)._replace(attempts=number)


def test_who_takes_it_up_has_it_for_a_while() -> None:
    """Longer than a round and an attempt take: else two would send it."""
    new = begun("e", "evt_1", NOON)
    assert (new.state, new.attempts, new.version) == (State.DUE, 1, 1)
    assert pause_s(new) == LEASE_S
    again = begun_again(new, NOON)
    assert (again.attempts, again.version, pause_s(again)) == (2, 2, LEASE_S)


def test_who_has_it_is_done_before_another_takes_it_up() -> None:
    """Even with the last attempt that a round begins, if it takes all its time."""
    total_s = signature(WebhookPost).parameters["total_s"].default
    assert ROUND_S + total_s < LEASE_S


def test_pauses_are_those_of_the_specification() -> None:
    """Standard Webhooks 1.0: ten attempts, after 5 s, 5 min, 30 min, and 2, 5, 10, 14, 20, 24 h."""
    hours = [timedelta(hours=each) for each in (2, 5, 10, 14, 20, 24)]
    short = [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)]
    assert [timedelta(seconds=each) for each in RETRY_AFTER_S] == [*short, *hours]


@given(st.integers(200, 299), st.integers(1, MAX_ATTEMPTS), random)
def test_any_2xx_is_the_end_of_it(status: int, attempt: int, number: int) -> None:
    old = at_attempt(attempt)
    done = settled(old, Reply(status), NOON, number)
    assert (done.state, done.at, done.reason) == (State.DELIVERED, at_text(NOON), "")
    assert done.version == old.version + 1


@pytest.mark.parametrize("status", [199, 300])
def test_what_is_beside_2xx_is_not_taken(status: int) -> None:
    assert settled(at_attempt(1), Reply(status), NOON, 0).state is State.DUE


@given(
    st.integers(100, 599).filter(lambda status: not 200 <= status <= 299 and status != 410),
    st.integers(1, MAX_ATTEMPTS - 1),
    random,
)
def test_whatever_else_it_says_it_is_tried_again(status: int, attempt: int, number: int) -> None:
    """Redirects and 4xx, too: later than the schedule says by up to a fifth, never sooner."""
    left = settled(at_attempt(attempt), Reply(status), NOON, number)
    assert (left.state, left.attempts, left.reason) == (State.DUE, attempt, f"status {status}")
    least = RETRY_AFTER_S[attempt - 1]
    assert least <= pause_s(left) <= least * 1.2


def test_what_failed_together_is_spread() -> None:
    """By random numbers, over a fifth of the pause."""
    last = at_attempt(9)
    pauses = {pause_s(settled(last, Reply(500), NOON, each)) for each in range(0, 65_536, 99)}
    assert len(pauses) > 600
    assert max(pauses) - min(pauses) > RETRY_AFTER_S[8] * 0.19


@pytest.mark.parametrize("reply", [Reply(500), Reply(0, "no answer in time")])
def test_after_the_last_attempt_it_is_given_up(reply: Reply) -> None:
    """76 hours after the first, with the reason that it had last."""
    given_up = settled(at_attempt(MAX_ATTEMPTS), reply, NOON, 0)
    assert (given_up.state, given_up.at) == (State.DEAD, at_text(NOON))
    assert given_up.reason == (reply.reason or "status 500")
    assert timedelta(seconds=sum(RETRY_AFTER_S)) > timedelta(hours=75)


def test_gone_is_given_up_at_once() -> None:
    assert settled(at_attempt(1), Reply(410), NOON, 0).state is State.DEAD


@pytest.mark.parametrize(
    ("asked_s", "waited_s"), [(0, 5), (3, 5), (60, 60), (86_400, 86_400), (10**6, 86_400)]
)
def test_a_receiver_may_put_it_off_for_a_day(asked_s: int, waited_s: int) -> None:
    """By Retry-After; it cannot make it come sooner."""
    left = settled(at_attempt(1), Reply(429, "", asked_s), NOON, 0)
    assert pause_s(left) == waited_s


def test_a_replay_begins_anew() -> None:
    """With all its attempts, whatever became of it."""
    dead = settled(at_attempt(MAX_ATTEMPTS), Reply(500), NOON, 0)
    anew = replayed(dead, "request", NOON)
    assert (anew.state, anew.attempts, anew.reason, anew.replay) == (State.DUE, 1, "", "request")
    assert anew.version == dead.version + 1
