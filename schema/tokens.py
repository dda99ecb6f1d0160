"""What every bearer token is, whoever signed it: a JWT (RFC 7519) in JWS compact form (7515).

alg      one of `ALGORITHMS`, and no other: no `none`, and nothing whose key is a secret
kid      which of the signer's keys; nothing else in the header leads to a key: neither `jwk`
         nor `jku`, `x5u` or `x5c`
typ      JWT or at+jwt (RFC 9068), if there is one: a logout token is no bearer token
exp, iat in seconds; `nbf` counts, if there is one; `SKEW_S` of difference of clocks is forgiven
"""

import json
import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from graphql import GraphQLError
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jws import CompactSignature, extract_compact
from joserfc.util import urlsafe_b64decode

SKEW_S = 30
TOKEN_MAX_CHARS = 4_096
KID_MAX_CHARS = 200
# Two names of one algorithm: RFC 9864 replaces the older, which most issuers still write.
ED25519 = ("Ed25519", "EdDSA")
ALGORITHMS = ("RS256", "ES256", *ED25519)
warnings.filterwarnings("ignore", "EdDSA is deprecated via RFC 9864", SecurityWarning)
_TYPES = frozenset({"jwt", "at+jwt"})
# Extensions that would change what is signed, or what has to be understood.
_EXTENSIONS = frozenset({"crit", "b64"})


class Unauthenticated(GraphQLError):
    """Nobody that we know asks."""

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": "UNAUTHENTICATED"})


class Token(NamedTuple):
    """A token as it was sent. Nothing in it is verified yet."""

    alg: str
    kid: str | None
    claims: Mapping[str, Any]
    jws: CompactSignature

    @property
    def text(self) -> bytes:
        """As it was sent."""
        return self.signed + b"." + self.jws.segments["signature"]

    @property
    def signed(self) -> bytes:
        """The bytes that the signature is of."""
        return self.jws.segments["header"] + b"." + self.jws.segments["payload"]

    @property
    def signature(self) -> bytes:
        """Its bytes, however many. Raises Unauthenticated for what is no base64url."""
        try:
            return urlsafe_b64decode(self.jws.segments["signature"])
        except ValueError:
            raise Unauthenticated("The token's signature is no base64url.") from None


class Times(NamedTuple):
    """Between which times a token counts, in seconds, clocks' differences not counted."""

    begins: float
    ends: float

    def hold(self, now: datetime) -> bool:
        """Whether it counts now, as `check_claims` says it."""
        now_s = int(now.timestamp())
        return self.begins <= now_s + SKEW_S and self.ends > now_s - SKEW_S


def times_of(claims: Mapping[str, Any]) -> Times:
    """Of claims that were checked."""
    return Times(max(claims["iat"], claims.get("nbf", claims["iat"])), claims["exp"])


def read_token(text: str) -> Token:
    """A token's parts. Raises Unauthenticated for what is none."""
    if len(text) > TOKEN_MAX_CHARS:
        raise Unauthenticated("The token is too long.")
    try:
        jws = extract_compact(text.encode("ascii"))
        claims = json.loads(jws.payload)
        header: object = jws.headers()
    # AttributeError: of a header that is a list.
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        raise Unauthenticated("The token is not a signed JWT.") from None
    if not isinstance(header, dict) or not isinstance(claims, dict) or _EXTENSIONS & header.keys():
        raise Unauthenticated("The token is not a JWT as it is served here.")
    alg, kid, type_ = (header.get(name) for name in ("alg", "kid", "typ"))
    if alg not in ALGORITHMS:
        raise Unauthenticated(f"The token's alg is none of {', '.join(ALGORITHMS)}.")
    if type_ is not None and str(type_).lower().removeprefix("application/") not in _TYPES:
        raise Unauthenticated("The token's typ is neither JWT nor at+jwt.")
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= KID_MAX_CHARS):
        raise Unauthenticated("The token's kid names no key.")
    return Token(alg, kid, claims, jws)


def check_claims(claims: Mapping[str, Any], now: datetime, **own: jwt.ClaimsOption) -> None:
    """Raises Unauthenticated unless the claims hold now. own: what else they must say."""
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=SKEW_S,
        iss={"essential": True},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    rules.options.update(own)
    try:
        rules.validate(dict(claims))
    except (JoseError, ValueError, TypeError) as error:
        raise Unauthenticated(f"The token is not valid: {type(error).__name__}.") from None
