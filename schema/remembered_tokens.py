"""Tokens of an issuer that were verified, which are sent with every request of their hour.

Kept under a token's SHA-256 is whom it names, the key that signed it, and the times that it gives:
all that was verified of it, the signature included, follows from its bytes and from what the
coalition believes of its issuer (`schema.issuers.Issuer`, to which the memory belongs). What does
not is judged at each request: the time, and whether the issuer still publishes that very key. Where
either fails it is verified as if it came for the first time, and refused in the same words.
"""

from collections import OrderedDict
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import NamedTuple

from joserfc.jwk import Key

from loyalty.actors import MemberActor, Operator
from schema.issuer_keys import IssuerKeys
from schema.tokens import Times, Token, times_of

_REMEMBERED = 1_024


class _Verified(NamedTuple):
    actor: MemberActor | Operator
    kid: str | None
    alg: str
    key: Key
    times: Times


class RememberedTokens:
    """The tokens that were sent last. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, _Verified] = OrderedDict()
        self._lock = Lock()

    def keep(self, token: Token, key: Key, actor: MemberActor | Operator) -> None:
        """Remember a token of which everything was verified, and the key that signed it."""
        verified = _Verified(actor, token.kid, token.alg, key, times_of(token.claims))
        with self._lock:
            self._kept[sha256(token.text).digest()] = verified
            if len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)

    def actor(self, text: str, keys: IssuerKeys, now: datetime) -> MemberActor | Operator | None:
        """Whom a token names that holds still; None: it has to be verified.

        Raises StoreUnavailable where no keys can be had.
        """
        named = sha256(text.encode()).digest()
        with self._lock:
            found = self._kept.get(named)
            if found is None:
                return None
            self._kept.move_to_end(named)
        holds = found.times.hold(now) and keys.key(found.kid, found.alg, now) is found.key
        return found.actor if holds else None
