"""Tokens as an attacker would forge them: any header, any payload, any signature."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import OKPKey

from loyalty.actors import Actor
from schema.authentication import Issuer, Unauthenticated, bearer_actor
from tests.coalition import NOON, ORIGIN

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"i" * 32)
PUBLIC_BYTES = PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
PUBLIC = OKPKey.import_key(
    {"kty": "OKP", "crv": "Ed25519", "x": ""}
    | {"x": urlsafe_b64encode(PUBLIC_BYTES).rstrip(b"=").decode()}
)
ISSUER = Issuer("https://id.example", ORIGIN, PUBLIC)
NOW_S = int(NOON.timestamp())
CLAIMS: dict[str, Any] = {
    "iss": "https://id.example",
    "aud": ORIGIN,
    "sub": "grocer",
    "role": "partner",
    "iat": NOW_S,
    "exp": NOW_S + 600,
}
HEADER: dict[str, Any] = {"alg": "Ed25519", "typ": "JWT"}


def part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def token(
    claims: object = CLAIMS, header: object = HEADER, key: Ed25519PrivateKey = PRIVATE
) -> str:
    """A token signed with Ed25519, whatever its header says."""
    signed = f"{part(header)}.{part(claims)}"
    return f"{signed}.{part(key.sign(signed.encode()))}"


def actor_of(given: str, later_s: int = 0) -> Actor | None:
    return bearer_actor(f"Bearer {given}", ISSUER, NOON + timedelta(seconds=later_s))


def assert_refused(given: str, later_s: int = 0) -> None:
    """A token names nobody, and the error repeats nothing of it."""
    with pytest.raises(Unauthenticated) as caught:
        actor_of(given, later_s)
    assert caught.value.extensions == {"code": "UNAUTHENTICATED"}
    assert len(caught.value.message) < 100
