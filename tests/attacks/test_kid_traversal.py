"""Attack: a kid that is a path, a query, or anything but the name of a key."""

import pytest

from schema.tokens import KID_MAX_CHARS
from tests.attacks.tokens import (
    HEADER,
    KEYS,
    PARTNER_HEADER,
    Site,
    actor_of,
    assert_refused,
    partner_token,
    token,
)

KIDS = [
    "../../../../etc/passwd",
    "../../dev/null",
    "file:///dev/null",
    "https://attacker.example/key",
    "http://169.254.169.254/latest/meta-data/",
    "' OR 1=1 --",
    "x' UNION SELECT 'AAAA",
    "$(id)",
    "%2e%2e%2f",
    "\x00",
    "ed\x00",
    "ED",
    "ed ",
    "",
    "k" * KID_MAX_CHARS,
    "k" * (KID_MAX_CHARS + 1),
    5,
    True,
    ["ed"],
    {"a": []},
]


@pytest.mark.parametrize("kid", KIDS, ids=lambda kid: repr(kid)[:30])
def test_kid_traversal(kid: object) -> None:
    """A kid is looked up among the issuer's keys, and nothing is made of it."""
    site = Site(*KEYS.values())
    assert_refused(token(header={**HEADER, "kid": kid}), issuer=site.issuer())
    assert set(site.asked) <= set(site.documents)
    if not isinstance(kid, str) or not 0 < len(kid) <= KID_MAX_CHARS:
        assert site.asked == []
    assert_refused(partner_token(header={**PARTNER_HEADER, "kid": kid}))


def test_a_kid_is_needed_where_there_are_several_keys() -> None:
    """OpenID Connect Core, section 10.1: without one nobody can know which key is meant."""
    header = {"alg": "Ed25519"}
    assert_refused(token(header=header))
    assert actor_of(token(header=header), issuer=Site(KEYS["Ed25519"]).issuer()) is not None
    partners = {name: value for name, value in PARTNER_HEADER.items() if name != "kid"}
    assert_refused(partner_token(header=partners))
