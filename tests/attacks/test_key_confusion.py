"""Attack: a signature of one algorithm shown as one of another, or by a key that is for neither."""

import itertools
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from tests.attacks.tokens import CLAIMS, JWKS, KEYS, Site, actor_of, assert_refused, part, token

PAIRS = list(itertools.permutations(KEYS, 2))


@pytest.mark.parametrize("alg", KEYS)
def test_each_algorithm_with_its_own_key(alg: str) -> None:
    """RS256, ES256 and Ed25519 are verified."""
    key = KEYS[alg]
    assert actor_of(token(header={"alg": alg, "kid": key.kid}, key=key)) is not None


@pytest.mark.parametrize(("said", "signed"), PAIRS)
def test_key_confusion(said: str, signed: str) -> None:
    """What is signed with one key is none of another's, whichever of the two the header names."""
    for named in (said, signed):
        header = {"alg": said, "kid": KEYS[named].kid}
        assert_refused(token(header=header, key=KEYS[signed]))


@pytest.mark.parametrize(
    "alg",
    ["RS384", "RS512", "PS256", "PS512", "ES384", "ES512", "ES256K", "Ed448", "RSA1_5", "dir"],
)
def test_algorithms_that_nobody_agreed_on(alg: str) -> None:
    """Another algorithm is none, even with the issuer's own key."""
    assert_refused(token(header={"alg": alg, "kid": "rsa"}, key=KEYS["RS256"]))


def published(key: Key, **members: Any) -> Site:
    """An issuer whose one key is published with these members."""
    jwk = {**key.as_dict(private=False), "kid": "k", **members}
    return Site(documents={JWKS: {"keys": [{"kty": "OKP"}, jwk]}})


@pytest.mark.parametrize("alg", KEYS)
@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": 5},
        {"key_ops": ["encrypt"]},
        {"key_ops": []},
        {"key_ops": 5},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RSA-OAEP"},
        {"alg": ["RS256"]},
        {"kty": "oct", "k": "AAAA"},
        {"kty": "EC", "crv": "P-384"},
        {"kty": "OKP", "crv": "X25519"},
        {"kty": []},
        {"kty": None},
        {"crv": {}},
        {"n": "AQ", "x": "AQ"},
        {"n": "", "x": ""},
        {"n": 5, "x": 5},
        {"e": "AA", "y": "AA", "x": "AA"},
    ],
    ids=repr,
)
def test_a_key_that_is_for_something_else(alg: str, members: dict[str, Any]) -> None:
    """An issuer's keys for other uses, or of no use, are no keys of tokens."""
    site = published(KEYS[alg], **members)
    other = KEYS["ES256" if alg != "ES256" else "Ed25519"].as_dict(private=False)
    site.documents[JWKS]["keys"].append({**other, "kid": "other"})  # type: ignore[index]
    given = token(header={"alg": alg, "kid": "k"}, key=KEYS[alg])
    assert_refused(given, issuer=site.issuer())


@pytest.mark.parametrize(
    "members", [{}, {"use": "sig"}, {"key_ops": ["verify"]}, {"alg": "RS256"}, {"x5c": ["AAAA"]}]
)
def test_a_key_that_is_for_this(members: dict[str, Any]) -> None:
    """What an issuer says of its key besides does not stand in the way."""
    given = token(header={"alg": "RS256", "kid": "k"}, key=KEYS["RS256"])
    assert actor_of(given, issuer=published(KEYS["RS256"], **members).issuer()) is not None


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_small_keys() -> None:
    """An RSA key of 1,024 bits was in use for too long elsewhere; here it is no key."""
    small = RSAKey.generate_key(1024, {"kid": "k"})
    site = Site(small, KEYS["ES256"])
    assert_refused(token(header={"alg": "RS256", "kid": "k"}, key=small), issuer=site.issuer())


def test_other_curves() -> None:
    """ES256 is P-256, and EdDSA here is Ed25519."""
    for key, alg in (
        (ECKey.generate_key("P-384"), "ES256"),
        (OKPKey.generate_key("Ed448"), "EdDSA"),
    ):
        jwk = {**key.as_dict(private=False), "kid": "k"}
        site = Site(documents={JWKS: {"keys": [jwk, KEYS["RS256"].as_dict(private=False)]}})
        signed = f"{part({'alg': alg, 'kid': 'k'})}.{part(CLAIMS)}"
        for length in (64, 96, 114):
            assert_refused(f"{signed}.{part(bytes(length))}", issuer=site.issuer())
