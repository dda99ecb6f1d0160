"""What the types of the schema are declared with, in place of Strawberry's own decorators.

    @shapes.object_type(description="Points with one issuer and one expiry.")
    class Lot:
        points: Points = shapes.field(description="What is left of it.")

        @shapes.resolver(description="Past its expiry.")
        def lapsed(self, info: Info) -> bool: ...

    class LotQuery:
        @shapes.resolver(description="A lot by its number.")
        async def lot(self, info: Info, number: int) -> Lot | None: ...

    query = shapes.merged("Query", [LotQuery, …])

They make the same definitions as Strawberry's, from which it builds the same schema. Its own make
each class a dataclass first, whose methods are written out as text and compiled, and inspect every
resolver: for three hundred types that was half of the time in which the API's function wakes
(ADR 22). Here one `__init__` for all types takes their members by keyword, and `schema.fields` says
what is read of a resolver. What the product has no use for is left out: generic types, extensions,
permissions, directives, subscriptions. Relay's `Node` is inherited as it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import MISSING
from sys import modules
from typing import Any, NamedTuple, TypeVar, cast, dataclass_transform

from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.private import is_private
from strawberry.utils.str_converters import to_camel_case

from schema.fields import Annotation, Field, Resolver

C = TypeVar("C", bound=type)
F = TypeVar("F", bound=Callable[..., object])


class Members(NamedTuple):
    """What the `__init__` of a type takes, by keyword. makers: of what is made anew for each."""

    names: frozenset[str]
    required: frozenset[str]
    makers: Mapping[str, Callable[[], object]]


class Definition(StrawberryObjectDefinition):
    """Strawberry's, but no field's type is looked for before all types are there; never generic."""

    def __post_init__(self) -> None:
        pass

    @property
    def is_graphql_generic(self) -> bool:
        return False


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


def merged(name: str, parts: Sequence[type]) -> type:
    """An object type whose fields are what the methods of all these classes answer."""
    fields: dict[str, Field] = {}
    for part in parts:
        answers = answers_of(part)
        if not fields.keys().isdisjoint(answers):
            raise ValueError(f"{part.__name__} answers to a name that another of {name} does")
        fields |= answers
    cls = type(name, (), {})
    cls.__strawberry_definition__ = _definition(cls, name, None, fields.values())  # type: ignore[attr-defined]
    return cls


def answers_of(cls: type) -> dict[str, Field]:
    """The fields of a class that its own methods answer, by their names."""
    fields = {name: made for name, made in vars(cls).items() if isinstance(made, Field)}
    for name, made in fields.items():
        method = cast(Resolver, made.base_resolver)
        made.name, made.origin, made.type_annotation = name, cls, method.type_annotation
    return fields


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
    if defined.__init__ is not _init:
        defined.__init__ = _init
    for key, made in answers_of(cls).items():
        fields[key] = made
        setattr(cls, key, cast(Resolver, made.base_resolver).wrapped_func)
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
    annotations = cls.__annotations__
    names, required, makers = set(annotations), set[str](), dict[str, Callable[[], object]]()
    for base in cls.__bases__:
        if (above := getattr(base, "__members__", None)) is not None:
            names |= above.names
            required |= above.required
            makers |= above.makers
            if not above.names.isdisjoint(annotations):
                raise TypeError(f"{cls.__name__} declares a member anew that it inherits")
    namespace = vars(modules[cls.__module__])
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
            made.type_annotation = Annotation(annotation, namespace=namespace)
            fields[name] = made
    return Members(frozenset(names), frozenset(required), makers)


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
    for name, made in members.makers.items():
        own[name] = made()
    own.update(values)
