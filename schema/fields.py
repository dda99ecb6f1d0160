"""The fields of `schema.shapes`: their types, and the methods that answer them."""

from collections.abc import Sequence
from enum import Enum
from functools import cached_property
from inspect import CO_COROUTINE, Parameter
from types import GenericAlias, NoneType, UnionType
from typing import Any, NewType, cast

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryList, StrawberryObjectDefinition, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import (
    INFO_PARAMSPEC,
    SELF_PARAMSPEC,
    ReservedParameterSpecification,
    StrawberryResolver,
)

_SELF = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
_INFO = Parameter("info", Parameter.POSITIONAL_OR_KEYWORD)


class Annotation(StrawberryAnnotation):
    """Strawberry's, which asks no more of what is plainly a class, a list, or may be absent."""

    __slots__ = ()

    def evaluate(self) -> type:
        raw = self.raw_annotation
        return raw if isinstance(raw, type) else super().evaluate()

    def _resolve(self) -> Any:
        return self._resolved(self.raw_annotation)

    def _resolved(self, annotation: Any) -> Any:
        if isinstance(annotation, GenericAlias) and annotation.__origin__ is list:
            return StrawberryList(self._resolved(annotation.__args__[0]))
        if isinstance(annotation, UnionType) and len(annotation.__args__) == 2:
            first, second = annotation.__args__
            if NoneType in (first, second):
                return StrawberryOptional(self._resolved(second if first is NoneType else first))
        if isinstance(annotation, NewType):
            return annotation
        if isinstance(annotation, type) and not issubclass(annotation, Enum):
            return annotation
        return StrawberryAnnotation(annotation, namespace=self.namespace).resolve()


class Resolver(StrawberryResolver[Any]):
    """A method that takes `self`, `info` or not, and arguments, all of them with their types."""

    @cached_property
    def reserved_parameters(self) -> dict[ReservedParameterSpecification, Parameter | None]:
        return {SELF_PARAMSPEC: _SELF, INFO_PARAMSPEC: _INFO if "info" in self._takes else None}

    @cached_property
    def arguments(self) -> list[StrawberryArgument]:
        method, names = self._method, self._takes
        given = method.__defaults__ or ()
        defaults = dict(zip(names[len(names) - len(given) :], given, strict=True))
        return [
            StrawberryArgument(
                name,
                None,
                self._annotation(name),
                default=defaults.get(name, Parameter.empty),
            )
            for name in names[1:]
            if name != "info"
        ]

    @cached_property
    def type_annotation(self) -> StrawberryAnnotation:
        return self._annotation("return")

    @cached_property
    def is_async(self) -> bool:
        return bool(self._method.__code__.co_flags & CO_COROUTINE)

    @property
    def _method(self) -> Any:
        return self.wrapped_func

    @property
    def _takes(self) -> Sequence[str]:
        code = self._method.__code__
        return cast(Sequence[str], code.co_varnames[: code.co_argcount])

    def _annotation(self, name: str) -> StrawberryAnnotation:
        annotations = self._method.__annotations__
        return Annotation(annotations[name], namespace=self._method.__globals__)


class Field(StrawberryField):
    """A field whose type is resolved once, when the schema is built or first asked for it."""

    @cached_property
    def resolved(self) -> Any:
        return cast(Annotation, self.type_annotation).resolve()

    def resolve_type(self, *, type_definition: StrawberryObjectDefinition | None = None) -> Any:  # noqa: ARG002
        return self.resolved
