"""Development keys. FOR DEVELOPMENT ALONE: whoever reads this file can sign as every demo partner.

A partner's and an operator's key is made from its name, so that `tallystick sign` in another
terminal signs as a partner of the demo without a file passing between them. A real partner makes
its key itself, keeps the seed where nobody else reads it, and registers the verifier key.

The entry key, the log's key and the key of the token issuer are random, new at each start.
"""

import secrets
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import orjson
from joserfc import jwt
from joserfc.jwk import OKPKey

from ledger.names import is_party
from ledger.notes import SeedSigner
from local.problems import Problem
from loyalty.actors import MemberActor, Operator
from loyalty.ports import StoreUnavailable
from schema.issuer_keys import IssuerKeys
from schema.issuers import Issuer

DEVELOPMENT_LABEL = "tallystick/development-key/v1"
NAMES = {
    "bakery": "The Bakery",
    "deli": "The Deli",
    "florist": "The Florist",
    "fuel": "The Fuel Station",
    "grocer": "The Grocer",
    "pharmacy": "The Pharmacy",
}
"""Of the demo's partners, by id."""
TOKEN_LIFE_S = 30 * 24 * 3600
_ISSUER_NAME = "https://tokens.localhost"
_JWKS_PATH = "/jwks.json"


def development_signer(party: str) -> SeedSigner:
    """The key of `partner:<id>` or `operator:<id>`, known to all. Raises Problem for others."""
    role, _, id_ = party.partition(":")
    if role not in ("partner", "operator") or not is_party(party):
        raise Problem(
            f"{party!r} is no party that signs: give partner:ID or operator:ID, like partner:fuel"
        )
    seed = sha256(f"{DEVELOPMENT_LABEL}\n{party}".encode()).digest()
    return SeedSigner(f"{id_}.{role}.example", seed)


def random_signer(name: str) -> SeedSigner:
    """A new key that ends with this process."""
    return SeedSigner(name, secrets.token_bytes(32))


class TokenIssuer(NamedTuple):
    """Who says which member or operator asks, in place of an identity provider.

    key: with its private half; origin: whom its tokens are for; name: its address, which answers
    nothing unless `documents` are served there.
    """

    origin: str
    key: OKPKey
    name: str = _ISSUER_NAME

    @classmethod
    def new(cls, origin: str, name: str = _ISSUER_NAME) -> "TokenIssuer":
        return cls(origin, OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True), name)

    @property
    def public(self) -> Issuer:
        """What the API needs to know of it, its keys read in this process."""
        return Issuer(self.name, IssuerKeys(self.name, self._fetched), (self.origin,))

    def documents(self) -> dict[str, object]:
        """What it publishes, by path: its configuration and its keys."""
        configuration = {"issuer": self.name, "jwks_uri": f"{self.name}{_JWKS_PATH}"}
        keys = {"keys": [self.key.as_dict(private=False)]}
        return {"/.well-known/openid-configuration": configuration, _JWKS_PATH: keys}

    def token(
        self,
        actor: MemberActor | Operator,
        now: datetime | None = None,
        life_s: int = TOKEN_LIFE_S,
    ) -> str:
        """A bearer token, which lasts 30 days. now: the machine's clock, if absent."""
        issued = int((now or datetime.now(UTC)).timestamp())
        role: object = "member"
        if isinstance(actor, Operator):
            role = [f"operator:{each}" for each in sorted(actor.roles)]
        claims = {
            "iss": self.name,
            "aud": self.origin,
            "sub": actor.id,
            "role": role,
            "iat": issued,
            "exp": issued + life_s,
        }
        return str(
            jwt.encode({"alg": "Ed25519", "kid": self.key.kid}, claims, self.key, ["Ed25519"])
        )

    def _fetched(self, url: str) -> bytes:
        found = self.documents().get(url.removeprefix(self.name))
        if found is None:
            raise StoreUnavailable(f"{url}: nothing there")
        return orjson.dumps(found)
