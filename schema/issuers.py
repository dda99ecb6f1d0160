"""Members and operators, by the tokens of the coalition's OIDC issuer.

    iss          the issuer's URL, to the letter
    aud          one of the coalition's client ids. A Cognito access token has `client_id` in its
                 place, and `token_use: access`: `Kind.ACCESS` takes those and no others, `Kind.ID`
                 those with `aud` and `token_use: id`, `Kind.ANY` any with `aud`
    roles        a claim that is a text or a list of texts, `role` or `cognito:groups`: `member`,
                 or one or more of `operator:auditor`, `operator:support`, `operator:manager` and
                 `operator:admin`, or what the coalition calls them. Any other text means nothing
    who          `sub`, or a claim of the coalition's choice: 1 to 64 printable ASCII characters
                 without spaces. A member's is its member id. For a claim that users may write
                 themselves a token proves nothing

Whoever has an operator's role is an operator, and nobody without one. No token of an issuer makes a
partner.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from loyalty.actors import MemberActor, Operator, Role
from schema.issuer_keys import IssuerKeys
from schema.remembered_tokens import RememberedTokens
from schema.tokens import Token, Unauthenticated, check_claims

MEMBER = "member"
ANYONE = "*"
"""As what means `member`: whoever the issuer knows, and who has no role of an operator."""
ROLES: Mapping[str, str] = {MEMBER: MEMBER, **{f"operator:{role}": role for role in Role}}
_SUBJECT = re.compile(r"[\x21-\x7e]{1,64}\Z")


class Kind(StrEnum):
    """Which of an issuer's tokens are taken."""

    ANY = "any"
    ID = "id"
    ACCESS = "access"


class ClaimNames(NamedTuple):
    """Which claims say who it is. roles: by what the claim says, `member` or a `Role`."""

    role: str = "role"
    member: str = "sub"
    operator: str = "sub"
    roles: Mapping[str, str] = ROLES


@dataclass(frozen=True)
class Issuer:
    """Whose tokens we believe, and for whom they must be made. audiences: client ids."""

    name: str
    keys: IssuerKeys
    audiences: tuple[str, ...]
    kind: Kind = Kind.ANY
    claims: ClaimNames = field(default_factory=ClaimNames)
    # What was verified by all of the above, so never another's.
    remembered: RememberedTokens = field(
        default_factory=RememberedTokens, init=False, repr=False, compare=False
    )


def claim_names(text: str) -> ClaimNames:
    """Claim names as JSON: `role`, `member`, `operator`, `roles`. Raises ValueError.

    `roles` in it is what a claim says, by one of `ROLES`; `*` is anyone, and a member at most.
    """
    given = orjson.loads(text)
    if not isinstance(given, dict) or not isinstance(given.get("roles", {}), dict):
        raise ValueError(f"not an object of claims: {text}")
    names = {name: given.pop(name) for name in ("role", "member", "operator") if name in given}
    roles = given.pop("roles", {role: role for role in ROLES})
    if given or not all(isinstance(name, str) and name for name in names.values()):
        raise ValueError(f"not the names of claims: {text}")
    known = all(role in list(ROLES) for role in roles.values())
    if not known or roles.get(ANYONE, MEMBER) != MEMBER:
        raise ValueError(f"not roles of {', '.join(ROLES)}: {text}")
    return ClaimNames(**names, roles={said: ROLES[role] for said, role in roles.items()})


def issuer_actor(token: Token, issuer: Issuer, now: datetime) -> MemberActor | Operator:
    """The actor that an issuer's token names, which is remembered.

    Raises Unauthenticated, StoreUnavailable.
    """
    audience = {"essential": True, "values": list(issuer.audiences)}
    own: dict[str, Any] = {"iss": {"essential": True, "value": issuer.name}}
    own["client_id" if issuer.kind is Kind.ACCESS else "aud"] = audience
    if issuer.kind is not Kind.ANY:
        own["token_use"] = {"essential": True, "value": str(issuer.kind)}
    # Before any key is looked for: what is not for us makes nobody ask.
    check_claims(token.claims, now, **own)
    key = issuer.keys.signer(token, now)
    if key is None:
        raise Unauthenticated("The token is not signed with a key of its issuer.")
    actor = _actor(token.claims, issuer.claims)
    issuer.remembered.keep(token, key, actor)
    return actor


def _actor(claims: Mapping[str, Any], names: ClaimNames) -> MemberActor | Operator:
    said = claims.get(names.role)
    texts = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    roles = {names.roles.get(each) for each in texts if isinstance(each, str)}
    held = frozenset(role for role in Role if role in roles)
    if held:
        return Operator(_subject(claims.get(names.operator)), held)
    if MEMBER in roles or names.roles.get(ANYONE) == MEMBER:
        return MemberActor(_subject(claims.get(names.member)))
    raise Unauthenticated("The token names no operator or member.")


def _subject(value: object) -> str:
    if not isinstance(value, str) or not _SUBJECT.match(value):
        raise Unauthenticated("The token does not say who it is of.")
    return value
