"""What becomes of a delivery: begun, taken, tried again later and later, given up.

The times are those that the Standard Webhooks specification gives as its example: ten attempts over
76 hours. Each pause is drawn out by up to a fifth, at random, so that what failed together is not
tried again together. Whoever takes up a delivery moves its time past the longest attempt first: if
it then dies, another takes it up after that, as the next attempt.
"""

from datetime import datetime, timedelta

from ledger.names import At, at_text
from loyalty.webhooks.ports import Delivery, Reply, State

RETRY_AFTER_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""How long after each attempt the next one comes; after the last one there is none."""

MAX_ATTEMPTS = len(RETRY_AFTER_S) + 1
LEASE_S = 120
"""How long who has taken up a delivery may take, before another may."""

_PUT_OFF_MAX_S = 86_400
GONE = 410


def begun(endpoint: str, event: str, now: datetime) -> Delivery:
    """A new delivery, whose first attempt begins now."""
    return Delivery(endpoint, event, State.DUE, _later(now, LEASE_S))


def begun_again(delivery: Delivery, now: datetime) -> Delivery:
    """Its next attempt begins now."""
    return _next(delivery, at=_later(now, LEASE_S), attempts=delivery.attempts + 1)


def put_off(delivery: Delivery, now: datetime) -> Delivery:
    """The attempt did not begin after all. Others come first now: no slow endpoint keeps them."""
    return _next(delivery, at=_later(now, LEASE_S), attempts=delivery.attempts - 1)


def replayed(delivery: Delivery, replay: str, now: datetime) -> Delivery:
    """Whatever became of it before, it begins anew, by that request."""
    anew = delivery._replace(state=State.DUE, reason="", replay=replay)
    return _next(anew, at=_later(now, LEASE_S), attempts=1)


def taken(reply: Reply) -> bool:
    """Whether the receiver has it: any 2xx."""
    return 200 <= reply.status <= 299


def settled(delivery: Delivery, reply: Reply, now: datetime, random: int) -> Delivery:
    """After an attempt. random: 16 bits."""
    if taken(reply):
        return _next(delivery._replace(state=State.DELIVERED, reason=""), at=at_text(now))
    reason = f"status {reply.status}" if reply.status else reply.reason
    if reply.status == GONE or delivery.attempts >= MAX_ATTEMPTS:
        return dead(delivery, reason, now)
    pause_ms = RETRY_AFTER_S[delivery.attempts - 1] * 1_000
    pause_ms += pause_ms * random // 65_536 // 5
    pause_ms = max(pause_ms, min(reply.retry_after_s, _PUT_OFF_MAX_S) * 1_000)
    at = at_text(now + timedelta(milliseconds=pause_ms))
    return _next(delivery._replace(reason=reason), at=at)


def dead(delivery: Delivery, reason: str, now: datetime) -> Delivery:
    """Given up."""
    return _next(delivery._replace(state=State.DEAD, reason=reason), at=at_text(now))


def _next(delivery: Delivery, *, at: At, attempts: int | None = None) -> Delivery:
    attempts = delivery.attempts if attempts is None else attempts
    return delivery._replace(at=at, attempts=attempts, version=delivery.version + 1)


def _later(now: datetime, seconds: int) -> At:
    return at_text(now + timedelta(seconds=seconds))
