"""The ASGI application: what answers at `/graphql` and `/health`."""

from collections.abc import Awaitable, Callable

from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send
from strawberry.http.ides import get_graphql_ide_html
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.http.cors import cors
from schema.http.exposure import PRODUCTION, Exposure
from schema.http.idempotency import HEADER, key_in, with_key
from schema.http.negotiation import JSON, negotiated
from schema.http.persisted import Persisted
from schema.http.refusal import Refusal
from schema.http.request import Operation, operation_in
from schema.http.response import errors_response, result_response, status_of
from schema.leaving import VALIDATION_FAILED, leaving
from schema.limits import Schema

ContextOf = Callable[[Request], Awaitable[object]]
_OF_GET = frozenset({OperationType.QUERY})
_OF_POST = frozenset({OperationType.QUERY, OperationType.MUTATION})


def graphql_app(
    schema: Schema,
    context: ContextOf,
    exposure: Exposure = PRODUCTION,
) -> Router:
    """The ASGI application over a schema (`schema.limits.Schema`, for its errors and limits).

    context: called with each GraphQL request before its body is read, which the schema bounds by
        who asks; what it returns is `info.context`. If it raises an error whose `extensions.code`
        is UNAUTHENTICATED or FORBIDDEN the answer is 401 or 403; an error without a code is masked
        like any other.
    Raises ValueError for a safelist with a document that the schema would refuse.
    """
    # No `Starlette` around it: what that does with exceptions, the view and servers do.
    return Router(
        routes=[
            Route("/graphql", GraphQLView(schema, context, exposure)),
            Route("/health", _health, methods=["GET"]),
        ],
        middleware=[cors(exposure.origins)] if exposure.origins else None,
    )


async def _health(_request: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type=JSON)


class GraphQLView:
    """The ASGI callable behind `/graphql`."""

    def __init__(
        self,
        schema: Schema,
        context: ContextOf,
        exposure: Exposure,
    ) -> None:
        self._schema = schema
        self._context = context
        self._page = get_graphql_ide_html(graphql_ide="graphiql") if exposure.graphiql else None
        self._persisted = Persisted(schema, exposure.safelist)

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
            context = await self._context(request)
            operation = await operation_in(request, self._schema.body_max_bytes(context))
            result = await self._execute(request, operation, context)
            return result_response(result, media_type)
        except Refusal as refusal:
            error = GraphQLError(refusal.message, extensions={"code": "BAD_REQUEST"})
            return errors_response([error], refusal.status, media_type, refusal.headers)
        except ClientDisconnect:
            raise
        except Exception as exc:  # the last place where a traceback can be kept in
            error = leaving(_graphql_error(exc))
            return errors_response([error], status_of([error]), media_type)

    async def _execute(
        self, request: Request, operation: Operation, context: object
    ) -> ExecutionResult:
        try:
            text = self._persisted.document(operation)
        except GraphQLError as error:
            return ExecutionResult(data=None, errors=[error])
        variables = operation.variables
        key = key_in(request.headers.getlist(HEADER))
        if key is not None:
            variables = with_key(key, text, operation.name, variables, self._schema.documents)
        try:
            return await self._schema.execute(
                text,
                variable_values=variables,
                context_value=context,
                operation_name=operation.name,
                allowed_operation_types=_OF_POST if request.method == "POST" else _OF_GET,
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


def _wants_page(request: Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )


def _graphql_error(exc: Exception) -> GraphQLError:
    return exc if isinstance(exc, GraphQLError) else GraphQLError(str(exc), original_error=exc)
