"""Attack: HMAC with the issuer's public key, which everyone has, as the secret."""

import hmac

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.attacks.tokens import CLAIMS, PRIVATE, PUBLIC_BYTES, assert_refused, part

PEM = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("secret", [PUBLIC_BYTES, PEM, part(PUBLIC_BYTES).encode()])
@pytest.mark.parametrize(("alg", "digest"), [("HS256", "sha256"), ("HS512", "sha512")])
def test_public_key_as_secret(alg: str, digest: str, secret: bytes) -> None:
    """The algorithm is the issuer's, not the token's."""
    signed = f"{part({'alg': alg})}.{part(CLAIMS)}"
    assert_refused(f"{signed}.{part(hmac.digest(secret, signed.encode(), digest))}")
