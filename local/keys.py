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

from joserfc.jwk import OKPKey

from ledger.names import is_party
from ledger.notes import SeedSigner
from local.problems import Problem
from loyalty.actors import Actor
from schema.authentication import Issuer, issue_token

DEVELOPMENT_LABEL = "tallystick/development-key/v1"
TOKEN_LIFE_S = 30 * 24 * 3600
_ISSUER_NAME = "https://tokens.localhost"


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
    """Who says who is who, in place of an identity provider. key: with its private half."""

    origin: str
    key: OKPKey

    @classmethod
    def new(cls, origin: str) -> "TokenIssuer":
        return cls(origin, OKPKey.generate_key("Ed25519"))

    @property
    def public(self) -> Issuer:
        """What the API needs to know of it."""
        return Issuer(_ISSUER_NAME, self.origin, OKPKey.import_key(self.key.as_dict(private=False)))

    def token(self, actor: Actor) -> str:
        """A bearer token that lasts 30 days."""
        return issue_token(
            actor, _ISSUER_NAME, self.origin, self.key, datetime.now(UTC), TOKEN_LIFE_S
        )
