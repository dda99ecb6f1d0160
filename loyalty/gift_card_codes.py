"""The secret code of a gift card: made once, kept as a salted hash, guessed a few times at most.

A code is 16 characters of Crockford base32, 80 random bits: too many to be searched for, neither
from its hash nor from the digest of a payment's input that stands in the log. Wrong ones are
counted all the same: after five the card takes none for a quarter of an hour.
"""

import re
from base64 import b64decode, b64encode
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest

import msgspec

from ledger.names import at_text, base32_id, transaction_id
from loyalty.coalition import Coalition
from loyalty.ports import Commit, Outcome, RecordPut, StoreUnavailable, TransactionRow, Versioned
from loyalty.records.gift_cards import GiftCard
from loyalty.refusals import Code, Refused

WRONG_MAX = 5
LOCKED_FOR = timedelta(minutes=15)
CODES = "system:gift-card-codes"
_COMMITS_MAX = 40
_is_code = re.compile(r"[0-9a-hjkmnp-tv-z]{16}\Z").match


def new_code(coalition: Coalition) -> tuple[str, str, str]:
    """A code, and what is kept of it: a salt and a hash."""
    # The last 16 of 26 characters: 80 of the 128 bits.
    code = base32_id(coalition.random_bytes(16))[10:]
    salt = b64encode(coalition.random_bytes(16)).decode()
    return code, salt, _hashed(code, salt)


def check_code(coalition: Coalition, id_: str, found: Versioned[GiftCard], code: str) -> None:
    """Raises Refused for a wrong code, which is counted, and while too many were wrong."""
    if not _is_code(code):
        raise Refused(Code.INVALID_INPUT, "a code is 16 lower-case letters and digits", "code")
    _check_unlocked(coalition, found.record)
    if not compare_digest(_hashed(code, found.record.salt), found.record.code_hash):
        _count_wrong(coalition, id_, found)
        raise Refused(Code.NOT_PERMITTED, "this is not the card's code", "code")


def _hashed(code: str, salt: str) -> str:
    return b64encode(sha256(b64decode(salt) + code.encode()).digest()).decode()


def _check_unlocked(coalition: Coalition, card: GiftCard) -> None:
    if coalition.now() < card.locked_until:
        raise Refused(
            Code.LIMIT_EXCEEDED,
            f"too many wrong codes: the card takes none until {card.locked_until}",
            "code",
        )


def _count_wrong(coalition: Coalition, id_: str, found: Versioned[GiftCard]) -> None:
    """Counts before anyone is told, each guess of many at once. Raises Refused once it is locked.

    This is written though the request is refused: nothing else would bound the guesses.
    """
    for _ in range(_COMMITS_MAX):
        _check_unlocked(coalition, found.record)
        row = TransactionRow(transaction_id(CODES, f"{id_}/{found.version}"), None, None)
        put = RecordPut(id_, _wrong(coalition, found.record), found.version)
        if coalition.store.commit(Commit((row,), records=(put,))) is Outcome.DONE:
            return
        found = coalition.store.record(GiftCard, id_) or found
    raise StoreUnavailable("a wrong code was not counted")


def _wrong(coalition: Coalition, card: GiftCard) -> GiftCard:
    wrong = card.wrong + 1
    if wrong < WRONG_MAX:
        return msgspec.structs.replace(card, wrong=wrong)
    until = at_text(coalition.clock() + LOCKED_FOR)
    return msgspec.structs.replace(card, wrong=0, locked_until=until)
