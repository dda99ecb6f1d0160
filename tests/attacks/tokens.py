"""Tokens as an attacker would forge them: any header, any payload, any signature.

What is refused is refused twice: by the function, and over HTTP, where nothing is written by it.
"""

import asyncio
import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.requests import Request

from loyalty.actors import Actor
from loyalty.ports import StoreUnavailable
from schema.authentication import bearer_actor
from schema.context import Context
from schema.http import graphql_app
from schema.issuer_keys import IssuerKeys
from schema.issuers import Issuer
from schema.tokens import Unauthenticated
from tests.coalition import NOON, SCHEMA, House, contents, verified
from tests.signing import ORIGIN, key_of

NAME = "https://id.example"
JWKS = f"{NAME}/keys"
NOW_S = int(NOON.timestamp())
MEMBER = "7zzzzzzzzzzzzzzzzzzzzzzzzz"
KEYS: dict[str, Key] = {
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
}
CLAIMS: dict[str, Any] = {
    "iss": NAME,
    "aud": ORIGIN,
    "sub": MEMBER,
    "role": "member",
    "iat": NOW_S,
    "exp": NOW_S + 600,
}
HEADER: dict[str, Any] = {"alg": "Ed25519", "typ": "JWT", "kid": "ed"}
PARTNER_HEADER: dict[str, Any] = {
    "alg": "EdDSA",
    "typ": "JWT",
    "kid": key_of("grocer").verifier.label,
}
PARTNER_CLAIMS: dict[str, Any] = {
    "iss": "partner:grocer",
    "sub": "partner:grocer",
    "aud": ORIGIN,
    "jti": "1",
    "iat": NOW_S,
    "exp": NOW_S + 300,
}


class Site:
    """What an issuer publishes; asked: what it was asked for, in order."""

    def __init__(self, *keys: Key, documents: dict[str, object] | None = None) -> None:
        configuration = {"issuer": NAME, "jwks_uri": JWKS}
        published = {"keys": [key.as_dict(private=False) for key in keys]}
        self.documents: dict[str, object] = {
            f"{NAME}/.well-known/openid-configuration": configuration,
            JWKS: published,
            **(documents or {}),
        }
        self.asked: list[str] = []

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.documents:
            raise StoreUnavailable(f"{url}: nothing there")
        found = self.documents[url]
        return found if isinstance(found, bytes) else json.dumps(found).encode()

    def issuer(self) -> Issuer:
        return Issuer(NAME, IssuerKeys(NAME, self), (ORIGIN,))


ISSUER = Site(*KEYS.values()).issuer()


def part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims: object = CLAIMS, header: object = HEADER, key: Key = KEYS["Ed25519"]) -> str:
    """A token signed with a key, by the algorithm of its type, whatever its header says."""
    signed = f"{part(header)}.{part(claims)}"
    alg = {"OKP": "Ed25519", "EC": "ES256", "RSA": "RS256"}[key.key_type]
    return f"{signed}.{part(JWSRegistry.algorithms[alg].sign(signed.encode(), key))}"


def partner_token(
    claims: object = PARTNER_CLAIMS, header: object = PARTNER_HEADER, signer: str = "grocer"
) -> str:
    """A token signed with a partner's key, whatever its header says."""
    signed = f"{part(header)}.{part(claims)}"
    return f"{signed}.{part(key_of(signer).sign(signed.encode()))}"


def later(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def actor_of(
    given: str, later_s: int = 0, *, issuer: Issuer = ISSUER, house: House | None = None
) -> Actor | None:
    house = house or attacked()
    return bearer_actor(f"Bearer {given}", issuer, house.coalition, later(later_s))


def assert_refused(
    given: str, later_s: int = 0, *, issuer: Issuer = ISSUER, house: House | None = None
) -> None:
    """A token names nobody, the error repeats nothing of it, and nothing is written for it."""
    house = house or attacked()
    before = contents(house.store)
    with pytest.raises(Unauthenticated) as caught:
        actor_of(given, later_s, issuer=issuer, house=house)
    assert caught.value.extensions == {"code": "UNAUTHENTICATED"}
    assert len(caught.value.message) < 100
    if given.isascii() and given.isprintable() and len(given) < 50_000:
        assert_no_mutation(given, later_s, issuer, house)
    assert contents(house.store) == before
    if before != house._verified:
        verified(house.store)
        house._verified = before


def assert_no_mutation(given: str, later_s: int, issuer: Issuer, house: House) -> None:
    """What anyone in the coalition might do is not done with this token."""
    answer = sent(given, later_s, issuer, house)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


def sent(given: str, later_s: int, issuer: Issuer, house: House) -> httpx.Response:
    """The answer over HTTP to a mutation with this token."""
    return asyncio.run(_sent(given, later_s, issuer, house))


async def _sent(given: str, later_s: int, issuer: Issuer, house: House) -> httpx.Response:
    async def context(request: Request) -> Context:
        authorization = request.headers.get("authorization")
        actor = bearer_actor(authorization, issuer, house.coalition, later(later_s))
        return Context(house.coalition, actor)

    app = graphql_app(SCHEMA, context)
    enrol = 'mutation { enrolMember(input: {idempotencyKey: "x"}) { member { id } } }'
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://api.example"
    ) as client:
        return await client.post(
            "/graphql", json={"query": enrol}, headers={"authorization": f"Bearer {given}"}
        )


@cache
def attacked() -> House:
    """One for all that write nothing."""
    return House()
