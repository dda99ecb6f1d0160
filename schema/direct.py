"""Running an operation without what Strawberry does at each for extensions that nobody asked for.

`strawberry.Schema.execute` looks up the hooks of every extension for each of four stages, and wraps
every field in the middleware of those that have one. That is a third of a small query's time, and
`schema.limits.DocumentLimits` is the only extension. Here its steps are called in the same order,
and graphql-core runs the same document. `execute_sync` is Strawberry's.
"""

from collections.abc import Iterable
from typing import Any

from graphql import ExecutionResult as CoreResult
from graphql import Executor, GraphQLError, execute
from strawberry.exceptions import MissingQueryError
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from schema.answering import answer_directly
from schema.limits import DocumentLimits, Schema

_ANY = frozenset(OperationType)


class _Executor(Executor[Any]):
    """Graphql-core's own, without that for @defer and @stream, which the schema does not have."""

    def __init__(
        self, *args: Any, operation_extensions: dict[str, Any] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.operation_extensions = operation_extensions

    # What resolvers are told, `operation_extensions` with it.
    build_resolve_info = StrawberryGraphQLCoreExecutionContext.build_resolve_info


class DirectSchema(Schema):
    """A schema without extensions but its limits."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execution_context_class = _Executor
        answer_directly(self)

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """The result of an operation, with the errors and the exceptions of Strawberry's."""
        if self.extensions:
            raise TypeError("a DirectSchema would not run its extensions")
        context = self._create_execution_context(
            query,
            _ANY if allowed_operation_types is None else allowed_operation_types,
            variable_values,
            context_value,
            root_value,
            operation_name,
            operation_extensions,
        )
        limits = DocumentLimits(self, context)
        try:
            result = await self._run(context, limits)
        except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError):
            raise
        except GraphQLError as error:
            result = CoreResult(None, [error])
        except Exception as error:  # of ours: it leaves masked
            result = CoreResult(None, [GraphQLError(str(error), original_error=error)])
        if result.errors:
            self.process_errors(result.errors, context)
        return ExecutionResult(result.data, result.errors, limits.get_results())

    async def _run(self, context: ExecutionContext, limits: DocumentLimits) -> CoreResult:
        if not context.query:
            raise MissingQueryError
        limits.admit()
        try:
            type_ = context.operation_type
        except RuntimeError as error:
            raise CannotGetOperationTypeError(context.operation_name) from error
        if type_ not in context.allowed_operations:
            raise InvalidOperationTypeError(type_)
        errors = limits.refusals()
        if errors:
            return CoreResult(None, errors)
        result = execute(
            self._schema,
            limits.admitted.document,
            context.root_value,
            context.context,
            context.variables,
            context.operation_name,
            executor_class=self.execution_context_class,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            operation_extensions=context.operation_extensions,
        )
        return result if isinstance(result, CoreResult) else await result
