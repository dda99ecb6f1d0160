"""What every GraphQL document must pass before it runs, and what every error carries out.

The product's schema is built from the `Schema` of this module, and nothing else need be passed:

    schema = limits.Schema(query=Query, mutation=Mutation)

Everything here is below the transport, so HTTP, a Lambda event and `schema.execute_sync` in a test
all get the same limits, the same caches and the same errors.

**Documents.** A text is lexed (at most `Limits.tokens` tokens), parsed, measured and validated
once, and what came of it is kept under the text itself in a bounded least-recently-used cache. The
measure is taken before the rules of the specification, some of which take quadratic time, and is
linear in the document: a fragment is measured once, however often it is spread. (The limiters that
come with Strawberry measure a fragment again at each spread, which takes 2^n steps for n fragments
that each spread the next one twice, and end in a KeyError at the spread of an unknown fragment.)

**Cost.** What an operation may read with the variables of this request is counted before it runs
(`schema.costs`), and how many values they give it (`schema.values`), which take their time, too. A
request whose `extensions` say `{"cost": true}` is told what it may read in its answer's:
`{"cost": {"rows": 131, "limit": 2000}}`.

**Errors.** `schema.leaving` says which there are.
"""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import NamedTuple

import strawberry
from graphql import (
    SKIP,
    DocumentNode,
    GraphQLError,
    GraphQLInputType,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VisitorAction,
    parse,
    specified_rules,
)
from graphql.utilities import validate_input_literal
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from strawberry.types import ExecutionContext

from schema.costs import NO_COST, Cost, Weights, cost_of, excess_cost
from schema.leaving import BAD_USER_INPUT, VALIDATION_FAILED, leaving, validation_error
from schema.measure import Limits, excess
from schema.values import Uses, excess_values, uses_of, values_in

VALUES_OF_A_ROW = 50
"""Values of the input that count as one row more, where it is counted how often somebody asks."""


class Admitted(NamedTuple):
    """A parsed document, why it may not run (if anything), and how many operations it holds.

    cost: what they may read; nothing where they may not run; uses: where their variables stand.
    """

    document: DocumentNode
    errors: tuple[GraphQLError, ...]
    operations: int
    cost: Cost
    uses: Uses = MappingProxyType({})


class LiteralsOfCorrectType(ValuesOfCorrectTypeRule):
    """The specification's rule, whose errors say that the input is bad and where it stands."""

    def is_valid_value_node(
        self, node: ValueNode, input_type: GraphQLInputType | None
    ) -> VisitorAction:
        """Report what is wrong with the literal, with a code of the scalar's own if it has one."""

        def report(error: GraphQLError, _path: list[str | int]) -> None:
            # A GraphQLError raised by a scalar's parser comes without the literal's place.
            extensions = {"code": BAD_USER_INPUT, **(error.extensions or {})}
            place = error.nodes or [node]
            self.report_error(GraphQLError(error.message, place, extensions=extensions))

        if input_type:
            validate_input_literal(node, input_type, report)
        return SKIP


# Built once: a rule made for each request would be a new class each time.
RULES = tuple(
    LiteralsOfCorrectType if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules
)


class Documents:
    """The documents of one schema, each parsed and validated once while it stays in the cache."""

    def __init__(self, schema: "Schema") -> None:
        self._schema = schema._schema
        self._limits = schema.limits
        self._weights = schema.weights
        self._suggests = schema.introspection
        self._rules = RULES if schema.introspection else (*RULES, NoSchemaIntrospectionCustomRule)
        self._kept = lru_cache(maxsize=self._limits.cached_documents)(self._admit)

    def admit(self, text: str) -> Admitted:
        """Parse and validate a text. Raises GraphQLSyntaxError, which is never kept."""
        return self._kept(text) if len(text) <= self._limits.cached_chars else self._admit(text)

    def _admit(self, text: str) -> Admitted:
        document = parse(
            text,
            max_lexical_tokens=self._limits.tokens,
            max_comments=self._limits.tokens,
        )
        operations = sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)
        errors = excess(document, self._limits) or validate_document(
            self._schema, document, self._rules
        )
        cost = NO_COST if errors else cost_of(self._schema, document, self._weights)
        refused = tuple(validation_error(error, suggests=self._suggests) for error in errors)
        uses = {} if errors else uses_of(document)
        return Admitted(document, refused, operations, cost, uses)


class DocumentLimits(SchemaExtension):
    """Gives Strawberry the kept document and its errors, in place of its own parsing and rules.

    One is made for each request: Strawberry writes the request's context onto the extension, so
    one shared by two requests at the same time would mix them up.
    """

    def __init__(self, schema: "Schema", context: ExecutionContext | None = None) -> None:
        self._schema = schema
        self._limit = schema.limits.rows
        self._rows = 0
        if context is not None:
            self.execution_context = context

    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache, or parse and validate it now."""
        self.admit()
        yield

    def on_validate(self) -> Iterator[None]:
        """Report what validation found; an empty list tells Strawberry not to validate again."""
        self.execution_context.pre_execution_errors = self.refusals()
        yield

    def admit(self) -> None:
        """Give the context its document. Raises GraphQLSyntaxError."""
        assert self.execution_context.query is not None  # noqa: S101 - Strawberry refuses it before
        self.admitted = self._schema.documents.admit(self.execution_context.query)
        self.execution_context.graphql_document = self.admitted.document

    def refusals(self) -> list[GraphQLError]:
        """Why the admitted document is not to run."""
        context, admitted = self.execution_context, self.admitted
        errors = list(admitted.errors)
        # Strawberry would run the first of several operations; the specification wants an error.
        if admitted.operations > 1 and context._provided_operation_name is None:
            message = "The document has several operations: operationName must name one of them."
            errors.append(GraphQLError(message, extensions={"code": VALIDATION_FAILED}))
        self._rows = admitted.cost.rows(context._provided_operation_name, context.variables)
        values = values_in(admitted.uses, context._provided_operation_name, context.variables)
        return (
            errors
            or excess_cost(self._rows, self._limit)
            or excess_values(values, self._schema.values_max(context))
            or self._schema.refusals(context, self._rows + values // VALUES_OF_A_ROW)
        )

    def get_results(self) -> dict[str, object]:
        """The cost, where the request asks for it."""
        asked = (self.execution_context.operation_extensions or {}).get("cost") is True
        return {"cost": {"rows": self._rows, "limit": self._limit}} if asked else {}


class Schema(strawberry.Schema):
    """A Strawberry schema within `limits`, whose errors all carry a code and give nothing away."""

    limits = Limits()
    # Whether `__schema` and `__type` are answered, and errors suggest names that are nearly right.
    introspection = False
    # What fields read; one that is not there reads nothing.
    weights: Weights = MappingProxyType({})

    @cached_property
    def documents(self) -> Documents:
        """The documents seen so far."""
        return Documents(self)

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:
        """The limits, then the extensions that were asked for."""
        return [DocumentLimits(self), *super().get_extensions(sync)]

    def values_max(self, _context: ExecutionContext) -> int:
        """How many values a request may be given, by who asks."""
        return self.limits.values

    def body_max_bytes(self, _context: object) -> int:
        """How long a request's body may be, by who asks, which is known before it is read."""
        return self.limits.body_bytes

    def refusals(self, _context: ExecutionContext, _rows: int) -> list[GraphQLError]:
        """Why an operation that could run, and may read so many rows, is not to run now."""
        return []

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Replace each error by one that may leave.

        Strawberry calls this on every way out of an operation, including a failure of an
        extension, with the very list that goes to the client: the list is changed in place.
        """
        name = execution_context.operation_name if execution_context else None
        errors[:] = [
            leaving(error, operation=name, suggests=self.introspection) for error in errors
        ]
