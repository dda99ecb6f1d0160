"""Attack: a token that brings the key along that it is to be verified with, or says where it is."""

import pytest
from joserfc.jwk import OKPKey

from tests.attacks.tokens import HEADER, KEYS, Site, actor_of, assert_refused, token

OWN = OKPKey.generate_key("Ed25519", {"kid": "own"})
JWK = OWN.as_dict(private=False)


@pytest.mark.parametrize(
    "members",
    [
        {"jwk": JWK},
        {"jwk": JWK, "kid": "own"},
        {"jwk": JWK, "kid": None},
        {"jku": "https://attacker.example/jwks.json"},
        {"jku": "https://attacker.example/jwks.json", "kid": "own"},
        {"x5u": "https://attacker.example/cert.pem"},
        {"x5c": ["AAAA"]},
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": 1},
        {"b64": False, "crit": ["b64"]},
        {"b64": True},
        {"zip": "DEF"},
    ],
)
def test_key_in_the_header(members: dict[str, object]) -> None:
    """Nothing in the header leads to another key than the issuer's, nor to another address."""
    site = Site(*KEYS.values())
    assert_refused(token(header={**HEADER, **members}, key=OWN), issuer=site.issuer())
    assert not [url for url in site.asked if "attacker" in url]


@pytest.mark.parametrize("members", [{"crit": ["exp"]}, {"b64": False}, {"b64": True, "crit": []}])
def test_an_extension_that_changes_what_is_signed(members: dict[str, object]) -> None:
    """None is taken, even of the issuer's own making."""
    assert_refused(token(header={**HEADER, **members}))


def test_what_an_issuer_writes_besides_does_no_harm() -> None:
    """Some name their certificate, or members of their own: they are not read."""
    header = {**HEADER, "x5t": "AAAA", "jku": "https://id.example/keys", "nonce": "n"}
    assert actor_of(token(header=header)) is not None
