"""The keys of an OIDC issuer, by their kid, as it publishes them.

OpenID Connect Discovery 1.0, section 4: `<issuer>/.well-known/openid-configuration` names the
issuer and, as `jwks_uri`, its JWK Set (RFC 7517). Whoever can answer for that address can make
tokens, so it must be of the issuer's own scheme, host and port; where an issuer keeps its keys
elsewhere, the coalition names that address itself.

    RS256            RSA, 2,048 to 8,192 bits
    ES256            EC, P-256
    EdDSA, Ed25519   OKP, Ed25519

A key is of use for no other algorithm, whatever a token's header says; a key whose own `use`,
`key_ops` or `alg` says something else is passed over, and so is a key that cannot be read.

Keys are asked for again after `FRESH_S`, and at once for a kid that is not among them, which is how
an issuer's new key comes into use. Never twice within `PAUSE_S`, though, whatever tokens come: who
invents kids makes a process ask once a minute. Where the issuer does not answer, its keys of before
serve for `STALE_S` and no longer, since it may have taken one back meanwhile; where there are none
yet, it is asked again after `FIRST_PAUSE_S`.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, validate_compact

from loyalty.ports import StoreUnavailable
from schema.tokens import ALGORITHMS, ED25519, KID_MAX_CHARS, Token

FRESH_S = 600
PAUSE_S = 60
FIRST_PAUSE_S = 5
STALE_S = 6 * 3600
_log = logging.getLogger(__name__)
RSA_MIN_BITS, RSA_MAX_BITS = 2_048, 8_192
_KEYS_READ = 64
# Members of a header that nobody knows are passed over (RFC 7515, section 4).
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
_CONFIGURATION = "/.well-known/openid-configuration"

Fetch = Callable[[str], bytes]
"""The body of a document at an https address. Raises StoreUnavailable, for whatever reason."""


class _Held(NamedTuple):
    """The keys by (kid, algorithm), and when they were fetched."""

    keys: Mapping[tuple[str | None, str], Key]
    at: datetime


class IssuerKeys:
    """The keys of one issuer, kept as long as they may be. Safe to share between threads."""

    def __init__(self, issuer: str, fetch: Fetch, jwks: str | None = None) -> None:
        """issuer: its URL, as tokens have it; jwks: the address of its keys, in place of what it
        says itself.
        """
        self._issuer = issuer
        self._fetch = fetch
        self._jwks = jwks
        self._lock = Lock()
        self._held: _Held | None = None
        self._asked: datetime | None = None

    def signer(self, token: Token, now: datetime) -> Key | None:
        """The key that signed it, if it is one of the issuer's.

        Raises StoreUnavailable where no keys can be had.
        """
        key = self.key(token.kid, token.alg, now)
        try:
            holds = key is not None and validate_compact(token.jws, key, registry=_REGISTRY)
        except (JoseError, ValueError, TypeError):
            return None
        return key if holds else None

    def key(self, kid: str | None, alg: str, now: datetime) -> Key | None:
        """The key of that kid for that algorithm; None if the issuer has none.

        kid: None: the issuer's only key. Raises StoreUnavailable where no keys can be had.
        """
        with self._lock:
            found = self._found(kid, alg, now)
            # A kid that is missing gives no reason to ask: who writes none has but one key.
            due = not self._within(FRESH_S, now) or (found is None and kid is not None)
            pause = FIRST_PAUSE_S if self._held is None else PAUSE_S
            if due and (self._asked is None or _seconds(self._asked, now) >= pause):
                self._ask(now)
                found = self._found(kid, alg, now)
            if not self._within(STALE_S, now):
                raise StoreUnavailable(f"{self._issuer}: its keys cannot be had")
            return found

    def _found(self, kid: str | None, alg: str, now: datetime) -> Key | None:
        if self._held is None or not self._within(STALE_S, now):
            return None
        keys = self._held.keys
        if kid is None and len(set(map(id, keys.values()))) == 1:
            return next((key for (_, name), key in keys.items() if name == alg), None)
        return keys.get((kid, alg))

    def _within(self, seconds: int, now: datetime) -> bool:
        return self._held is not None and _seconds(self._held.at, now) < seconds

    def _ask(self, now: datetime) -> None:
        """Keeps what it had where the issuer does not answer, or answers something else."""
        self._asked = now
        try:
            keys = keys_of(_object(self._fetch(self._jwks or self._named())))
        except StoreUnavailable as error:
            _log.warning("the issuer's keys cannot be had: %s", error)
            return
        if keys:
            self._held = _Held(keys, now)

    def _named(self) -> str:
        """The address of the keys that the issuer itself names."""
        found = _object(self._fetch(self._issuer.rstrip("/") + _CONFIGURATION))
        named = found.get("jwks_uri")
        if found.get("issuer") != self._issuer or not isinstance(named, str):
            raise StoreUnavailable(f"{self._issuer}: its configuration is not of this issuer")
        if _place(named) != _place(self._issuer):
            raise StoreUnavailable(f"{self._issuer}: keeps its keys on another host, {named}")
        return named


def keys_of(document: Mapping[str, Any]) -> dict[tuple[str | None, str], Key]:
    """The keys of a JWK Set that sign tokens, by kid and algorithm."""
    given = document.get("keys")
    found: dict[tuple[str | None, str], Key] = {}
    for each in given[:_KEYS_READ] if isinstance(given, list) else ():
        kid = each.get("kid") if isinstance(each, dict) else 0
        if not (kid is None or (isinstance(kid, str) and 0 < len(kid) <= KID_MAX_CHARS)):
            continue
        for alg, key in _read(each):
            # Of two under one name the first, as the issuer sorts them.
            found.setdefault((kid, alg), key)
    return found


def _read(given: Mapping[str, Any]) -> list[tuple[str, Key]]:
    """A JWK with each algorithm that it is for; none, if it does not sign tokens."""
    try:
        algorithms = _ALGORITHMS[given["kty"], given.get("crv")]
        if given.get("use", "sig") != "sig" or "verify" not in given.get("key_ops", ["verify"]):
            return []
        if given.get("alg", algorithms[0]) not in algorithms:
            return []
        key = _imported(given)
    # Of members that are missing or of another type, and of numbers that make no key.
    except (JoseError, ValueError, TypeError, KeyError, OverflowError):
        return []
    return [] if key is None else [(alg, key) for alg in algorithms]


def _imported(given: Mapping[str, Any]) -> Key | None:
    """The public half alone, whatever else the issuer lets slip."""
    if given["kty"] == "RSA":
        key = RSAKey.import_key({name: given[name] for name in ("kty", "n", "e")})
        return key if RSA_MIN_BITS <= key.public_key.key_size <= RSA_MAX_BITS else None
    if given["kty"] == "EC":
        return ECKey.import_key({name: given[name] for name in ("kty", "crv", "x", "y")})
    return OKPKey.import_key({name: given[name] for name in ("kty", "crv", "x")})


_ALGORITHMS: dict[tuple[object, object], tuple[str, ...]] = {
    ("RSA", None): ("RS256",),
    ("EC", "P-256"): ("ES256",),
    ("OKP", "Ed25519"): ED25519,
}


def _seconds(since: datetime, now: datetime) -> float:
    """How long ago; endless where the clock was set back, so that nothing is kept by mistake."""
    return (now - since).total_seconds() if now >= since else timedelta.max.total_seconds()


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise StoreUnavailable(f"the issuer's answer is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise StoreUnavailable("the issuer's answer is no JSON object")
    return found


def _place(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise StoreUnavailable(f"{url!r} is no address") from None
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    if parts.username is not None or parts.password is not None:
        raise StoreUnavailable(f"{url!r} is no address of keys")
    return parts.scheme, parts.hostname, port or usual
