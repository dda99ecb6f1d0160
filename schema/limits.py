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

**Errors.** Each has `extensions.code`:

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
import secrets
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

import strawberry
from graphql import (
    SKIP,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VisitorAction,
    parse,
    specified_rules,
)
from graphql.utilities import validate_input_literal
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from strawberry.types import ExecutionContext

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL"

_log = logging.getLogger("tallystick.schema")


class Limits(NamedTuple):
    """The bounds of one document; the standard introspection query fits with room to spare.

    depth: fields from the root to a leaf, the leaf counted, `__schema` and its like not.
    aliases, fields: how many an operation selects once its fragments are spread out.
    tokens: of the document's text, as the lexer counts them; and as many comments.
    cached_documents, cached_chars: how many texts are kept, and how long one may be to be kept;
        together they bound the memory that a stranger's documents can take.
    """

    depth: int = 12
    aliases: int = 30
    fields: int = 300
    tokens: int = 2_000
    cached_documents: int = 256
    cached_chars: int = 16_384


class Size(NamedTuple):
    """What a selection set amounts to once its fragments are spread out."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0


class Admitted(NamedTuple):
    """A parsed document, why it may not run (if anything), and how many operations it holds."""

    document: DocumentNode
    errors: tuple[GraphQLError, ...]
    operations: int


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

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._kept = lru_cache(maxsize=limits.cached_documents)(self._admit)

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
        errors = excess(document, self._limits) or validate_document(self._schema, document, RULES)
        return Admitted(document, tuple(map(_validation_error, errors)), operations)


class DocumentLimits(SchemaExtension):
    """Gives Strawberry the kept document and its errors, in place of its own parsing and rules.

    One is made for each request: Strawberry writes the request's context onto the extension, so
    one shared by two requests at the same time would mix them up.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._admitted: Admitted | None = None

    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache, or parse and validate it now."""
        assert self.execution_context.query is not None  # noqa: S101 - Strawberry refuses it before
        self._admitted = self._documents.admit(self.execution_context.query)
        self.execution_context.graphql_document = self._admitted.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Report what validation found; an empty list tells Strawberry not to validate again."""
        assert self._admitted is not None  # noqa: S101 - parsing comes first, or the request ends
        context = self.execution_context
        errors = list(self._admitted.errors)
        # Strawberry would run the first of several operations; the specification wants an error.
        if self._admitted.operations > 1 and context._provided_operation_name is None:
            message = "The document has several operations: operationName must name one of them."
            errors.append(GraphQLError(message, extensions={"code": VALIDATION_FAILED}))
        context.pre_execution_errors = errors
        yield


class Schema(strawberry.Schema):
    """A Strawberry schema within `limits`, whose errors all carry a code and give nothing away."""

    limits = Limits()

    @cached_property
    def documents(self) -> Documents:
        """The documents seen so far."""
        return Documents(self._schema, self.limits)

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:
        """The limits, then the extensions that were asked for."""
        return [DocumentLimits(self.documents), *super().get_extensions(sync)]

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
        errors[:] = [leaving(error, operation=name) for error in errors]


def excess(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """Which limits the document exceeds, in time linear in the document."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    sizes: dict[str, Size] = {}
    errors = []
    for node in document.definitions:
        if not isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
            continue
        try:
            size = _size(node.selection_set, fragments, sizes)
        except RecursionError:  # a chain of fragments as long as the interpreter's stack
            return [GraphQLError("The document is nested too deeply.")]
        # A fragment alone may be on a type of the introspection, whose depth is not ours to limit;
        # its fields count even if it is never spread, for the specification's rules will visit it.
        depth = size.depth if isinstance(node, OperationDefinitionNode) else 0
        for what, found, allowed in (
            ("nested fields", depth, limits.depth),
            ("aliases", size.aliases, limits.aliases),
            ("fields", size.fields, limits.fields),
        ):
            if found > allowed:
                errors.append(GraphQLError(f"More than {allowed} {what}.", node))
    return errors


def _size(
    selection_set: SelectionSetNode | None,
    fragments: Mapping[str, FragmentDefinitionNode],
    sizes: dict[str, Size],
) -> Size:
    depth = aliases = fields = 0
    for selection in selection_set.selections if selection_set else ():
        if isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            if name not in sizes:
                # Zero while it is being measured, so that a cycle ends; the specification's rules
                # refuse cycles and unknown fragments afterwards.
                sizes[name] = Size()
                if name in fragments:
                    sizes[name] = _size(fragments[name].selection_set, fragments, sizes)
            inner = sizes[name]
        else:
            inner = _size(selection.selection_set, fragments, sizes)  # type: ignore[attr-defined]
        if isinstance(selection, FieldNode):
            # graphql-core has a rule of its own against deep introspection.
            introspection = selection.name.value.startswith("__")
            own_depth = 0 if introspection else inner.depth + 1
            inner = Size(own_depth, inner.aliases + bool(selection.alias), inner.fields + 1)
        depth = max(depth, inner.depth)
        aliases += inner.aliases
        fields += inner.fields
    return Size(depth, aliases, fields)


def leaving(error: GraphQLError, operation: str | None = None) -> GraphQLError:
    """The error as it may leave: with a code, and without what only we should know."""
    if (error.extensions or {}).get("code"):
        return error
    code = _code(error)
    if code == INTERNAL:
        return _masked(error, operation)
    return _with_code(error, code)


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
        operation,
        error.path,
        exc_info=(type(cause), cause, cause.__traceback__),
    )
    return GraphQLError(
        f"Internal error {id_}",
        error.nodes,
        path=error.path,
        extensions={"code": INTERNAL, "id": id_},
    )


def _validation_error(error: GraphQLError) -> GraphQLError:
    coerced = isinstance(error, StrawberryInputCoercionError)
    return _with_code(error, BAD_USER_INPUT if coerced else VALIDATION_FAILED)


def _with_code(error: GraphQLError, code: str) -> GraphQLError:
    """A copy without the cause: a kept error must not keep the frames of the request it met."""
    return GraphQLError(
        error.message,
        error.nodes,
        error.source,
        error.positions,
        error.path,
        extensions={"code": code, **(error.extensions or {})},
    )
