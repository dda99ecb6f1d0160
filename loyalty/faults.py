"""What is wrong with a programme's document, and what would be right.

msgspec says where a document is not what the types allow. Which members, kinds and numbers are
allowed there, the types themselves tell: nothing is said here of any single one, so that what is
added elsewhere is told of, too.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import inspect

from ledger.canonical import MAX_INTEGER
from loyalty.texts import JURISDICTION, LABEL, meant

# Compiled when a document is refused, which most processes never see.
_PLACE = r" - at (?:`key` in )?`\$([^`]*)`\Z"
_STEP = r"\.([^.\[\]]+)|\[([0-9]+)\]|(\[\.\.\.\])"
_UNKNOWN = r"unknown field `([^`]*)`"
_MISSING = r"missing required field `([^`]*)`"
_KIND = r"Invalid value '(.*)'\Z"
_WORD = r"Invalid enum value '(.*)'\Z"
_SHOWN_MAX_CHARS = 64

_FORMS = {
    "^[a-z0-9-]{2,32}$": "an id of 2 to 32 of a to z, 0 to 9 and hyphen, like coffee-2",
    "^[A-Z]{3}$": "an ISO 4217 code like EUR",
    "^[A-Z0-9]{2,12}$": "a currency's code of 2 to 12 of A to Z and 0 to 9, like STARS",
    f"^{LABEL}$": "1 to 64 letters, digits, dots, hyphens and underscores, like store-7",
    f"^{JURISDICTION}$": "a code of ISO 3166 like US or US-CA",
}
_INSTEAD = {
    "inactivity": "a day that was given to points cannot be changed any more; say `months`",
}


class Fault(NamedTuple):
    """path: names of members and numbers of items."""

    path: tuple[str, ...]
    message: str


def fault_of(error: msgspec.ValidationError, type_: type, document: object) -> Fault:
    """What a validation error means to who wrote the document."""
    text = str(error)
    place = re.search(_PLACE, text)
    text = text[: place.start()] if place else text
    path = _steps(place[1] if place else "")
    types, value = [_root(type_)], document
    for step in path:
        types = [each for known in types for each in _inner(known, value, step)]
        value = _member(value, step)
    types = [each for known in types for each in _alternatives(known)]
    unknown = re.search(_UNKNOWN, text)
    if unknown:
        names = [field.encode_name for each in _structs(types, value) for field in each.fields]
        hint = meant(unknown[1], names) or f": there are {_listed(names)}"
        return Fault((*path, unknown[1]), f"`{unknown[1]}` is no member of this{hint}")
    return Fault(tuple(path), _message(text, types, value))


def _message(text: str, types: list[inspect.Type], value: object) -> str:
    missing, kind, word = re.search(_MISSING, text), re.search(_KIND, text), re.search(_WORD, text)
    if missing:
        kinds = [str(each.tag) for each in _structs(types, None) if each.tag_field == missing[1]]
        return f"`{missing[1]}` is missing" + (f": one of {_listed(kinds)}" if kinds else "")
    if kind or word:
        wrong = (kind or cast(re.Match[str], word))[1]
        words = [str(each.tag) for each in _structs(types, None)]
        for each in types:
            if isinstance(each, inspect.LiteralType):
                words += map(str, each.values)
        instead = f": {_INSTEAD[wrong]}" if wrong in _INSTEAD else meant(wrong, words)
        return f"there is no `{wrong}` here{instead}; there are {_listed(words)}"
    if text.startswith("Expected "):
        wanted = [_wanted(each, value) for each in types if not isinstance(each, inspect.NoneType)]
        return f"{' or '.join(dict.fromkeys(wanted))}, not {_shown(value)}"
    return text


def _wanted(type_: inspect.Type, value: object) -> str:
    """What may stand where something is of this type."""
    match type_:
        case inspect.IntType(ge=low, le=high):
            bounds = "" if low is None else f" from {low} on"
            if high is not None and high != MAX_INTEGER:
                bounds = f" from {low} to {high}"
            quoted = isinstance(value, str) and value.isdecimal()
            return f"a whole number{bounds}" + (" without quotes" if quoted else "")
        case inspect.BoolType():
            return "true or false"
        case inspect.StrType(pattern=form, min_length=low, max_length=high):
            length = f" of {low or 0} to {high} characters" if high else ""
            return _FORMS.get(form or "", f"a text in quotes{length}")
        case inspect.LiteralType(values=words):
            return f"one of {_listed(map(str, words))}"
        case inspect.StructType() | inspect.DictType():
            return "an object in braces, { … }"
        case _:
            low, high = (getattr(type_, name, None) for name in ("min_length", "max_length"))
            length = f" of {low or 0} to {high}" if high else f" of at least {low}" if low else ""
            return f"a list in brackets, [ … ],{length}" if length else "a list in brackets, [ … ]"


@lru_cache
def _root(type_: type) -> inspect.Type:
    return inspect.type_info(type_)


def _steps(place: str) -> list[str]:
    """As deep as msgspec tells: of an object whose names are free it does not say which."""
    path: list[str] = []
    for name, number, free in re.findall(_STEP, place):
        if free:
            break
        path.append(name or number)
    return path


def _inner(type_: inspect.Type, value: object, step: str) -> Iterable[inspect.Type]:
    """The types of a member of a value of this type."""
    for each in _alternatives(type_):
        if isinstance(each, inspect.StructType):
            if each in _structs(_alternatives(type_), value):
                yield from (field.type for field in each.fields if field.encode_name == step)
                if each.tag_field == step:
                    yield each
        elif isinstance(each, inspect.DictType):
            yield each.value_type
        elif isinstance(
            each, inspect.VarTupleType | inspect.ListType | inspect.SetType | inspect.FrozenSetType
        ):
            yield each.item_type


def _alternatives(type_: inspect.Type) -> list[inspect.Type]:
    return list(type_.types) if isinstance(type_, inspect.UnionType) else [type_]


def _structs(types: Iterable[inspect.Type], value: object) -> list[inspect.StructType]:
    """The kinds of objects among them; that which the value says it is, if it says so."""
    found = [each for each in types if isinstance(each, inspect.StructType)]
    if isinstance(value, dict):
        said = [each for each in found if each.tag_field and each.tag == value.get(each.tag_field)]
        return said or found
    return found


def _member(value: object, step: str) -> object:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return cast(Any, value[int(step)])
    return None


def _listed(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _shown(value: object) -> str:
    if isinstance(value, list) and value:
        return f"one of {len(value)}"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN_MAX_CHARS else f"{text[:_SHOWN_MAX_CHARS]}…"
