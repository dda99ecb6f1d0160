"""How many values an operation is given in its variables, counted before it runs.

A value is a number, a text, an object, a list, each by itself: they take their time before anything
is read. The same variable may stand in many fields, and is made into an input anew in each of them;
so it counts as often as it stands there, once fragments are spread out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from schema.costs import COST_EXCEEDED

Uses = Mapping[str | None, Mapping[str, int]]
"""By operation (a document's only one may have no name): in how many places a variable stands."""


def uses_of(document: DocumentNode) -> Uses:
    """Of a document that is valid, in time linear in it."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    known: dict[str, Counter[str]] = {}
    return {
        node.name.value if node.name else None: _used(node.selection_set, fragments, known)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }


def values_in(uses: Uses, operation: str | None, variables: Mapping[str, object] | None) -> int:
    """How many the operation that is to run is given; 0 if there is none of that name."""
    if operation is None and len(uses) == 1:
        (operation,) = uses
    found = uses.get(operation, {})
    return sum(
        max(1, found.get(name, 0)) * _count(value) for name, value in (variables or {}).items()
    )


def excess_values(values: int, limit: int) -> list[GraphQLError]:
    """The error of an operation that is given more than the limit."""
    if values <= limit:
        return []
    message = (
        f"This is given {values} values, counted wherever their variable stands, and one request "
        f"may be given {limit}: send several requests."
    )
    extensions = {"code": COST_EXCEEDED, "values": values, "limit": limit}
    return [GraphQLError(message, extensions=extensions)]


def _used(
    selection_set: SelectionSetNode | None,
    fragments: Mapping[str, FragmentDefinitionNode],
    known: dict[str, Counter[str]],
) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in known:
                known[name] = _used(fragments[name].selection_set, fragments, known)
            found.update(known[name])
            continue
        if isinstance(node, FieldNode):
            for argument in node.arguments or ():
                found.update(_variables(argument.value))
        found.update(_used(node.selection_set, fragments, known))  # type: ignore[attr-defined]
    return found


def _variables(value: ValueNode) -> Iterator[str]:
    if isinstance(value, VariableNode):
        yield value.name.value
    elif isinstance(value, ListValueNode):
        for each in value.values:
            yield from _variables(each)
    elif isinstance(value, ObjectValueNode):
        for field in value.fields:
            yield from _variables(field.value)


def _count(value: object) -> int:
    found, stack = 0, [value]
    while stack:
        part = stack.pop()
        found += 1
        if isinstance(part, dict):
            stack.extend(part.values())
        elif isinstance(part, list):
            stack.extend(part)
    return found
