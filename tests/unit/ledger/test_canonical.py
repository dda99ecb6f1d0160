"""Canonical JSON: one encoding for each value, and no other bytes are read."""

import json
import unicodedata

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.canonical import MAX_DEPTH, MAX_INTEGER, canonical, check_text, parse, parse_exact
from ledger.errors import RuleBroken
from tests.unit.ledger.strategies import QUICK, any_json, broken_by, canonical_values, rule_of


def nested(levels: int) -> list:
    value: list = []
    for _ in range(levels - 1):
        value = [value]
    return value


@QUICK
@given(canonical_values)
def test_what_is_written_is_read_back(value):
    """Parsing the canonical bytes of a value gives the value."""
    broken = broken_by(canonical, value)
    # Text that Hypothesis drew need not be NFC.
    assert broken is None or broken.rule == "canonical.text"
    if broken is None:
        assert parse(canonical(value)) == value


@QUICK
@given(canonical_values)
@example({"b": 1, "a": 2, "A": 3, "a-": 4, "a.": 5, "a:": 6, "a_": 7, "a0": 8})
@example(["\u20ac", "\U0001f600", '"', "\\", "/", "\u2028", "é", "\ue000"])
@example([MAX_INTEGER, -MAX_INTEGER, 0, True, False])
def test_the_bytes_are_those_of_rfc_8785(value):
    """Within the restriction the package rfc8785 writes the same bytes."""
    try:
        data = canonical(value)
    except RuleBroken:
        return
    assert data == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b'{"a":1,"a":2}', "canonical.round_trip"),
        (b'{"a":1,"a":1}', "canonical.round_trip"),
        (b'{"b":1,"a":2}', "canonical.round_trip"),
        (b"1.5", "canonical.type"),
        (b"1.0", "canonical.type"),
        (b"1e3", "canonical.round_trip"),
        (b"-0", "canonical.round_trip"),
        (b"-0.0", "canonical.type"),
        (b"01", "canonical.json"),
        (b"+1", "canonical.json"),
        (b"NaN", "canonical.json"),
        (b"null", "canonical.type"),
        (b'{"a":null}', "canonical.type"),
        (b"9007199254740992", "canonical.integer"),
        (b"-9007199254740992", "canonical.integer"),
        (b"18446744073709551616", "canonical.round_trip"),
        (b" 1", "canonical.round_trip"),
        (b"1\n", "canonical.round_trip"),
        (b'{"a": 1}', "canonical.round_trip"),
        (b"\xef\xbb\xbf1", "canonical.json"),
        (b'"\\u0041"', "canonical.round_trip"),
        (b'"\\/"', "canonical.round_trip"),
        (b'"\\u000a"', "canonical.round_trip"),
        (b'"\\n"', "canonical.text"),
        (b'"\\u001b[2J"', "canonical.text"),
        (b'"\x7f"', "canonical.text"),
        ('"\u0085"'.encode(), "canonical.text"),
        ('"e\u0301"'.encode(), "canonical.text"),
        ('"\u212b"'.encode(), "canonical.text"),
        (b'"\\ud800"', "canonical.json"),
        (b'"\\udc00\\ud800"', "canonical.json"),
        (b'"\xed\xa0\x80"', "canonical.json"),
        (b'"\xff"', "canonical.json"),
        (b'{"":1}', "canonical.key"),
        (b'{"-a":1}', "canonical.key"),
        (b'{"a b":1}', "canonical.key"),
        ('{"é":1}'.encode(), "canonical.key"),
        (b'{"a\\n":1}', "canonical.key"),
        (b"", "canonical.json"),
        (b"{}{}", "canonical.json"),
    ],
)
def test_other_bytes_are_refused(data, rule):
    """Duplicate keys, floats, null, large integers, NFD, control characters, space: refused."""
    assert rule_of(parse, data) == rule


@pytest.mark.parametrize("number", [b"1e400", b"1" + b"0" * 400, b"1" * 5000, b"1e-400"])
def test_numbers_beyond_any_integer_are_refused(number):
    """10^400, in either notation, is neither infinity nor rounded: it is refused."""
    assert rule_of(parse, number) in ("canonical.json", "canonical.round_trip", "canonical.type")


@pytest.mark.parametrize("power", [53, 64, 400, 20_000])
def test_integers_past_2_to_the_53_less_1_are_not_written(power):
    """The largest integer is 2^53 - 1, either way."""
    value = 2**power
    assert rule_of(canonical, -value) == "canonical.integer"
    assert rule_of(canonical, value) == "canonical.integer"
    assert rule_of(canonical, {"a": [value]}) == "canonical.integer"


@pytest.mark.parametrize("value", [MAX_INTEGER, -MAX_INTEGER])
def test_the_largest_integers_are_written(value):
    """2^53 - 1 and its negative are inside the restriction."""
    assert parse(canonical(value)) == value == int(f"{float(value):.0f}")


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (None, "canonical.type"),
        (1.0, "canonical.type"),
        (b"a", "canonical.type"),
        ({"a"}, "canonical.type"),
        (object(), "canonical.type"),
        ({1: 2}, "canonical.key"),
        ({"a\n": 2}, "canonical.key"),
        ({"\ud800": 2}, "canonical.key"),
        ("\ud800", "canonical.text"),
        ("a\u0308", "canonical.text"),
        ("\x9f", "canonical.text"),
    ],
)
def test_what_has_no_encoding_is_not_written(value, rule):
    """A writer refuses what a reader would."""
    assert rule_of(canonical, value) == rule
    assert rule_of(canonical, [value]) == rule


def test_a_record_is_not_taken_for_a_list():
    """A tuple with names is refused by rule, not by whatever orjson raises."""

    class Pair(tuple):
        """A kind of tuple."""

    assert rule_of(canonical, Pair((1, 2))) == "canonical.type"
    assert canonical((1, 2)) == b"[1,2]"


def test_nesting_is_bounded():
    """The deepest value allowed is written and read; one level more is refused by both."""
    assert parse(canonical(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    assert rule_of(canonical, nested(MAX_DEPTH + 1)) == "canonical.depth"
    assert rule_of(parse, json.dumps(nested(MAX_DEPTH + 1)).encode()) == "canonical.depth"
    for levels in (300, 2_000, 200_000):
        assert rule_of(parse, b"[" * levels + b"]" * levels) in (
            "canonical.json",
            "canonical.depth",
        )


@QUICK
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:0123456789eE+-.\\un a', max_size=30))
def test_arbitrary_bytes_raise_nothing_but_rulebroken(data):
    """Whatever comes in, it is read as what it says or refused by rule."""
    data = data if isinstance(data, bytes) else data.encode()
    broken = broken_by(parse, data)
    if broken is None:
        assert canonical(parse(data)) == data == rfc8785.dumps(parse(data))
    else:
        assert str(broken).isprintable()


@QUICK
@given(any_json)
def test_only_canonical_bytes_of_a_value_are_read(value):
    """Of the bytes that a usual JSON writer makes, only canonical ones are read."""
    data = json.dumps(value).encode()
    try:
        read = parse(data)
    except RuleBroken:
        return
    assert canonical(read) == data


@QUICK
@given(any_json)
def test_the_round_trip_rule_alone_leaves_shapes_to_its_reader(value):
    """`parse_exact` reads what orjson writes in the same bytes, null and floats included."""
    try:
        data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return
    assert orjson.dumps(parse_exact(data), option=orjson.OPT_SORT_KEYS) == data


@QUICK
@given(st.text(max_size=20))
def test_text_is_checked_as_unicode_defines_it(text):
    """Text passes if and only if it is NFC and holds no control character or lone surrogate."""
    fits = unicodedata.normalize("NFC", text) == text and not any(
        unicodedata.category(char) in ("Cc", "Cs") for char in text
    )
    try:
        check_text(text)
    except RuleBroken:
        assert not fits
    else:
        assert fits
