"""A partner's further key, with which it signs beside the ones that it has."""

from ledger.errors import RuleBroken
from ledger.notes import VerifierKey
from loyalty.actors import PartnerActor, Role
from loyalty.authority import Signature, require_operator
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.governance_drafts import GovernanceDraft, consent, refused_entry
from loyalty.refusals import Code, Refused
from loyalty.texts import check_id

KEYS_MAX = 10
KEYS_A_DAY = 20
"""That a partner adds itself; an operator may add one to those."""


def add_partner_key(
    coalition: Coalition,
    request: Request,
    partner: str,
    vkey: str,
    proof: str,
    signature: Signature | None,
) -> Answer:
    """A partner has this key, too, from now on. record: the key's label.

    The partner asks for it, or an operator for one that lost its keys. vkey: the verifier key;
    proof: b64 of that key's signature over `ledger.instructions.registration`; signature: of an
    earlier key of the partner, or of the operator's, over the `key` instruction. The format asks
    for the proof alone: whoever got hold of a token adds nothing here.
    """
    check_id(partner, "partnerId")
    actor = request.actor
    if not isinstance(actor, PartnerActor):
        require_operator(actor)
    party = f"partner:{partner}"

    def decide() -> Plan:
        draft = GovernanceDraft(coalition)
        foreign = isinstance(actor, PartnerActor) and actor.id != partner
        if foreign or not draft.state.joined(partner, draft.at):
            raise Refused(Code.NOT_FOUND, f"there is no partner {partner}", "partnerId")
        if len(draft.state.keys_of(party, draft.at)) >= KEYS_MAX:
            raise Refused(
                Code.LIMIT_EXCEEDED,
                f"{KEYS_MAX} keys in force are the most: revoke one",
                "verifierKey",
            )
        if isinstance(actor, PartnerActor):
            draft.check_keys_of_today(party, KEYS_A_DAY)
        entry = {"party": party, "vkey": vkey, "status": "added", "proof": proof}
        try:
            label = VerifierKey.parse(vkey).label
            by = consent(draft, request, "key", entry, signature)
            draft.add("key", None, by, **entry)
        except RuleBroken as broken:
            raise refused_entry(broken, "verifierKey") from None
        said = {"partner": partner, "key": label, "from": draft.at}
        return draft.plan(Answer(record=label, news=(News("key.added", "", said),)))

    return carry_out(coalition, request, decide, operators={Role.ADMIN})
