"""GraphQL over HTTP: one ASGI application with `/graphql` and `/health`.

It follows the GraphQL-over-HTTP draft (https://graphql.github.io/graphql-over-http/draft/):

    POST /graphql   a JSON object {query, variables, operationName, extensions}
    GET  /graphql   the same as query parameters, for queries only (a mutation: 405)
    GET  /graphql   with Accept: text/html and no query: the GraphiQL page, where it is switched on
    GET  /health    {"status":"ok"}

An answer is `application/graphql-response+json` if the client asks for it, and `application/json`
otherwise. In the first a request that never ran has a 4xx status and no `data`; in the second it
has 200, as older clients expect. What is no GraphQL request at all (a bad body, a wrong method) has
a 4xx status in both, and this body:

    {"errors":[{"message":"…","extensions":{"code":"BAD_REQUEST"}}]}

No batches, no uploads, no subscriptions. The application needs no lifespan events, so it runs under
an adapter for Lambda as it does under a server. The GraphiQL page is the one that comes with
Strawberry; it loads its scripts from unpkg.com, so it needs the internet, and it is meant for
development.

The view is written on Starlette directly: Strawberry's own view brings subscriptions, uploads,
batches and answers in plain text, and to take them all out again takes more code than this.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

import orjson
import strawberry
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from strawberry.http.ides import get_graphql_ide_html
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.limits import INTERNAL, VALIDATION_FAILED, leaving

BODY_LIMIT_BYTES = 1 << 20
# Deeper than any input type goes, and shallow enough for every recursion behind it, that of the
# answer's encoder (254 levels) included.
JSON_DEPTH_LIMIT = 64
# orjson reads an integer that fits neither int64 nor uint64 as a float, and so loses its digits.
FIRST_UNSAFE_FLOAT = float(1 << 63)

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"

# What a request that never ran answers with, by its error's code; any other code: 400.
STATUS_OF_CODE = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, INTERNAL: 500}

ContextOf = Callable[[Request], Awaitable[object]]


class Refusal(Exception):
    """What was sent is no GraphQL request."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


class Operation(NamedTuple):
    """The parameters of a GraphQL request."""

    query: str
    variables: dict[str, object] | None
    name: str | None
    extensions: dict[str, object] | None


def graphql_app(
    schema: strawberry.Schema,
    context: ContextOf,
    *,
    graphiql: bool,
    body_limit_bytes: int = BODY_LIMIT_BYTES,
) -> Starlette:
    """The ASGI application over a schema (`schema.limits.Schema`, for its errors and limits).

    context: called with each GraphQL request once its parameters are well formed; what it returns
        is `info.context`. If it raises an error whose `extensions.code` is UNAUTHENTICATED or
        FORBIDDEN the answer is 401 or 403; an error without a code is masked like any other.
    """
    page = get_graphql_ide_html(graphql_ide="graphiql") if graphiql else None
    return Starlette(
        routes=[
            Route("/graphql", GraphQLView(schema, context, page, body_limit_bytes)),
            Route("/health", _health, methods=["GET"]),
        ]
    )


async def _health(_request: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type=JSON)


class GraphQLView:
    """The ASGI callable behind `/graphql`."""

    def __init__(
        self,
        schema: strawberry.Schema,
        context: ContextOf,
        page: str | None,
        body_limit_bytes: int,
    ) -> None:
        self._schema = schema
        self._context = context
        self._page = page
        self._body_limit_bytes = body_limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever happens, in JSON."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        accept = request.headers.get("accept")
        media_type = JSON
        try:
            if self._page is not None and _wants_page(request):
                return HTMLResponse(self._page)
            media_type = negotiated(accept)
            operation = await self._operation(request)
            result = await self._execute(request, operation)
            return _result_response(result, media_type)
        except Refusal as refusal:
            error = GraphQLError(refusal.message, extensions={"code": "BAD_REQUEST"})
            return _response([error], refusal.status, media_type, refusal.headers)
        except ClientDisconnect:
            raise
        except Exception as exc:  # the last place where a traceback can be kept in
            error = leaving(_graphql_error(exc))
            return _response([error], _status([error]), media_type)

    async def _operation(self, request: Request) -> Operation:
        if request.method == "POST":
            _require_json(request.headers.get("content-type"))
            return operation_of(parsed_json(await self._body(request), "The body"))
        if request.method == "GET":
            return operation_of(_query_parameters(request.query_params))
        raise Refusal(405, "GraphQL is served over GET and POST.", {"allow": "GET, POST"})

    async def _body(self, request: Request) -> bytes:
        """The whole body, read no further than the limit, whatever its length is said to be."""
        limit = self._body_limit_bytes
        too_large = Refusal(413, f"The body must not exceed {limit} bytes.")
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > limit:
            raise too_large
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise too_large
        return bytes(body)

    async def _execute(self, request: Request, operation: Operation) -> ExecutionResult:
        allowed = {OperationType.QUERY}
        if request.method == "POST":
            allowed.add(OperationType.MUTATION)
        context = await self._context(request)
        try:
            return await self._schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.name,
                allowed_operation_types=allowed,
                operation_extensions=operation.extensions,
            )
        except CannotGetOperationTypeError as error:
            reason = GraphQLError(
                error.as_http_error_reason(), extensions={"code": VALIDATION_FAILED}
            )
            return ExecutionResult(data=None, errors=[reason])
        except InvalidOperationTypeError as error:
            message = error.as_http_error_reason(request.method)
            message = f"{message[0].upper()}{message[1:]}."
            if request.method == "GET":
                raise Refusal(405, message, {"allow": "POST"}) from None
            raise Refusal(400, message) from None


def negotiated(accept: str | None) -> str:
    """The media type of the answer to an Accept header (RFC 9110, section 12.5.1).

    The highest quality wins, and the first named among equals; a wildcard means `application/json`,
    which the draft asks for until the new type is everywhere. Raises Refusal (406) if neither will
    do.
    """
    if not accept:
        return JSON
    best, best_quality = None, 0.0
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        media_type = {
            GRAPHQL_RESPONSE: GRAPHQL_RESPONSE,
            JSON: JSON,
            "application/*": JSON,
            "*/*": JSON,
        }.get(name)
        quality = _quality(parameters)
        if media_type and quality > best_quality:
            best, best_quality = media_type, quality
    if best is None:
        raise Refusal(406, f"An answer is {GRAPHQL_RESPONSE} or {JSON}.")
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = float(parameter[2:])
            except ValueError:
                return 0.0
            return quality if 0.0 <= quality <= 1.0 else 0.0
    return 1.0


def _wants_page(request: Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )


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
    stack: list[tuple[object, int]] = [(value, 1)]
    while stack:
        part, depth = stack.pop()
        if depth > JSON_DEPTH_LIMIT:
            raise Refusal(400, f"{what} is nested more than {JSON_DEPTH_LIMIT} deep.")
        if isinstance(part, dict):
            stack.extend((inner, depth + 1) for inner in part.values())
        elif isinstance(part, list):
            stack.extend((inner, depth + 1) for inner in part)
        elif isinstance(part, float) and math.fabs(part) >= FIRST_UNSAFE_FLOAT:
            raise Refusal(400, f"{what} has a number that does not fit in 64 bits.")
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
    if not isinstance(query, str) or not query:
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


def _result_response(result: ExecutionResult, media_type: str) -> Response:
    errors = result.errors or []
    # An error of a field has a path. Without one, nothing ran and there is no `data` to speak of.
    if result.data is None and errors and all(error.path is None for error in errors):
        status = _status(errors)
        return _response(
            errors, 200 if status == 400 and media_type == JSON else status, media_type
        )
    body: dict[str, object] = {"data": result.data}
    if errors:
        body["errors"] = [error.formatted for error in errors]
    if result.extensions:
        body["extensions"] = result.extensions
    return _json_response(body, 200, media_type)


def _response(
    errors: list[GraphQLError],
    status: int,
    media_type: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body: dict[str, object] = {"errors": [error.formatted for error in errors]}
    return _json_response(body, status, media_type, headers)


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


def _status(errors: list[GraphQLError]) -> int:
    codes = ((error.extensions or {}).get("code") for error in errors)
    return max(STATUS_OF_CODE.get(str(code), 400) for code in codes)


def _graphql_error(exc: Exception) -> GraphQLError:
    return exc if isinstance(exc, GraphQLError) else GraphQLError(str(exc), original_error=exc)
