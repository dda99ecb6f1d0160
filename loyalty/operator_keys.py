"""An operator's own key, with which it signs what it asks for and what it approves."""

from ledger.errors import RuleBroken
from ledger.names import is_party
from ledger.notes import VerifierKey
from loyalty.actors import SIGNING
from loyalty.authority import Signature, require_operator
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.governance_drafts import GovernanceDraft, consent, refused_entry
from loyalty.refusals import Code, Refused

KEYS_A_DAY = 5


def register_operator_key(
    coalition: Coalition, request: Request, vkey: str, proof: str, signature: Signature | None
) -> Answer:
    """The operator that asks has this key from now on, and soon no other. record: its id.

    vkey: the verifier key; proof: b64 of that key's signature over
    `ledger.instructions.registration`; signature: of the key in force, where there is one: whoever
    got hold of a token alone cannot sign in another's name.
    """
    party = require_operator(request.actor).party
    if not is_party(party):
        raise Refused(
            Code.NOT_PERMITTED,
            "an operator that signs has an id of 2 to 32 of a to z, 0 to 9 and hyphen",
        )

    def decide() -> Plan:
        draft = GovernanceDraft(coalition)
        draft.check_keys_of_today(party, KEYS_A_DAY)
        earlier = draft.state.keys_of(party, draft.at)
        if signature is not None and not earlier:
            raise Refused(
                Code.INVALID_INPUT, "this operator has no key yet to sign with", "signature"
            )
        entry = {"party": party, "vkey": vkey, "status": "added", "proof": proof}
        by = consent(draft, request, "key", entry, signature) if earlier else None
        operator = request.actor.id
        news = []
        try:
            label = VerifierKey.parse(vkey).label
            draft.add("key", None, by, **entry)
            added = {"operator": operator, "key": label, "from": draft.at}
            news.append(News("key.added", "", added))
            for key in earlier:
                draft.end()
                draft.add("key", party=party, vkey=key, status="revoked")
                ended = {"operator": operator, "key": VerifierKey.parse(key).label}
                news.append(News("key.revoked", "", {**ended, "until": draft.at}))
        except RuleBroken as broken:
            raise refused_entry(broken, "verifierKey") from None
        return draft.plan(Answer(record=operator, news=tuple(news)))

    return carry_out(coalition, request, decide, operators=SIGNING)
