"""Attack: a token of another issuer, or for another coalition."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.attacks.tokens import CLAIMS, assert_refused, part, token


@pytest.mark.parametrize("name", ["iss", "aud"])
@pytest.mark.parametrize("value", ["https://other.example", "", None, [], {}, 5, True, ["x"]])
def test_foreign_issuer(name: str, value: object) -> None:
    """Issuer and audience are the ones that we trust, to the letter."""
    assert_refused(token({**CLAIMS, name: value}))


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "sub", "role"])
def test_a_claim_left_out(name: str) -> None:
    """Each of the claims must be there."""
    assert_refused(token({key: value for key, value in CLAIMS.items() if key != name}))


def test_another_key() -> None:
    """The issuer's name, signed by somebody else."""
    assert_refused(token(key=Ed25519PrivateKey.from_private_bytes(b"x" * 32)))


def test_claims_changed_after_signing() -> None:
    """A signature over other claims does not hold."""
    header, _, signature = token().split(".")
    assert_refused(f"{header}.{part({**CLAIMS, 'role': 'operator'})}.{signature}")
