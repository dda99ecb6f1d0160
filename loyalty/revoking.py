"""A key ends: one that leaked, or that another has followed."""

from ledger.errors import RuleBroken
from ledger.names import is_party
from loyalty.actors import SIGNING, PartnerActor, Role
from loyalty.authority import Signature, require_operator
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.governance_drafts import GovernanceDraft, consent, refused_entry
from loyalty.refusals import Code, Refused
from loyalty.texts import check_text

_LABEL_MAX_CHARS = 300


def revoke_key(
    coalition: Coalition, request: Request, party: str, label: str, signature: Signature | None
) -> Answer:
    """A partner's or an operator's key is in force for a minute more. record: the key's label.

    Each ends its own, an admin anybody's. label: `name+hex(key id)`; signature: over the `key`
    instruction, by any key in force of whoever asks, this one included.
    """
    actor = request.actor
    if not isinstance(actor, PartnerActor):
        require_operator(actor)
    role = party.partition(":")[0]
    if role not in ("partner", "operator") or not is_party(party):
        raise Refused(Code.INVALID_INPUT, "not partner:<id> or operator:<id>", "party")
    check_text(label, _LABEL_MAX_CHARS, "key")

    def decide() -> Plan:
        draft = GovernanceDraft(coalition)
        draft.end()
        entry = {"party": party, "vkey": _found(draft, request, party, label), "status": "revoked"}
        by = consent(draft, request, "key", entry, signature)
        try:
            draft.add("key", None, by, **entry)
        except RuleBroken as broken:
            raise refused_entry(broken, "key") from None
        said = {role: party.partition(":")[2], "key": label, "until": draft.at}
        return draft.plan(Answer(record=label, news=(News("key.revoked", "", said),)))

    roles = SIGNING if actor.party == party else {Role.ADMIN}
    return carry_out(coalition, request, decide, operators=roles)


def _found(draft: GovernanceDraft, request: Request, party: str, label: str) -> str:
    """The verifier key. Raises Refused: of another party's key no partner is told a thing."""
    missing = Refused(Code.NOT_FOUND, "there is no such key in force", "key")
    if isinstance(request.actor, PartnerActor) and request.actor.party != party:
        raise missing
    try:
        return str(draft.state.key(party, label, draft.at, "key.revoked"))
    except RuleBroken:
        raise missing from None
