"""A partner's own tokens, signed with a key that it has registered: nobody else can say who it is.

    header   alg Ed25519 or EdDSA; kid: the key, `name+hex(key id)`
    iss, sub `partner:<id>`, both
    aud      the coalition's origin, alone
    iat, exp whole seconds, at most `LIFE_S` apart
    jti      1 to 64 printable ASCII characters without spaces

The key must be in force when the token comes, by the coalition's clock, and the partner's own: so
tokens end with their key. Who holds a token can send requests with it as long as it lasts; TLS
keeps it, and what moves points needs a signature of its own besides, which fits one request. No
signature of an instruction is one of a token, nor the other way round: the one has line feeds, in
the other there are none.
"""

import re
from datetime import datetime

from ledger.errors import RuleBroken
from loyalty.actors import PartnerActor
from loyalty.coalition import Coalition
from schema.tokens import ED25519, Token, Unauthenticated, check_claims

LIFE_S = 300
_PARTNER = "partner:"
_NOT_IN_FORCE = "The partner has no key of the token's kid in force."
_JTI = re.compile(r"[\x21-\x7e]{1,64}\Z")


def is_partners(token: Token) -> bool:
    """Whether a token says that a partner made it."""
    issuer = token.claims.get("iss")
    return isinstance(issuer, str) and issuer.startswith(_PARTNER)


def partner_actor(token: Token, coalition: Coalition, now: datetime) -> PartnerActor:
    """The partner that signed a token. Raises Unauthenticated, StoreUnavailable."""
    claims, party = token.claims, str(token.claims["iss"])
    check_claims(claims, now, sub={"essential": True, "value": party})
    issued, expires, jti = (claims.get(name) for name in ("iat", "exp", "jti"))
    if claims.get("aud") != coalition.origin:
        raise Unauthenticated("The token is not for this coalition.")
    if type(issued) is not int or type(expires) is not int or not 0 < expires - issued <= LIFE_S:
        raise Unauthenticated(f"A partner's token lasts at most {LIFE_S} seconds.")
    if not isinstance(jti, str) or not _JTI.match(jti):
        raise Unauthenticated("A partner's token has a jti of its own.")
    if token.alg not in ED25519 or token.kid is None:
        raise Unauthenticated("A partner's token is signed with Ed25519 and names its key.")
    _check_signature(token, party, token.kid, coalition)
    return PartnerActor(party.removeprefix(_PARTNER))


def _check_signature(token: Token, party: str, kid: str, coalition: Coalition) -> None:
    """Against what this process knows, and only then is the ledger asked whether that still holds:
    for who has no key it is not read.
    """
    known = coalition.known_keys(party, kid)
    if not known:
        raise Unauthenticated(_NOT_IN_FORCE)
    signer = next((key for key in known if key.verifies(token.signed, token.signature)), None)
    if signer is None:
        raise Unauthenticated("The token is not signed with the key that it names.")
    try:
        in_force = coalition.governance().key(party, kid, coalition.now(), "token.kid")
    except RuleBroken:
        in_force = None
    if in_force != signer:
        raise Unauthenticated(_NOT_IN_FORCE)
