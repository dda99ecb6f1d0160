"""Who asks: the actor that a bearer token (RFC 6750) names.

The token is a JWT (RFC 7519) signed with Ed25519 (RFC 8037, alg EdDSA; RFC 9864, alg Ed25519):

    iss, aud   the issuer that we trust, and the coalition's origin
    exp, iat   in seconds; at most `SKEW_S` of difference between clocks is forgiven
    sub        the actor's id: 1 to 64 printable ASCII characters without spaces
    role       operator | partner | member

A token of another algorithm, issuer, audience or key is no token. Nothing in its header chooses how
it is verified: neither `alg` nor `kid`, `jwk` or `jku`.
"""

import re
import warnings
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from graphql import GraphQLError
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OKPKey

from loyalty.actors import Actor, MemberActor, Operator, PartnerActor

SKEW_S = 30
TOKEN_MAX_CHARS = 4_096
_SUBJECT = re.compile(r"[\x21-\x7e]{1,64}\Z")
# Two names of one algorithm: RFC 9864 replaces the older, which most issuers still write.
_ALGORITHMS = ["Ed25519", "EdDSA"]
warnings.filterwarnings("ignore", "EdDSA is deprecated via RFC 9864", SecurityWarning)
_ROLES: dict[str, Callable[[str], Actor]] = {
    "operator": Operator,
    "partner": PartnerActor,
    "member": MemberActor,
}


class Unauthenticated(GraphQLError):
    """Nobody that we know asks."""

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": "UNAUTHENTICATED"})


class Issuer(NamedTuple):
    """Whose tokens we believe, and for whom they must be made. key: its public Ed25519 key."""

    name: str
    audience: str
    key: OKPKey


def bearer_actor(authorization: str | None, issuer: Issuer, now: datetime) -> Actor | None:
    """The actor of an Authorization header; None if there is none. Raises Unauthenticated."""
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("The Authorization header must be `Bearer <token>`.")
    return token_actor(token.strip(), issuer, now)


def token_actor(token: str, issuer: Issuer, now: datetime) -> Actor:
    """The actor that a token names. Raises Unauthenticated."""
    if len(token) > TOKEN_MAX_CHARS:
        raise Unauthenticated("The token is too long.")
    try:
        claims = jwt.decode(token, issuer.key, algorithms=_ALGORITHMS).claims
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=SKEW_S,
            iss={"essential": True, "value": issuer.name},
            aud={"essential": True, "value": issuer.audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise Unauthenticated(f"The token is not valid: {type(error).__name__}.") from None
    make, subject = _ROLES.get(str(claims.get("role"))), claims["sub"]
    if make is None or not isinstance(subject, str) or not _SUBJECT.match(subject):
        raise Unauthenticated("The token names no operator, partner or member.")
    return make(subject)


def issue_token(
    actor: Actor, issuer: str, audience: str, key: OKPKey, now: datetime, life_s: int
) -> str:
    """A token for an actor; for development issuers and tests."""
    role = next(role for role, make in _ROLES.items() if make is type(actor))
    issued = int(now.timestamp())
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": actor.id,
        "role": role,
        "iat": issued,
        "exp": issued + life_s,
    }
    return jwt.encode({"alg": "Ed25519", "typ": "JWT"}, claims, key, algorithms=_ALGORITHMS)
