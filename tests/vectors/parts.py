"""Vectors of what an entry is made of: canonical JSON, ids, signatures, what is signed."""

from typing import Any

from tests.vectors.forged_signatures import IDENTITY, plus_order, small_order_r, torsion_r
from tests.vectors.forms import (
    MAX,
    Body,
    b64,
    base32_id,
    canonical,
    digest,
    instruction,
    registration,
    transaction_id,
)
from tests.vectors.keys import BREWCO, DESK, PAGES
from tests.vectors.parties import STARS_2, WALLET_BITS
from tests.vectors.writing import asked_input


def canonical_cases() -> Body:
    values: dict[str, Any] = {
        "an empty object": {},
        "members sorted": {"b": 1, "a": 2, "B": 3, "a.b": 4, "a:c": 5, "a_d": 6, "a-e": 7, "0": 8},
        "nested": {"a": [{"b": [], "a": {}}, [], "", [[1]]]},
        "the greatest and least integers": [MAX, -MAX, 0, 1, -1],
        "booleans": [True, False],
        "escapes": 'a quote ", a backslash \\, a slash /',
        "text beyond ASCII": "caf\u00e9 \u20ac \u6771\u4eac \U0001f600",
        "a line separator and a soft hyphen": "\u2028\u00ad",
        "a text alone": "text",
    }
    refused: list[tuple[str, str, bytes]] = [
        ("an integer past 2^53 - 1", "canonical.integer", b"9007199254740992"),
        ("an integer before -(2^53 - 1)", "canonical.integer", b"-9007199254740992"),
        ("an integer of 2^64", "canonical.round_trip", b"18446744073709551616"),
        ("a float", "canonical.type", b"1.5"),
        ("a float that is an integer", "canonical.type", b"1.0"),
        ("an exponent", "canonical.round_trip", b"1e2"),
        ("minus 0", "canonical.round_trip", b"-0"),
        ("a leading 0", "canonical.json", b"01"),
        ("null", "canonical.type", b"null"),
        ("a null member", "canonical.type", b'{"a":null}'),
        ("a member twice", "canonical.round_trip", b'{"a":1,"a":1}'),
        ("members not sorted", "canonical.round_trip", b'{"b":1,"a":1}'),
        ("white space", "canonical.round_trip", b'{"a": 1}'),
        ("a line feed at the end", "canonical.round_trip", b"{}\n"),
        ("a byte order mark", "canonical.json", b"\xef\xbb\xbf{}"),
        ("two values", "canonical.json", b"{}{}"),
        ("nothing", "canonical.json", b""),
        ("NaN", "canonical.json", b"NaN"),
        ("a slash escaped", "canonical.round_trip", b'"\\/"'),
        ("a letter escaped", "canonical.round_trip", b'"\\u0061"'),
        ("half a surrogate pair", "canonical.json", b'"\\ud800"'),
        ("not UTF-8", "canonical.json", b'"\xff"'),
        ("NFD", "canonical.text", '"cafe\u0301"'.encode()),
        ("a line feed in a text", "canonical.text", b'"\\n"'),
        ("DEL", "canonical.text", b'"\x7f"'),
        ("a C1 control character", "canonical.text", '"\u0085"'.encode()),
        ("a key with a space", "canonical.key", b'{"a b":1}'),
        ("an empty key", "canonical.key", b'{"":1}'),
        ("a key that begins with a dash", "canonical.key", b'{"-a":1}'),
        ("a key beyond ASCII", "canonical.key", '{"\u00e9":1}'.encode()),
        ("33 levels", "canonical.depth", b"[" * 33 + b"]" * 33),
    ]
    return {
        "accepted": [
            {"name": name, "text": canonical(value).decode(), "value": value}
            for name, value in values.items()
        ],
        "refused": [
            {"name": name, "base64": b64(data), "rule": rule} for name, rule, data in refused
        ],
    }


def ids_cases() -> Body:
    parties = [
        ("partner:brewco", "order-1"),
        ("partner:pages", "order-1"),
        ("operator:desk", "ticket 17/4"),
        ("system:sweep", "2026-03-02"),
        ("member:m-1", "\u00fc\u6771"),
    ]
    return {
        "transaction_ids": [
            {"party": party, "key": key, "id": transaction_id(party, key)} for party, key in parties
        ],
        "wallet_ids": [
            {"bits": bits.hex(), "id": base32_id(bits)}
            for bits in (*WALLET_BITS.values(), bytes(16), (1).to_bytes(16, "big"))
        ],
    }


def signature_cases() -> list[Body]:
    message = b"a message"
    plain = BREWCO.sign(message)
    flipped = bytes([plain[0] ^ 1]) + plain[1:]
    rows = [
        ("as RFC 8032 signs", True, BREWCO.public, plain),
        ("another key", False, PAGES.public, plain),
        ("a bit of R flipped", False, BREWCO.public, flipped),
        ("S + L", False, BREWCO.public, plus_order(plain)),
        ("an R of small order", False, BREWCO.public, small_order_r(BREWCO, message)),
        ("an R that needs the cofactor", False, BREWCO.public, torsion_r(BREWCO, message)),
        ("a key of small order, R and S that fit", False, IDENTITY, IDENTITY + bytes(32)),
    ]
    return [
        {
            "name": name,
            "holds": holds,
            "public": public.hex(),
            "message": b64(message),
            "signature": b64(signature),
        }
        for name, holds, public, signature in rows
    ]


def instruction_cases() -> list[Body]:
    """One transaction, one governance entry by seq and one by version."""
    id_ = transaction_id("partner:brewco", "order-1")
    asked_for = asked_input("earn", "order-1")
    partner = {"partner": "moon", "status": "joined"}
    rows = [
        (BREWCO, "earn", id_, asked_for),
        (DESK, "partner", "13", partner),
        (PAGES, "programme", "stars@2", STARS_2),
    ]
    return [
        {
            "key": key.label,
            "operation": operation,
            "subject": subject,
            "input": value,
            "asked": (asked := digest(canonical(value))),
            "bytes": b64(instruction(operation, subject, asked)),
            "signature": b64(key.sign(instruction(operation, subject, asked))),
        }
        for key, operation, subject, value in rows
    ]


def registration_cases() -> list[Body]:
    rows = [("partner:brewco", BREWCO), ("operator:desk", DESK)]
    return [
        {
            "key": key.label,
            "party": party,
            "bytes": b64(registration(party, key.vkey)),
            "signature": b64(key.sign(registration(party, key.vkey))),
        }
        for party, key in rows
    ]
