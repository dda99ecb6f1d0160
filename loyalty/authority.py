"""Whose word an entry rests on: the signature that a partner or an operator gives a request."""

from typing import NamedTuple

from ledger.errors import RuleBroken, shown
from ledger.governance import Governance
from ledger.names import At, is_signature
from ledger.tx import Authority
from loyalty.actors import Actor, MemberActor, Operator, PartnerActor, System
from loyalty.committing import Request
from loyalty.refusals import Code, Refused


class Signature(NamedTuple):
    """A signature over an instruction: the key's `name+hex(key id)`, and b64 of 64 bytes."""

    key: str
    signature: str


def authority(
    governance: Governance, request: Request, kind: str, at: At, signature: Signature | None
) -> Authority:
    """The `by` of the request's entry. Raises Refused unless its actor signed just this."""
    actor = request.actor
    if isinstance(actor, MemberActor):
        if signature is not None:
            raise Refused(Code.INVALID_INPUT, "a member does not sign", "signature")
        return Authority("member")
    if isinstance(actor, System):
        return Authority(actor.party)
    if signature is None:
        raise Refused(
            Code.SIGNATURE_REQUIRED,
            f"sign the instruction `{kind}` for {request.id}",
            "signature",
        )
    if not is_signature(signature.signature):
        raise Refused(Code.SIGNATURE_INVALID, "not the base64 of 64 bytes", "signature")
    by = Authority(actor.party, signature.key, signature.signature, request.asked)
    try:
        check = governance.authority_check(by, kind, request.id, at)
    except RuleBroken:
        raise Refused(
            Code.SIGNATURE_INVALID,
            f"{actor.party} has no key {shown(signature.key)} in force",
            "signature",
        ) from None
    if check is None or not check.holds():
        raise Refused(
            Code.SIGNATURE_INVALID,
            f"the signature is not of `{kind}` for {request.id} with this input",
            "signature",
        )
    return by


def require_partner(actor: Actor | System) -> PartnerActor:
    """Raises Refused unless a partner asks."""
    if not isinstance(actor, PartnerActor):
        raise Refused(Code.NOT_PERMITTED, "only a partner may do this")
    return actor


def require_operator(actor: Actor | System) -> Operator:
    """Raises Refused unless an operator asks."""
    if not isinstance(actor, Operator):
        raise Refused(Code.NOT_PERMITTED, "only an operator may do this")
    return actor


def require_member(actor: Actor | System) -> MemberActor:
    """Raises Refused unless a member asks."""
    if not isinstance(actor, MemberActor):
        raise Refused(Code.NOT_PERMITTED, "only a member may do this")
    return actor
