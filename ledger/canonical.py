"""Canonical JSON: RFC 8785 (JCS), restricted so that every value has one encoding.

    object  keys match [A-Za-z0-9][A-Za-z0-9.:_-]*, sorted, no duplicates
    array   any of these values
    string  NFC, no character of Unicode category Cc
    number  an integer with |n| <= 2^53 - 1
    boolean true, false

No float, no null: a member without a value is absent. Within this restriction orjson with sorted
keys writes the bytes of RFC 8785 (keys are ASCII, so its byte order is JCS's UTF-16 order).
A reader accepts bytes only if writing what it parsed gives the same bytes again. That rule also
catches what orjson lets pass: the last of duplicate keys wins, integers >= 2^64 become floats.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import orjson

from ledger.errors import RuleBroken

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32

Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value]"

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]*\Z")


def canonical(value: object) -> bytes:
    """The one encoding of a value. Raises RuleBroken for what has none."""
    check_value(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def parse(data: bytes) -> object:
    """The value that these canonical bytes encode. Raises RuleBroken for all other bytes."""
    value = parse_exact(data)
    check_value(value)
    return value


def parse_exact(data: bytes) -> object:
    """The round-trip rule alone, for readers that then check each member against a closed shape.

    What comes back may still hold null, floats, or strings outside the restriction.
    """
    try:
        value: object = orjson.loads(data)
        again = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError) as error:
        raise RuleBroken("canonical.json", "one JSON value", str(error)) from None
    if again != data:
        raise RuleBroken("canonical.round_trip", again.decode(), data.decode())
    return value


def check_value(value: object, depth: int = 0) -> None:
    """Raises RuleBroken unless the value lies within the restriction."""
    kind = type(value)
    if kind is str:
        check_text(value)  # type: ignore[arg-type]
    elif kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:  # type: ignore[operator]
            raise RuleBroken("canonical.integer", f"at most {MAX_INTEGER} from 0", f"{value:#x}")
    elif kind is bool:
        return
    elif depth >= MAX_DEPTH:
        raise RuleBroken("canonical.depth", f"at most {MAX_DEPTH} levels", f"{depth + 1}")
    elif isinstance(value, dict):
        for key, member in value.items():
            if type(key) is not str or not _KEY.match(key):
                raise RuleBroken("canonical.key", _KEY.pattern, key)
            check_value(member, depth + 1)
    elif kind is list or kind is tuple:
        for item in value:  # type: ignore[attr-defined]
            check_value(item, depth + 1)
    else:
        raise RuleBroken("canonical.type", "string, integer, boolean, list or object", repr(value))


def check_text(text: str) -> None:
    """Raises RuleBroken unless the text is NFC without control characters."""
    if text.isascii() and text.isprintable():
        return
    for char in text:
        if unicodedata.category(char) in ("Cc", "Cs"):
            raise RuleBroken("canonical.text", "no control character", f"U+{ord(char):04X}")
    if not unicodedata.is_normalized("NFC", text):
        raise RuleBroken("canonical.text", unicodedata.normalize("NFC", text), text)
