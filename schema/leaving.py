"""The errors that leave. Each has `extensions.code`:

    GRAPHQL_PARSE_FAILED        the text is no GraphQL document, or has too many tokens
    GRAPHQL_VALIDATION_FAILED   the document does not fit the schema, or exceeds a limit
    BAD_USER_INPUT              a variable or a literal does not fit its type
    INTERNAL                    anything that nobody expected

An error that already has a code keeps it: one raised by a resolver, and one raised by a scalar's
parser, as a GraphQLError or as any exception with an `extensions` dict (graphql-core hands that
dict on, from a variable and from a literal alike). An error without a code from within a field is
a defect of ours: the client gets `Internal error <id>` and the log, under `tallystick.schema`, the
traceback with the same id.
"""

import logging
import re
import secrets

from graphql import GraphQLError, GraphQLSyntaxError, ValueNode
from strawberry.exceptions import StrawberryInputCoercionError

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL"
UNAVAILABLE = "UNAVAILABLE"
"""Of what is worth sending again."""

MESSAGE_MAX = 1_000
"""Some messages show what was sent, a nested literal with an indented line for each level."""

_OPERATION_MAX_CHARS = 64

# As graphql-core's `did_you_mean` writes them, of names, which have no question mark.
_SUGGESTION = re.compile(r" Did you mean [^?]*\?")

_log = logging.getLogger("tallystick.schema")


def leaving(
    error: GraphQLError, operation: str | None = None, *, suggests: bool = False
) -> GraphQLError:
    """The error as it may leave: with a code, and without what only we should know.

    suggests: keeps "Did you mean", which tells the schema name by name to who may not ask for it.
    """
    if (error.extensions or {}).get("code"):
        return error
    code = _code(error)
    if code == INTERNAL:
        return _masked(error, operation)
    return _with_code(error, code, suggests)


def _code(error: GraphQLError) -> str:
    """The code of an error that came without one."""
    cause = error.original_error
    if isinstance(error, GraphQLSyntaxError):
        return PARSE_FAILED
    if isinstance(error, StrawberryInputCoercionError) or isinstance(
        cause, StrawberryInputCoercionError
    ):
        return BAD_USER_INPUT
    if error.path is None:
        # No field ran yet: either graphql-core refuses a variable, whose cause is again a
        # GraphQLError if there is one, or an extension of ours failed.
        return BAD_USER_INPUT if cause is None or isinstance(cause, GraphQLError) else INTERNAL
    # An argument is coerced as its field starts, and that error points to the value itself.
    node = error.nodes[0] if error.nodes else None
    at_value = isinstance(node, ValueNode) and isinstance(cause, GraphQLError)
    return BAD_USER_INPUT if at_value else INTERNAL


def _masked(error: GraphQLError, operation: str | None) -> GraphQLError:
    id_ = secrets.token_hex(8)
    cause = error.original_error or error
    # Neither the document nor its variables: they hold members' data.
    _log.error(
        "internal error %s in operation %r at %s",
        id_,
        operation and operation[:_OPERATION_MAX_CHARS],
        error.path,
        exc_info=(type(cause), cause, cause.__traceback__),
    )
    return GraphQLError(
        f"Internal error {id_}",
        error.nodes,
        path=error.path,
        extensions={"code": INTERNAL, "id": id_},
    )


def validation_error(error: GraphQLError, *, suggests: bool = False) -> GraphQLError:
    """What validation found, as it may leave."""
    coerced = isinstance(error, StrawberryInputCoercionError)
    return _with_code(error, BAD_USER_INPUT if coerced else VALIDATION_FAILED, suggests)


def _with_code(error: GraphQLError, code: str, suggests: bool) -> GraphQLError:
    """A copy without the cause: a kept error must not keep the frames of the request it met."""
    message = error.message if suggests else _SUGGESTION.sub("", error.message)
    if len(message) > MESSAGE_MAX:
        message = f"{message[:MESSAGE_MAX]}…"
    return GraphQLError(
        message,
        error.nodes,
        error.source,
        error.positions,
        error.path,
        extensions={"code": code, **(error.extensions or {})},
    )
