"""Names that stand on the ledger: ids, accounts, dates and times, and their grammar.

tx id, wallet id   26 characters of lower-case Crockford base32: 128 bits as one big-endian
                   number, left-padded with two zero bits, so the first is 0 to 7
party              partner:<id> | operator:<id> | system:<id> | member
account            wallet:<wallet>:available|held|pending|arrears
                   partner:<id>:issued|burned|expired
                   operator:adjusted | operator:expired | exchange:<from>:<to>
at                 UTC with milliseconds: 2026-11-21T20:50:00.123Z
expires            the last day on which a lot can be spent, YYYY-MM-DD, or never
hash, digest       b64 of 32 bytes; signature: b64 of 64 bytes
"""

import re
from base64 import b32encode, b64encode
from binascii import a2b_base64, b2a_base64
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import NewType

WalletId = NewType("WalletId", str)
TransactionId = NewType("TransactionId", str)
PartnerId = NewType("PartnerId", str)
CurrencyCode = NewType("CurrencyCode", str)
At = NewType("At", str)
Expires = NewType("Expires", str)
Hash = NewType("Hash", str)

NEVER = Expires("never")
OPERATOR = PartnerId("operator")
NO_HASH = Hash(b64encode(bytes(32)).decode())

_ID = r"[a-z0-9-]{2,32}"
BASE32_ID = r"[0-7][0-9a-hjkmnp-tv-z]{25}"
TIME = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z"
# The unused low bits of the last character are zero: the only text that encodes those bytes.
BYTES_32 = r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
BYTES_64 = r"[A-Za-z0-9+/]{85}[AQgw]=="

is_base32_id = re.compile(BASE32_ID + r"\Z").match
is_id = re.compile(_ID + r"\Z").match
is_party = re.compile(rf"(?:(?:partner|operator|system):{_ID}|member)\Z").match
is_currency = re.compile(r"[A-Z0-9]{2,12}\Z").match
is_hash = re.compile(BYTES_32 + r"\Z").match
is_signature = re.compile(BYTES_64 + r"\Z").match
_is_time = re.compile(TIME + r"\Z").match
_is_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z").match

_LAST_OF_32 = frozenset("AEIMQUYcgkosw048")

_CROCKFORD = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz"
)


def hash_bytes(text: str) -> bytes | None:
    """The 32 bytes that a text is the base64 of; None where `is_hash` does not hold.

    A proof has dozens: looking at the last two characters and decoding strictly takes two thirds
    of matching all of them first.
    """
    if len(text) != 44 or text[43] != "=" or text[42] not in _LAST_OF_32:
        return None
    try:
        return a2b_base64(text, strict_mode=True)
    except ValueError:
        return None


def base32_id(bits: bytes) -> str:
    """16 bytes as 26 characters of lower-case Crockford base32."""
    if len(bits) != 16:
        raise ValueError(f"an id has 16 bytes, not {len(bits)}")
    # 130 bits and 6 zero bits fill 17 bytes, of which the first 26 characters say all.
    padded = (int.from_bytes(bits, "big") << 6).to_bytes(17, "big")
    return b32encode(padded)[:26].translate(_CROCKFORD).decode()


def transaction_id(party: str, idempotency_key: str) -> TransactionId:
    """The id that one party's idempotency key has, now and forever.

    party: as in an entry's `by`, but for a member `member:<member id>`.
    """
    digest = sha256(f"tallystick/tx/v1\n{party}\n{idempotency_key}".encode()).digest()
    return TransactionId(base32_id(digest[:16]))


def digest(data: bytes) -> Hash:
    """b64 SHA-256 of bytes."""
    return Hash(b64encode(sha256(data).digest()).decode())


def entry_hash(entry: bytes) -> Hash:
    """b64 of the leaf hash (RFC 6962 section 2.1): H(0x00 || entry)."""
    return Hash(b2a_base64(sha256(b"\x00" + entry).digest(), newline=False).decode())


def wallet_account(wallet: str, part: str) -> str:
    return f"wallet:{wallet}:{part}"


def partner_account(partner: str, part: str) -> str:
    return f"partner:{partner}:{part}"


def is_at(text: str) -> bool:
    """Whether this is a moment in the one form that the ledger writes."""
    return _is_time(text, 10) is not None and is_day(text[:10])


@lru_cache(maxsize=4096)
def is_day(text: str) -> bool:
    """Whether this is a day that exists, YYYY-MM-DD."""
    if not _is_date(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_expires(text: str) -> bool:
    """Whether this is a day that exists, or `never`."""
    return text == NEVER or is_day(text)


def at_text(moment: datetime) -> At:
    """An aware moment as the ledger writes it; what is finer than a millisecond is cut off."""
    utc = moment.astimezone(UTC)
    return At(utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z")


def at_moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def day_of(at: str) -> str:
    """The UTC day of a moment, YYYY-MM-DD."""
    return at[:10]
