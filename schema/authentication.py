"""Who asks: the actor that a bearer token (RFC 6750) names.

A partner makes its own (`schema.partner_tokens`); members and operators get theirs from the
coalition's OIDC issuer (`schema.issuers`). `iss` says which of the two it is, and each is verified
with keys of that one alone.
"""

import logging
from datetime import datetime

from graphql import GraphQLError

from loyalty.actors import Actor
from loyalty.coalition import Coalition
from loyalty.ports import StoreUnavailable
from schema.issuers import Issuer, issuer_actor
from schema.leaving import UNAVAILABLE
from schema.partner_tokens import is_partners, partner_actor
from schema.tokens import Unauthenticated, read_token

_log = logging.getLogger(__name__)


def bearer_actor(
    authorization: str | None, issuer: Issuer, coalition: Coalition, now: datetime
) -> Actor | None:
    """The actor of an Authorization header; None if there is none.

    now: the machine's clock, which judges tokens; the coalition's judges keys. Raises
    Unauthenticated, and an error UNAVAILABLE where neither issuer nor ledger can be asked.
    """
    if authorization is None:
        return None
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise Unauthenticated("The Authorization header must be `Bearer <token>`.")
    text = text.strip()
    try:
        known = issuer.remembered.actor(text, issuer.keys, now)
        if known is not None:
            return known
        token = read_token(text)
        if is_partners(token):
            return partner_actor(token, coalition, now)
        return issuer_actor(token, issuer, now)
    except StoreUnavailable as error:
        _log.warning("nobody can say who asks: %s", error)
        raise GraphQLError(
            "Who asks cannot be found out now: send the request again, with the same key.",
            extensions={"code": UNAVAILABLE, "retryable": True},
        ) from None
