"""What is told to who asks too often: RATE_LIMITED, a 429 over HTTP, and when to ask again."""

from collections.abc import Callable

from graphql import GraphQLError

from loyalty.actors import Actor
from loyalty.throttling import A_MINUTE_OF_NOBODY, Limiter
from schema.tokens import Unauthenticated

RATE_LIMITED = "RATE_LIMITED"
DEAR_ROWS = 500
"""From where on a query counts as mutations do; below, its cost and the gateway bound it."""

# That of a mutation, in `schema.weights`.
_ROWS = 50


def refusals_of(limiter: Limiter, actor: Actor, rows: int) -> list[GraphQLError]:
    """The error of an actor that has to wait before it may read so many rows."""
    waits_s = limiter.actor_waits_s(actor, max(1, rows // _ROWS))
    return [_error("mutations and dear queries", waits_s)] if waits_s else []


def known(find: Callable[[], Actor | None], source: str, strangers: Limiter) -> Actor | None:
    """The actor that is found.

    Nobody's requests, and those with a token that is none, count against where they come from.
    Raises a GraphQLError: RATE_LIMITED, or that of `find`.
    """
    try:
        actor = find()
    except Unauthenticated:
        _check(source, strangers)
        raise
    if actor is None:
        _check(source, strangers)
    return actor


def _check(source: str, strangers: Limiter) -> None:
    waits_s = strangers.waits_s(source, 1, A_MINUTE_OF_NOBODY)
    if waits_s:
        raise _error("requests without a token", waits_s)


def _error(what: str, waits_s: int) -> GraphQLError:
    message = f"Too many {what} in this minute: ask again in {waits_s} seconds."
    return GraphQLError(message, extensions={"code": RATE_LIMITED, "retryAfter": waits_s})
