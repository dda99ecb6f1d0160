"""Attack: HMAC with a public key, which everyone has, as the secret."""

import hmac

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.attacks.tokens import CLAIMS, KEYS, PARTNER_CLAIMS, assert_refused, part
from tests.signing import key_of

SPKI = PublicFormat.SubjectPublicKeyInfo
PARTNERS = key_of("grocer").verifier


def secrets_of(alg: str) -> list[bytes]:
    """The forms in which somebody may have taken a public key for a secret."""
    public = KEYS[alg].public_key
    jwk = KEYS[alg].as_dict(private=False)
    texts = [str(jwk[name]).encode() for name in ("x", "n") if name in jwk]
    return [public.public_bytes(each, SPKI) for each in (Encoding.PEM, Encoding.DER)] + texts


@pytest.mark.parametrize("kid_of", KEYS)
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512", "hs256"])
def test_public_key_as_secret(alg: str, kid_of: str) -> None:
    """The algorithm is the key's, not the token's, and there is none here with a secret."""
    header = {"alg": alg, "kid": KEYS[kid_of].kid}
    signed = f"{part(header)}.{part(CLAIMS)}"
    for secret in secrets_of(kid_of):
        digest = hmac.digest(secret, signed.encode(), f"sha{alg[2:]}")
        assert_refused(f"{signed}.{part(digest)}")


@pytest.mark.parametrize("secret", [PARTNERS.public, str(PARTNERS).encode()])
def test_a_partners_key_as_secret(secret: bytes) -> None:
    """A partner's keys are shown to all, too."""
    signed = f"{part({'alg': 'HS256', 'kid': PARTNERS.label})}.{part(PARTNER_CLAIMS)}"
    assert_refused(f"{signed}.{part(hmac.digest(secret, signed.encode(), 'sha256'))}")
