"""What a request asks for: the parameters of its body, or of its URL."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import orjson
from starlette.requests import ClientDisconnect, Request

from schema.http.negotiation import JSON
from schema.http.refusal import Refusal
from schema.measure import Limits

BODY_LIMIT_BYTES = Limits().body_bytes
# A value has a comma and a bracket at most. They are counted before the body is parsed, because
# half a million of empty lists take half a second to make and to look through.
SEPARATORS_LIMIT = 2 * Limits().values
# Deeper than any input type goes, and shallow enough for every recursion behind it, that of the
# answer's encoder (254 levels) included.
JSON_DEPTH_LIMIT = 64
# orjson reads an integer that fits neither int64 nor uint64 as a float, and so loses its digits.
FIRST_UNSAFE_FLOAT = float(1 << 63)


class Operation(NamedTuple):
    """The parameters of a GraphQL request. query: None where a hash may stand for it."""

    query: str | None
    variables: dict[str, object] | None
    name: str | None
    extensions: dict[str, object] | None


async def operation_in(request: Request, body_max_bytes: int) -> Operation:
    """The operation that a request asks for. Raises Refusal."""
    if request.method == "POST":
        _require_json(request.headers.get("content-type"))
        body = await _body(request, body_max_bytes)
        if sum(map(body.count, b",[{")) > SEPARATORS_LIMIT:
            raise Refusal(413, f"The body has more than {SEPARATORS_LIMIT} commas and brackets.")
        return operation_of(parsed_json(body, "The body"))
    if request.method == "GET":
        return operation_of(_query_parameters(request.query_params))
    raise Refusal(405, "GraphQL is served over GET and POST.", {"allow": "GET, POST"})


async def _body(request: Request, limit: int) -> bytes:
    """The whole body, read no further than the limit, whatever its length is said to be."""
    whose = "" if limit >= BODY_LIMIT_BYTES else " without a token"
    too_large = Refusal(413, f"The body must not exceed {limit} bytes{whose}.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise too_large
    body, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise too_large
    return bytes(body)


def _require_json(content_type: str | None) -> None:
    """Refuse a body that is not JSON in UTF-8.

    It also keeps foreign web pages out: a browser sends this type to another site only after asking
    that site, and we do not answer that question.
    """
    name, *parameters = (piece.strip().lower() for piece in (content_type or "").split(";"))
    charsets = [p.removeprefix("charset=").strip('"') for p in parameters if "charset=" in p]
    if name != JSON or any(charset not in {"utf-8", "utf8"} for charset in charsets):
        raise Refusal(415, f"The body must be sent as {JSON} in UTF-8.")


def parsed_json(text: bytes | str, what: str) -> object:
    """A JSON text's value. Raises Refusal (400), with `what` as the subject of its message."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, f"{what} is not JSON: {error}.") from None
    # Level by level: to remember each part's depth takes ten times as long.
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > JSON_DEPTH_LIMIT:
            raise Refusal(400, f"{what} is nested more than {JSON_DEPTH_LIMIT} deep.")
        inner: list[object] = []
        for part in level:
            if isinstance(part, dict):
                inner.extend(part.values())
            elif isinstance(part, list):
                inner.extend(part)
            elif isinstance(part, float) and math.fabs(part) >= FIRST_UNSAFE_FLOAT:
                raise Refusal(400, f"{what} has a number that does not fit in 64 bits.")
        level = inner
    return value


def _query_parameters(parameters: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = dict(parameters)
    for name in ("variables", "extensions"):
        text = parameters.get(name)
        values[name] = parsed_json(text, f"`{name}`") if text else None
    return values


def operation_of(parameters: object) -> Operation:
    """The operation that a body's JSON value asks for. Raises Refusal (400)."""
    if not isinstance(parameters, dict):
        raise Refusal(400, "The body must be a JSON object; batches are not served.")
    query = parameters.get("query")
    name = parameters.get("operationName")
    if query is not None and (not isinstance(query, str) or not query):
        raise Refusal(400, "`query` must be a string with a GraphQL document.")
    if not isinstance(name, str | None):
        raise Refusal(400, "`operationName` must be a string or null.")
    return Operation(
        query, _object(parameters, "variables"), name, _object(parameters, "extensions")
    )


def _object(parameters: dict[str, object], name: str) -> dict[str, object] | None:
    value = parameters.get(name)
    if not isinstance(value, dict | None):
        raise Refusal(400, f"`{name}` must be an object or null.")
    return value
