"""Ids, times and dates: their grammar, against slow implementations written apart."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger import names
from ledger.names import (
    NEVER,
    at_moment,
    at_text,
    base32_id,
    day_of,
    digest,
    entry_hash,
    hash_bytes,
    is_at,
    is_base32_id,
    is_currency,
    is_expires,
    is_hash,
    is_id,
    is_party,
    is_signature,
    transaction_id,
)
from tests.unit.ledger.strategies import QUICK

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def slow_id(bits: bytes) -> str:
    """Base 32 by repeated division, most significant digit first."""
    number, digits = int.from_bytes(bits, "big"), ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits = CROCKFORD[digit] + digits
    assert number == 0
    return digits


@QUICK
@given(st.binary(min_size=16, max_size=16))
@example(bytes(16))
@example(b"\xff" * 16)
@example(bytes(15) + b"\x01")
def test_ids_are_crockford_base32_of_one_number(bits):
    """An id is 128 bits as one number to the base 32, left-padded with zero bits."""
    assert base32_id(bits) == slow_id(bits)
    assert is_base32_id(base32_id(bits))


def test_the_least_and_the_greatest_id():
    """All zero bits and all one bits, written out."""
    assert base32_id(bytes(16)) == "0" * 26
    assert base32_id(b"\xff" * 16) == "7" + "z" * 25
    for length in (0, 15, 17):
        with pytest.raises(ValueError, match="16 bytes"):
            base32_id(bytes(length))


@pytest.mark.parametrize(
    "text",
    [
        "8" + "0" * 25,
        "0" * 25,
        "0" * 27,
        "0" * 26 + "\n",
        "０" * 26,
        "٠" * 26,
        "",
        *("0" * 25 + letter for letter in "iluoA-"),
    ],
)
def test_other_texts_are_no_ids(text):
    """Too large a number, other letters, upper case, a line feed, Unicode digits: no id."""
    assert not is_base32_id(text)


def test_a_transactions_id_follows_from_party_and_key():
    """Whoever holds the idempotency key can compute the id as "Transactions" says."""
    raw = sha256(b"tallystick/tx/v1\npartner:acme\norder 1").digest()[:16]
    assert transaction_id("partner:acme", "order 1") == slow_id(raw)
    raw = sha256("tallystick/tx/v1\nmember:m-1\nzwölf".encode()).digest()[:16]
    assert transaction_id("member:m-1", "zwölf") == slow_id(raw)


def test_hashes_are_what_the_format_says():
    """A digest is SHA-256, an entry's hash that of a zero byte and the entry."""
    assert digest(b"x") == b64encode(sha256(b"x").digest()).decode()
    assert entry_hash(b"x") == b64encode(sha256(b"\0x").digest()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T20:50:00.123Z",
        "2024-02-29T00:00:00.000Z",
        "2000-02-29T23:59:59.999Z",
        "0001-01-01T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
    ],
)
def test_moments_that_exist(text):
    """UTC with milliseconds, leap days included, and the text is recovered from the moment."""
    assert is_at(text)
    assert at_text(at_moment(text)) == text
    assert day_of(text) == text[:10]


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T00:00:00.000Z",
        "2100-02-29T00:00:00.000Z",
        "2026-13-01T00:00:00.000Z",
        "2026-00-01T00:00:00.000Z",
        "2026-04-31T00:00:00.000Z",
        "0000-01-01T00:00:00.000Z",
        "2026-01-01T24:00:00.000Z",
        "2026-01-01T00:60:00.000Z",
        "2026-01-01T23:59:60.000Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.00Z",
        "2026-01-01T00:00:00.0000Z",
        "2026-01-01T00:00:00,000Z",
        "2026-01-01T00:00:00.000z",
        "2026-01-01t00:00:00.000Z",
        "2026-01-01 00:00:00.000Z",
        "2026-01-01T00:00:00.000+00:00",
        "2026-01-01T00:00:00.000",
        "2026-01-01T00:00:00.000Z\n",
        " 2026-01-01T00:00:00.000Z",
        "２０２６-01-01T00:00:00.000Z",
        "٢٠٢٦-01-01T00:00:00.000Z",
        "20260101T000000.000Z",
        "2026-W01-1T00:00:00.000Z",
        "",
    ],
)
def test_other_texts_are_no_moments(text):
    """Days that do not exist, other precision, other zones, other digits: no moment."""
    assert not is_at(text)


@QUICK
@given(
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001 - made aware below
    st.integers(-23 * 60, 23 * 60),
)
def test_moments_are_written_in_utc_and_cut_to_milliseconds(naive, minutes):
    """Whatever its zone, a moment is written in UTC; the text sorts as the moment does."""
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = at_text(moment)
    assert is_at(text)
    assert timedelta(0) <= moment - at_moment(text) < timedelta(milliseconds=1)
    later = at_text(moment + timedelta(milliseconds=1))
    assert later > text


@pytest.mark.parametrize("text", ["2026-12-31", "2024-02-29", "0001-01-01", "9999-12-31", NEVER])
def test_days_that_exist(text):
    """A lot ends on a day or never, and `never` sorts after every day."""
    assert is_expires(text)
    assert text <= NEVER


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "1900-02-29",
        "2026-06-31",
        "0000-01-01",
        "2026-1-01",
        "20260101",
        "2026-W01-1",
        "2026-01-01\n",
        "2026-01-01T00:00:00.000Z",
        "２０２６-01-01",
        "Never",
        "never\n",
        "",
    ],
)
def test_other_texts_are_no_days(text):
    """Days that do not exist, other forms and Unicode digits are refused."""
    assert not is_expires(text)


@QUICK
@given(st.dates())
def test_every_day_of_the_calendar_is_one(day):
    """Each ISO date is an expiry."""
    assert is_expires(day.isoformat())


@QUICK
@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
def test_hashes_and_signatures_have_one_text(hash_, signature):
    """b64 of 32 and of 64 bytes is accepted; with other unused low bits it is refused."""
    text, long = b64encode(hash_).decode(), b64encode(signature).decode()
    assert is_hash(text)
    assert is_signature(long)
    assert not is_hash(long)
    assert not is_signature(text)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    assert sum(bool(is_hash(text[:42] + char + "=")) for char in alphabet) == 16
    assert sum(bool(is_signature(long[:85] + char + "==")) for char in alphabet) == 4
    for wrong in (text[:-1], text + "=", text + "\n", "-" + text[1:], "_" + text[1:]):
        assert not is_hash(wrong)


@pytest.mark.parametrize(
    ("matches", "good", "bad"),
    [
        (is_id, ["ab", "a-b", "--", "0" * 32], ["a", "0" * 33, "aB", "a_b", "ab\n", "é1", "a٠"]),
        (
            is_party,
            ["member", "partner:ab", "operator:ab", "system:ab"],
            ["member:ab", "partner:", "partner:a", "PARTNER:ab", "partner:ab:cd", "member\n", ""],
        ),
        (is_currency, ["AB", "A1", "A" * 12, "99"], ["A", "A" * 13, "ab", "A-B", "AB\n", "Ⅷ9"]),
    ],
)
def test_the_grammar_of_names(matches, good, bad):
    """Ids, parties and currencies have the patterns that "Names and forms" gives."""
    assert all(matches(text) for text in good)
    assert not any(matches(text) for text in bad)


def test_accounts_are_spelled_one_way():
    """Accounts of wallets and partners as "Transactions" writes them."""
    assert names.wallet_account("w", "held") == "wallet:w:held"
    assert names.partner_account("acme", "issued") == "partner:acme:issued"
    assert at_text(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"


BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@QUICK
@given(
    st.binary(min_size=32, max_size=32).map(lambda data: b64encode(data).decode()),
    st.integers(0, 43),
    st.sampled_from(BASE64 + "=-_ \n\0é") | st.characters(),
    st.integers(0, 45),
)
def test_a_hash_is_read_where_it_is_one_and_nowhere_else(text, at, put, length):
    """Whatever stands in its place: what is read is what is written, and `is_hash` agrees."""
    changed = text[:at] + put + text[at + 1 :]
    for each in (text, changed, text[:length], text + put, put + text, changed[:42] + "=="):
        found = hash_bytes(each)
        assert (found is not None) == bool(is_hash(each))
        assert found is None or b64encode(found).decode() == each


@pytest.mark.parametrize("last", BASE64)
def test_a_hash_has_one_spelling(last):
    """Two bits of the last character are not of the 32 bytes: they are zero."""
    text = "A" * 42 + last + "="
    assert (hash_bytes(text) is not None) == bool(is_hash(text)) == (BASE64.index(last) % 4 == 0)
