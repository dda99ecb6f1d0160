"""How large a document is once its fragments are spread out, and the bounds of that."""

from collections.abc import Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)


class Limits(NamedTuple):
    """The bounds of one document; the standard introspection query fits with room to spare.

    depth: fields from the root to a leaf, the leaf counted, `__schema` and its like not.
    aliases, fields: how many an operation selects once its fragments are spread out.
    fragments: that the document defines: rules of the specification compare each with each.
    tokens: of the document's text, as the lexer counts them; and as many comments.
    rows: that an operation may read, by `schema.costs`; values: that it is given, by
        `schema.values`, which is as many as a body of 1 MB holds of a till's lines.
    body_bytes: that it is sent in, over HTTP.
    cached_documents, cached_chars: how many texts are kept, and how long one may be to be kept;
        together they bound the memory that a stranger's documents can take.
    """

    depth: int = 12
    aliases: int = 30
    fields: int = 300
    fragments: int = 50
    tokens: int = 2_000
    rows: int = 2_000
    values: int = 100_000
    body_bytes: int = 1 << 20
    cached_documents: int = 256
    cached_chars: int = 16_384


class Size(NamedTuple):
    """What a selection set amounts to once its fragments are spread out."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0


def excess(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """Which limits the document exceeds, in time linear in the document."""
    defined = [each for each in document.definitions if isinstance(each, FragmentDefinitionNode)]
    if len(defined) > limits.fragments:
        return [GraphQLError(f"More than {limits.fragments} fragments.", defined[-1])]
    fragments = {node.name.value: node for node in defined}
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
