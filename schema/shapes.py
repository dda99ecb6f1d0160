"""What the types of the schema are declared with, in place of Strawberry's own decorators.

    @shapes.object_type(description="A wallet's part with one expiry.")
    class Lot:
        points: Points = shapes.field(description="What is left of it.")

        @shapes.resolver(description="Past its expiry.")
        def lapsed(self, info: Info) -> bool: ...

They make the same definitions as Strawberry's, from which it builds the same schema. Its own make
each class a dataclass first, whose methods are written out as text and compiled, and inspect every
resolver: for three hundred types that was half of the time in which the API's function wakes
(ADR 22). Here one `__init__` for all types takes their members by keyword, and `schema.fields` says
what is read of a resolver. What the product has no use for is left out: generic types, extensions,
permissions, directives, subscriptions. Relay's `Node` is inherited as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import MISSING
from inspect import get_annotations
from sys import modules
from typing import Any, NamedTuple, TypeVar, cast, dataclass_transform

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.private import is_private
from strawberry.utils.str_converters import to_camel_case

from schema.fields import Field, Resolver

C = TypeVar("C", bound=type)
F = TypeVar("F", bound=Callable[..., object])


class Members(NamedTuple):
    """What the `__init__` of a type takes, by keyword. makers: of what is made anew for each."""

    names: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    makers: tuple[tuple[str, Callable[[], object]], ...] = ()


class Definition(StrawberryObjectDefinition):
    """Strawberry's, but no field's type is looked for before all types are there."""

    def __post_init__(self) -> None:
        pass


def field(
    *,
    description: str | None = None,
    default: object = MISSING,
    default_factory: Callable[[], object] | object = MISSING,
) -> Any:
    """A member that is more than its type: described, or with a default."""
    return Field(description=description, default=default, default_factory=default_factory)


def resolver(*, description: str | None = None) -> Callable[[F], F]:
    """A field that its method answers."""

    def answering(method: F) -> F:
        made = Field(description=description)
        made._base_resolver = Resolver(method)
        # A class puts the method itself in its place.
        return cast(F, made)

    return answering


mutation = resolver


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def object_type(*, name: str | None = None, description: str | None = None) -> Callable[[C], C]:
    return lambda cls: _defined(cls, name, description)


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def input_type(*, name: str | None = None, description: str | None = None) -> Callable[[C], C]:
    return lambda cls: _defined(cls, name, description, is_input=True)


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def interface_type(*, name: str | None = None, description: str | None = None) -> Callable[[C], C]:
    return lambda cls: _defined(cls, name, description, is_interface=True)


def merged(name: str, types: Sequence[type]) -> type:
    """An object type with the fields of all of these."""
    fields = {each.python_name: each for type_ in types for each in fields_of(type_)}
    if len(fields) < sum(len(fields_of(type_)) for type_ in types):
        raise ValueError(f"two of the types of {name} have a field of the same name")
    cls = type(name, (), {})
    cls.__strawberry_definition__ = _definition(cls, name, None, fields.values())  # type: ignore[attr-defined]
    return cls


def fields_of(type_: type) -> Sequence[StrawberryField]:
    """What clients see of a type, inherited fields first."""
    return cast(Any, type_).__strawberry_definition__.fields  # type: ignore[no-any-return]


def members_of(value: object) -> dict[str, object]:
    """The members of an input, by their names in Python."""
    return {each.name: getattr(value, each.name) for each in fields_of(type(value))}


def _defined(
    cls: C,
    name: str | None,
    description: str | None,
    *,
    is_input: bool = False,
    is_interface: bool = False,
) -> C:
    defined, fields = cast(Any, cls), _inherited(cls)
    defined.__members__ = _declared(cls, fields)
    defined.__init__ = _init
    _answered(cls, fields)
    definition = _definition(cls, name or to_camel_case(cls.__name__), description, fields.values())
    definition.is_input, definition.is_interface = is_input, is_interface
    above = (vars(base).get("__strawberry_definition__") for base in cls.__mro__[1:])
    definition.interfaces = [each for each in above if each is not None and each.is_interface]
    defined.__strawberry_definition__ = definition
    return cls


def _inherited(cls: type) -> dict[str, StrawberryField]:
    fields = {}
    for base in cls.__bases__:
        for each in fields_of(base) if hasattr(base, "__strawberry_definition__") else ():
            fields[each.python_name] = each
            own = None if each.base_resolver is None else each.base_resolver.bind(cls)
            if own is not None and own is not each.base_resolver:
                # A class method, like that of Relay's id, which each class has for itself.
                fields[each.python_name] = copy(each)
                fields[each.python_name].base_resolver = own
    return fields


def _declared(cls: type, fields: dict[str, StrawberryField]) -> Members:
    """What the class has with its type, and not from a resolver. Private members are no fields."""
    above = [getattr(base, "__members__", Members()) for base in cls.__bases__]
    required = {name for each in above for name in each.required}
    makers = dict(maker for each in above for maker in each.makers)
    annotations = get_annotations(cls)
    for name, annotation in annotations.items():
        value = vars(cls).get(name, MISSING)
        made = value if isinstance(value, Field) else Field(default=value)
        if made.default_factory is not MISSING:
            makers[name] = made.default_factory
        elif made.default is MISSING:
            required.add(name)
        if made is value:
            # What has a default has it from its class.
            delattr(cls, name) if made.default is MISSING else setattr(cls, name, made.default)
        if not is_private(annotation):
            made.name, made.origin = name, cls
            made.type_annotation = StrawberryAnnotation(annotation, namespace=_namespace(cls))
            fields[name] = made
    names = frozenset[str]().union(*(each.names for each in above))
    if not names.isdisjoint(annotations):
        raise TypeError(f"{cls.__name__} declares a member anew that it inherits")
    return Members(names.union(annotations), frozenset(required), tuple(makers.items()))


def _answered(cls: type, fields: dict[str, StrawberryField]) -> None:
    """What the class answers by methods, which it gets back as they were."""
    for name, made in list(vars(cls).items()):
        if isinstance(made, Field):
            by = cast(Resolver, made.base_resolver)
            made.name, made.origin, made.type_annotation = name, cls, by.type_annotation
            fields[name] = made
            setattr(cls, name, by.wrapped_func)


def _definition(
    cls: type, name: str, description: str | None, fields: Iterable[StrawberryField]
) -> Definition:
    return Definition(
        name=name,
        is_input=False,
        is_interface=False,
        origin=cls,
        description=description,
        interfaces=[],
        extend=False,
        directives=(),
        is_type_of=None,
        resolve_type=None,
        fields=list(fields),
    )


def _init(self: object, **values: object) -> None:
    members: Members = type(self).__members__  # type: ignore[attr-defined]
    if not members.required <= values.keys() <= members.names:
        wrong = sorted(members.required - values.keys() | values.keys() - members.names)
        raise TypeError(f"{type(self).__name__}: missing, or not one of its members: {wrong}")
    own = vars(self)
    for name, made in members.makers:
        own[name] = made()
    own.update(values)


def _namespace(cls: type) -> dict[str, Any]:
    return vars(modules[cls.__module__])
