"""A token is verified once; its times, and that its key still counts, at every request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

import schema.issuer_keys
import schema.remembered_tokens
from local.keys import TokenIssuer
from loyalty.actors import MemberActor
from schema.authentication import bearer_actor
from schema.issuer_keys import FRESH_S, IssuerKeys
from schema.issuers import Issuer
from schema.tokens import SKEW_S, Unauthenticated
from tests.coalition import House
from tests.signing import ORIGIN

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
        self._coalition = House().coalition
        verify = schema.issuer_keys.validate_compact

        def counted(*args: Any, **kwargs: Any) -> bool:
            self.verified += 1
            return verify(*args, **kwargs)

        monkeypatch.setattr(schema.issuer_keys, "validate_compact", counted)

    def _fetched(self, url: str) -> bytes:
        if url.endswith("openid-configuration"):
            documents = self.tokens.documents()
            return orjson.dumps(documents["/.well-known/openid-configuration"])
        public = {**self.published.as_dict(private=False), "kid": self.tokens.key.kid}
        return orjson.dumps({"keys": [public]})

    def knows(self, token: str, after_s: int = 0, issuer: Issuer | None = None) -> bool:
        try:
            now = NOW + timedelta(seconds=after_s)
            named = bearer_actor(f"Bearer {token}", issuer or self.issuer, self._coalition, now)
            return named == ANN
        except Unauthenticated:
            return False


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    return Provider(monkeypatch)


def test_a_signature_is_verified_once(provider: Provider) -> None:
    token = provider.tokens.token(ANN, NOW, life_s=60)
    assert all(provider.knows(token) for _ in range(3))
    assert provider.verified == 1


@pytest.mark.parametrize("remembered", [True, False])
def test_a_token_counts_between_the_times_that_it_gives(
    provider: Provider, remembered: bool
) -> None:
    """The same to the second if it was sent before, also where the clock is set back."""
    for after_s, counts in (
        (-SKEW_S - 1, False),
        (-SKEW_S, True),
        (60 + SKEW_S - 1, True),
        (60 + SKEW_S, False),
    ):
        token = provider.tokens.token(ANN, NOW, life_s=60)
        if remembered:
            assert provider.knows(token)
        assert provider.knows(token, after_s) is counts
        provider.issuer = replace(provider.issuer)


@pytest.mark.parametrize("begins", ["iat", "nbf"])
def test_a_remembered_token_does_not_count_before_it_begins(
    provider: Provider, begins: str
) -> None:
    """Where a clock is set back, but not so far that the issuer's keys are asked for again."""
    assert provider.knows(provider.tokens.token(ANN, NOW, life_s=60))
    key = provider.tokens.key
    claims = {"iss": provider.tokens.name, "aud": ORIGIN, "sub": ANN.id, "role": "member"}
    now_s = int(NOW.timestamp())
    times = {"iat": now_s, "nbf": now_s, "exp": 2**40, begins: now_s + 60}
    token = jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims | times, key, ["Ed25519"])
    assert provider.knows(token, after_s=60)
    assert not provider.knows(token, after_s=0)
    assert provider.knows(token, after_s=60 - SKEW_S)


def test_what_one_believes_another_does_not_remember(provider: Provider) -> None:
    """A coalition that wants another audience of the same issuer, with the same keys."""
    token = provider.tokens.token(ANN, NOW, life_s=60)
    assert provider.knows(token)
    assert not provider.knows(token, issuer=replace(provider.issuer, audiences=("another",)))


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
    monkeypatch.setattr(schema.remembered_tokens, "_REMEMBERED", 2)
    one, two, three = (provider.tokens.token(ANN, NOW, life_s=60 + n) for n in range(3))
    assert all(provider.knows(each) for each in (one, two, one, three, one))
    assert provider.verified == 3
    assert provider.knows(two)
    assert provider.verified == 4
