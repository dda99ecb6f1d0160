"""What an answer looks like over HTTP: its status, its headers and its body."""

from collections.abc import Mapping, Sequence

import orjson
from graphql import GraphQLError
from starlette.responses import Response
from strawberry.types import ExecutionResult

from schema.http.negotiation import JSON
from schema.leaving import INTERNAL, UNAVAILABLE

# What a request that never ran answers with, by its error's code; any other code: 400.
STATUS_OF_CODE = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "RATE_LIMITED": 429,
    INTERNAL: 500,
    UNAVAILABLE: 503,
}


def result_response(result: ExecutionResult, media_type: str) -> Response:
    errors = result.errors or []
    # An error of a field has a path. Without one, nothing ran and there is no `data` to speak of.
    if result.data is None and errors and all(error.path is None for error in errors):
        status = status_of(errors)
        return errors_response(
            errors, 200 if status == 400 and media_type == JSON else status, media_type
        )
    body: dict[str, object] = {"data": result.data}
    if errors:
        body["errors"] = [error.formatted for error in errors]
    if result.extensions:
        body["extensions"] = result.extensions
    return _json_response(body, 200, media_type)


def errors_response(
    errors: Sequence[GraphQLError],
    status: int,
    media_type: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body: dict[str, object] = {"errors": [error.formatted for error in errors]}
    wait = next((each for each in map(_retry_after, errors) if each is not None), None)
    again = {} if wait is None else {"retry-after": str(wait)}
    return _json_response(body, status, media_type, {**again, **(headers or {})})


def _retry_after(error: GraphQLError) -> object:
    return (error.extensions or {}).get("retryAfter")


def _json_response(
    body: dict[str, object],
    status: int,
    media_type: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    own = {
        "content-type": f"{media_type}; charset=utf-8",
        # A member's data, and errors that may be gone on the next try.
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    if status == 401:
        own["www-authenticate"] = "Bearer"
    return Response(orjson.dumps(body), status, {**own, **(headers or {})})


def status_of(errors: Sequence[GraphQLError]) -> int:
    codes = ((error.extensions or {}).get("code") for error in errors)
    return max(STATUS_OF_CODE.get(str(code), 400) for code in codes)
