"""Bounds on what people and their systems write: names, references, keys."""

import re
import unicodedata
from datetime import timedelta

from ledger.canonical import MAX_INTEGER
from ledger.names import at_moment, is_at, is_id
from loyalty.refusals import Code, Refused

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}\Z")
# Controls, format characters (zero width, bidirectional), surrogates, private use, unassigned.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
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
            f"1 to {max_chars} characters, no space at either end",
            *field,
        )
    for char in text:
        if unicodedata.category(char) in _REFUSED_CATEGORIES:
            raise Refused(
                Code.INVALID_INPUT, f"the character U+{ord(char):04X} is not allowed here", *field
            )
    if not unicodedata.is_normalized("NFC", text):
        raise Refused(Code.INVALID_INPUT, "the text is not in Unicode form NFC", *field)
    return text


def check_id(text: str, *field: str) -> str:
    """An id that its owner chooses. Raises Refused."""
    if not is_id(text):
        raise Refused(Code.INVALID_INPUT, "2 to 32 characters of a to z, 0 to 9 and hyphen", *field)
    return text


def check_amount(amount: int, *field: str) -> int:
    """Points or money above 0. Raises Refused."""
    if not 1 <= amount <= MAX_INTEGER:
        raise Refused(Code.INVALID_INPUT, f"an integer from 1 to {MAX_INTEGER}", *field)
    return amount


def check_moment(text: str, now: str, *field: str) -> str:
    """A moment in the past that is not too old to be taken. Raises Refused."""
    if not is_at(text):
        raise Refused(
            Code.INVALID_INPUT, "UTC with milliseconds, like 2026-11-21T20:50:00.123Z", *field
        )
    if text > now or at_moment(now) - at_moment(text) > PURCHASE_MAX_AGE:
        raise Refused(
            Code.INVALID_INPUT,
            f"not in the future and at most {PURCHASE_MAX_AGE.days} days ago",
            *field,
        )
    return text
