"""A token's signature is verified once, and all else of it at every request."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from joserfc.jwk import OKPKey

import schema.issuer_keys as module
from local.keys import TokenIssuer
from loyalty.actors import MemberActor
from schema.issuer_keys import FRESH_S, IssuerKeys
from schema.issuers import Issuer, issuer_actor
from schema.tokens import Unauthenticated, read_token
from tests.coalition import ORIGIN

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANN = MemberActor("0" * 26)


class Provider:
    """An issuer whose key may change under its kid; verified: how often a signature was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tokens = TokenIssuer.new(ORIGIN)
        self.published = self.tokens.key
        self.keys = IssuerKeys(self.tokens.name, self._fetched)
        self.issuer = Issuer(self.tokens.name, self.keys, (ORIGIN,))
        self.verified = 0
        verify = module.validate_compact

        def counted(*args: Any, **kwargs: Any) -> bool:
            self.verified += 1
            return verify(*args, **kwargs)

        monkeypatch.setattr(module, "validate_compact", counted)

    def _fetched(self, url: str) -> bytes:
        if url.endswith("openid-configuration"):
            documents = self.tokens.documents()
            return orjson.dumps(documents["/.well-known/openid-configuration"])
        public = {**self.published.as_dict(private=False), "kid": self.tokens.key.kid}
        return orjson.dumps({"keys": [public]})

    def knows(self, token: str, after_s: int = 0) -> bool:
        try:
            now = NOW + timedelta(seconds=after_s)
            return issuer_actor(read_token(token), self.issuer, now) == ANN
        except Unauthenticated:
            return False


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    return Provider(monkeypatch)


def test_a_signature_is_verified_once(provider: Provider) -> None:
    token = provider.tokens.token(ANN, NOW, life_s=60)
    assert all(provider.knows(token) for _ in range(3))
    assert provider.verified == 1


def test_a_remembered_token_ends_when_it_says(provider: Provider) -> None:
    token = provider.tokens.token(ANN, NOW, life_s=60)
    assert provider.knows(token)
    assert not provider.knows(token, after_s=120)


def test_another_signature_over_the_same_is_not_remembered(provider: Provider) -> None:
    """Nor are other claims under the same signature."""
    token = provider.tokens.token(ANN, NOW, life_s=60)
    assert provider.knows(token)
    header, claims, signature = token.split(".")
    other = provider.tokens.token(MemberActor("1" * 26), NOW, life_s=60).split(".")
    assert not provider.knows(f"{header}.{claims}.{other[2]}")
    assert not provider.knows(f"{header}.{other[1]}.{signature}")
    assert provider.verified == 3


def test_a_refused_signature_is_not_remembered(provider: Provider) -> None:
    """So strangers cannot push out what is."""
    token = provider.tokens.token(ANN, NOW, life_s=60)
    bad = token[:-8] + "AAAAAAAA"
    assert [provider.knows(bad) for _ in range(2)] == [False, False]
    assert provider.verified == 2


def test_what_a_key_verified_goes_with_the_key(provider: Provider) -> None:
    """Another key in its place, under the same kid, did not sign it."""
    token = provider.tokens.token(ANN, NOW, life_s=4 * FRESH_S)
    assert provider.knows(token)
    provider.published = OKPKey.generate_key("Ed25519")
    assert not provider.knows(token, after_s=FRESH_S + 1)


def test_only_so_many_are_remembered(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was sent longest ago is verified again."""
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    one, two, three = (provider.tokens.token(ANN, NOW, life_s=60 + n) for n in range(3))
    assert all(provider.knows(each) for each in (one, two, one, three, one))
    assert provider.verified == 3
    assert provider.knows(two)
    assert provider.verified == 4
