"""Bounds on what people and their systems write: names, references, keys."""

import re
import unicodedata
from collections.abc import Collection
from datetime import timedelta

from ledger.canonical import MAX_INTEGER
from ledger.errors import shown
from ledger.names import at_moment, day_of, is_at, is_day, is_id
from loyalty.refusals import Code, Refused

TEXT_MAX_CHARS = 4_096
VALUE_MAX_DEPTH = 16
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}\Z")
LABEL = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""How partners call their stores, channels, tenders, categories and articles."""
_LABEL = re.compile(LABEL + r"\Z")
# As in the ledger's canonical JSON.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]{0,63}\Z")
# Controls, format characters (zero width, bidirectional), surrogates, private use, unassigned.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
BORN_FIRST = "1900-01-01"
JURISDICTION = r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?"
"""A country, or a part of one, of ISO 3166."""
_JURISDICTION = re.compile(JURISDICTION + r"\Z")
# Of 1; below it what is suggested is seldom what was meant.
_ALIKE = 0.62
PURCHASE_MAX_AGE = timedelta(days=60)


def check_idempotency_key(key: str) -> None:
    """Raises Refused for a key that two systems could write differently."""
    if not _IDEMPOTENCY_KEY.match(key):
        raise Refused(
            Code.INVALID_INPUT,
            "an idempotency key is 1 to 128 printable ASCII characters without spaces",
            "idempotencyKey",
        )


def check_text(text: str, max_chars: int, *field: str) -> str:
    """A text that looks like what it is: NFC, nothing invisible. Raises Refused."""
    if not 0 < len(text) <= max_chars or text != text.strip():
        raise Refused(
            Code.INVALID_INPUT,
            f"1 to {max_chars} characters without space at either end, not {shown(text[:64])}",
            *field,
        )
    _check_characters(text, field)
    return text


def check_value(value: object, *field: str) -> None:
    """A JSON value that means to everyone what it shows: integers, visible texts, no null.

    What passes lies within the ledger's canonical JSON. Raises Refused with the path of the first
    member that does not.
    """
    if type(value) is str:
        if len(value) > TEXT_MAX_CHARS:
            raise Refused(Code.INVALID_INPUT, f"at most {TEXT_MAX_CHARS} characters", *field)
        _check_characters(value, field)
    elif type(value) is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise Refused(Code.INVALID_INPUT, f"an integer within {MAX_INTEGER} of 0", *field)
    elif isinstance(value, dict | list) and len(field) >= VALUE_MAX_DEPTH:
        raise Refused(Code.INVALID_INPUT, f"nested more than {VALUE_MAX_DEPTH} deep", *field)
    elif isinstance(value, dict):
        for name, member in value.items():
            if type(name) is not str or not _NAME.match(name):
                raise Refused(
                    Code.INVALID_INPUT, f"the name {shown(name)} is not one of a member", *field
                )
            check_value(member, *field, name)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            check_value(item, *field, str(number))
    elif type(value) is not bool:
        raise Refused(
            Code.INVALID_INPUT,
            f"a text, an integer, true, false, a list or an object, not {_kind(value)}",
            *field,
        )


def _check_characters(text: str, field: tuple[str, ...]) -> None:
    if text.isascii() and text.isprintable():
        return
    for char in text:
        if unicodedata.category(char) in _REFUSED_CATEGORIES:
            raise Refused(
                Code.INVALID_INPUT, f"the character U+{ord(char):04X} is not allowed here", *field
            )
    if not unicodedata.is_normalized("NFC", text):
        raise Refused(Code.INVALID_INPUT, "the text is not in Unicode form NFC", *field)


def _kind(value: object) -> str:
    if value is None:
        return "null: leave the member out"
    if isinstance(value, float):
        return (
            f"{shown(value)}: numbers are whole; write money in minor units, 12.50 as 1250, a rate "
            "as two numbers, 2.5 a dollar as 5 for 200, and 2.5 per cent as 250 basis points"
        )
    return "this"


def check_id(text: str, *field: str) -> str:
    """An id that its owner chooses. Raises Refused."""
    if not is_id(text):
        raise Refused(
            Code.INVALID_INPUT,
            f"2 to 32 of a to z, 0 to 9 and hyphen, not {shown(text[:64])}",
            *field,
        )
    return text


def check_label(text: str, *field: str) -> str:
    """How a partner calls one of its stores, channels, tenders, categories, articles. Refused."""
    if not _LABEL.match(text):
        raise Refused(
            Code.INVALID_INPUT,
            f"1 to 64 letters, digits, dots, hyphens and underscores, not {shown(text[:64])}",
            *field,
        )
    return text


def check_born(text: str, now: str, *field: str) -> str:
    """The day that someone was born on, YYYY-MM-DD. Raises Refused."""
    if not is_day(text) or not BORN_FIRST <= text <= day_of(now):
        raise Refused(
            Code.INVALID_INPUT,
            f"a day from {BORN_FIRST} to today, like 1984-02-29, not {shown(text[:64])}",
            *field,
        )
    return text


def check_jurisdiction(text: str, *field: str) -> str:
    """A country or a part of one, as ISO 3166 writes it: US, US-CA. Raises Refused."""
    if not _JURISDICTION.match(text):
        raise Refused(
            Code.INVALID_INPUT,
            f"a code of ISO 3166 like US or US-CA, not {shown(text[:64])}",
            *field,
        )
    return text


def check_amount(amount: int, *field: str) -> int:
    """Points or money above 0. Raises Refused."""
    if not 1 <= amount <= MAX_INTEGER:
        raise Refused(
            Code.INVALID_INPUT, f"an integer from 1 to {MAX_INTEGER}, not {shown(amount)}", *field
        )
    return amount


def check_at(text: str, *field: str) -> str:
    """Any moment, in the one form. Raises Refused."""
    if not is_at(text):
        raise Refused(
            Code.INVALID_INPUT,
            f"UTC with milliseconds, like 2026-11-21T20:50:00.123Z, not {shown(text[:64])}",
            *field,
        )
    return text


def check_moment(text: str, now: str, *field: str) -> str:
    """A moment in the past that is not too old to be taken. Raises Refused."""
    check_at(text, *field)
    if text > now or at_moment(now) - at_moment(text) > PURCHASE_MAX_AGE:
        raise Refused(
            Code.INVALID_INPUT,
            f"not after now, {now}, and at most {PURCHASE_MAX_AGE.days} days before, not {text}",
            *field,
        )
    return text


def meant(word: str, words: Collection[str]) -> str:
    """What somebody meant who wrote a word that is none of these, as a question; or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    alike = {each.lower(): each for each in words}
    found = get_close_matches(word[:64].lower(), alike, 1, _ALIKE)
    return f" (did you mean `{alike[found[0]]}`?)" if found else ""
