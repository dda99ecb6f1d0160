"""Attack: a token that brings the key along that it is to be verified with."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.attacks.tokens import HEADER, actor_of, assert_refused, part, token

OWN = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
JWK = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": part(OWN.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)),
}


@pytest.mark.parametrize(
    "members",
    [
        {"jwk": JWK},
        {"jwk": JWK, "kid": "own"},
        {"jku": "https://attacker.example/jwks.json"},
        {"x5u": "https://attacker.example/cert.pem"},
        {"x5c": ["AAAA"]},
        {"kid": "../../etc/passwd"},
        {"kid": "' OR 1=1"},
        {"kid": "\x00"},
        {"kid": "k" * 400},
        {"kid": 5},
        {"kid": {"a": []}},
        {"crit": ["exp"]},
        {"crit": 1},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF"},
    ],
)
def test_key_in_the_header(members: dict[str, object]) -> None:
    """Nothing in the header leads to another key than the issuer's."""
    assert_refused(token(header={**HEADER, **members}, key=OWN))


def test_the_issuers_own_kid_does_no_harm() -> None:
    """Issuers write a kid; it is not read."""
    assert actor_of(token(header={**HEADER, "kid": "2026-11"})) is not None
