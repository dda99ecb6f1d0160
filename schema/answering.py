"""How the fields of a schema are answered, without what Strawberry does for what they do not have.

Its resolvers build, for each value, a chain of functions for the field's extensions, look up the
name of each argument, and await what a method returns in a coroutine of their own; even of a plain
member they ask first whether it has a resolver. Here a member is read, and a method called with its
arguments, which Strawberry converts, and its `info`. A field with extensions stays as it was.
"""

from collections.abc import Callable, Iterator
from inspect import Parameter
from typing import Any

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_argument
from strawberry.types.field import StrawberryField


def answer_directly(schema: strawberry.Schema) -> None:
    """Put such resolvers in the place of Strawberry's."""
    for field, made in _fields(schema):
        if not field.extensions:
            made.resolve = _reads(field) if field.base_resolver is None else _calls(field, schema)


def _fields(schema: strawberry.Schema) -> Iterator[tuple[StrawberryField, GraphQLField]]:
    for type_ in schema._schema.type_map.values():
        for made in type_.fields.values() if isinstance(type_, GraphQLObjectType) else ():
            # Not there for what is of GraphQL itself, such as `__Type`.
            field = made.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if isinstance(field, StrawberryField):
                yield field, made


def _reads(field: StrawberryField) -> Callable[..., object]:
    name = field.python_name

    def read(source: object, _info: GraphQLResolveInfo[Any]) -> object:
        return getattr(source, name)

    return read


def _calls(field: StrawberryField, schema: strawberry.Schema) -> Callable[..., object]:
    by: Any = field.base_resolver
    config, scalars = schema.config, schema.schema_converter.scalar_registry
    method, takes_self = by.wrapped_func, by.self_parameter is not None
    info_name, source_name = _name(by.info_parameter), _name(by.root_parameter)
    arguments = [
        (config.name_converter.from_argument(each), each.python_name, each.type)
        for each in field.arguments
    ]

    def call(source: object, raw: GraphQLResolveInfo[Any], **given: object) -> object:
        info = config.info_class(_raw_info=raw, _field=field)
        values = {
            name: convert_argument(given[said], type_, scalars, config, info, path=(said,))
            for said, name, type_ in arguments
            if said in given
        }
        if info_name:
            values[info_name] = info
        if source_name:
            values[source_name] = source
        return method(source, **values) if takes_self else method(**values)

    async def wait(source: object, raw: GraphQLResolveInfo[Any], **given: object) -> object:
        return await call(source, raw, **given)  # type: ignore[misc]

    # An argument that is refused ends the fields beside it only where it is waited for: otherwise
    # they would go on behind the answer.
    return wait if by.is_async and arguments else call


def _name(parameter: Parameter | None) -> str:
    return "" if parameter is None else parameter.name
