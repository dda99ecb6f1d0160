"""Codes that people read to each other and type: Crockford's base32, in capitals.

Whoever types one may write it small, in groups, and take O for 0 or I and L for 1.
"""

import re

from loyalty.ports import RandomBytes
from loyalty.refusals import Code, Refused

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TYPED = re.compile(r"[0-9A-Za-z -]{1,64}\Z", re.ASCII)
_MEANT = str.maketrans("OIL", "011", " -")


def new_code(random_bytes: RandomBytes, length: int) -> str:
    """A code that nobody guesses: five random bits a character."""
    return "".join(_ALPHABET[each % 32] for each in random_bytes(length))


def read_code(text: str, length: int, *field: str) -> str:
    """What somebody typed, as the code that is meant; of at least that length. Raises Refused."""
    if _TYPED.match(text):
        code = text.upper().translate(_MEANT)
        if len(code) >= length and all(each in _ALPHABET for each in code):
            return code
    raise Refused(
        Code.INVALID_INPUT,
        f"a code has {length} letters and digits, without U",
        *field,
    )
