"""The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header).

Every mutation has its key in its input, where it is signed with the rest. The header is another way
to give it, for clients and gateways that retry by it: it becomes `input.idempotencyKey` where that
variable is absent or null, and must be equal to it where it is there, be it as a default. It is of
one mutation, so a request with several is refused; to a query it means nothing.

The value is a string of RFC 8941: `"receipt-1"`. Without the quotes it is taken as it is.
"""

import re
from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from schema.http.refusal import Refusal
from schema.limits import Documents

HEADER = "idempotency-key"
_INPUT, _KEY = "input", "idempotencyKey"
# RFC 8941, section 3.3.3; and what has no need of quotes.
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BARE = re.compile(r"[!#-+\--:<-~]+")


def key_in(values: list[str]) -> str | None:
    """The key of a request's headers of that name; None if there is none. Raises Refusal."""
    if not values:
        return None
    value = values[0].strip(" ")
    quoted = _QUOTED.fullmatch(value)
    if len(values) > 1 or not (quoted or _BARE.fullmatch(value)):
        raise Refusal(400, 'Idempotency-Key must be one string, like "receipt-1".')
    return re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else value


def with_key(
    key: str,
    text: str,
    name: str | None,
    variables: dict[str, object] | None,
    documents: Documents,
) -> dict[str, object] | None:
    """The variables with the key in its place.

    A document that cannot run is left to say so. Raises Refusal for another key in the input, and
    for a request that is not one mutation.
    """
    try:
        admitted = documents.admit(text)
    except GraphQLSyntaxError:
        return variables
    operation = None if admitted.errors else _operation(admitted.document, name)
    if operation is None or operation.operation is not OperationType.MUTATION:
        return variables
    fragments = _fragments(admitted.document)
    fields = list(_fields(operation.selection_set, fragments))
    if len(fields) != 1:
        raise Refusal(400, f"Idempotency-Key is of one mutation, and this has {len(fields)}.")
    given = next(
        (each.value for each in fields[0].arguments or () if each.name.value == _INPUT), None
    )
    return _placed(key, given, {**_defaults(operation, given), **(variables or {})})


def _defaults(operation: OperationDefinitionNode, given: ValueNode | None) -> dict[str, object]:
    """What the document itself says in place of the variables that a key may stand in."""
    fields = given.fields if isinstance(given, ObjectValueNode) else ()
    values = [given, *(each.value for each in fields if each.name.value == _KEY)]
    named = {each.name.value for each in values if isinstance(each, VariableNode)}
    return {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None and each.variable.name.value in named
    }


def _placed(key: str, given: ValueNode | None, variables: dict[str, object]) -> dict[str, object]:
    if isinstance(given, ObjectValueNode):
        inner = next((each.value for each in given.fields if each.name.value == _KEY), None)
        if isinstance(inner, VariableNode):
            return {**variables, inner.name.value: _same(key, variables.get(inner.name.value))}
        _same(key, inner.value if isinstance(inner, StringValueNode) else None)
    elif isinstance(given, VariableNode):
        input_ = variables.get(given.name.value)
        if isinstance(input_, dict):
            placed = {**input_, _KEY: _same(key, input_.get(_KEY))}
            return {**variables, given.name.value: placed}
    return variables


def _same(key: str, given: object) -> str:
    if given is not None and given != key:
        raise Refusal(400, "Idempotency-Key and the input's `idempotencyKey` differ.")
    return key


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    found = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and (name is None or (node.name is not None and node.name.value == name))
    ]
    return found[0] if len(found) == 1 else None


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def _fields(
    selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """The fields at the root; a valid document spreads at most as many as it may have."""
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            if node.name.value != "__typename":
                yield node
        elif isinstance(node, FragmentSpreadNode):
            yield from _fields(fragments[node.name.value].selection_set, fragments)
        else:
            yield from _fields(node.selection_set, fragments)  # type: ignore[attr-defined]
