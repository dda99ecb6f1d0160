"""Making governance entries: each tried by the rules that every auditor applies, then signed."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import NamedTuple

from ledger.entries import sign_entry
from ledger.errors import RuleBroken
from ledger.instructions import governance_subject
from ledger.names import At, TransactionId, at_moment, at_text
from ledger.notes import Signer
from ledger.tx import Authority, authority_body
from loyalty.actors import Operator
from loyalty.authority import Signature, authority
from loyalty.coalition import ENDING_AHEAD, ENDING_SENT_WITHIN, Coalition
from loyalty.committing import Answer, Overtaken, Plan, Request
from loyalty.ports import Commit, GovernanceRow, RecordPut, TransactionRow
from loyalty.refusals import Code, Refused

DESK = "system:desk"
"""By whom governance entries are that no party signs: the operator's desk."""


class PartnerSignature(NamedTuple):
    """A partner's signature over a governance instruction."""

    partner: str
    signature: Signature


class GovernanceDraft:
    """Governance entries that follow the newest one, each checked before it is signed.

    state: governance as they leave it; at: of the next of them.
    """

    def __init__(self, coalition: Coalition) -> None:
        self._coalition = coalition
        self.state = deepcopy(coalition.written())
        self._begun = coalition.clock()
        # Not before the newest block either; one sealed from here on makes the commit MOVED. What
        # is written already may be dated ahead: then this takes effect no sooner than that.
        sealed = coalition.store.sealed_at() or At("")
        self.at = max(at_text(self._begun), self.state.at, sealed)
        self._first = self.at
        self._ends = False
        self.rows: list[GovernanceRow] = []

    def check_keys_of_today(self, party: str, most: int) -> None:
        """Raises Refused where so many keys of a party came in force within 24 hours, whether they
        still are: their entries stay in the chain, which every process reads, for good."""
        day_ago = at_text(at_moment(self.at) - timedelta(days=1))
        terms = (
            term
            for (holder, _), found in self.state.keys.items()
            if holder == party
            for _, term in found
        )
        if sum(term.since > day_ago for term in terms) >= most:
            raise Refused(
                Code.LIMIT_EXCEEDED, f"{most} keys in 24 hours are the most", "verifierKey"
            )

    def end(self) -> None:
        """What is added from here on ends something, so it is dated ahead (`loyalty.coalition`),
        and later than all before it: what rests on that alone may be as late as that."""
        later = at_text(at_moment(self.at) + timedelta(milliseconds=1))
        self.at = max(later, at_text(self._begun + ENDING_AHEAD))
        self._ends = True
        if not self.rows:
            self._first = self.at

    def add(
        self,
        type_: str,
        signed: list[PartnerSignature] | None = None,
        by: Authority | None = None,
        **members: object,
    ) -> None:
        """Raises RuleBroken where the ledger would refuse the entry, signatures included.

        signed: of the partners that it binds; else it is `by` an operator who signs, or the desk.
        """
        body: dict[str, object] = {
            "v": 1,
            "type": type_,
            "at": self.at,
            "seq": self.state.seq + 1,
            "prev": self.state.head,
            **members,
        }
        if signed is None:
            body["by"] = authority_body(by or Authority(DESK))
        else:
            body["signed"] = [
                {
                    "party": f"partner:{row.partner}",
                    "key": row.signature.key,
                    "sig": row.signature.signature,
                }
                for row in sorted(signed)
            ]
        entry = sign_entry(body, self._entry_signer(body))
        for check in self.state.apply(entry.body, entry.hash):
            if not check.holds():
                raise check.broken()
        self.rows.append(GovernanceRow(self.state.seq, entry.data))

    def _entry_signer(self, body: Mapping[str, object]) -> Signer:
        """Not a key that the entry brings, nor one that it ends; genesis alone brings its own."""
        if body["type"] == "genesis":
            return self._coalition.entry_signer
        ends = str(body["vkey"]) if body.get("status") == "revoked" else ""
        return self._coalition.signer(self.state, self.at, ends)

    def plan(self, answer: Answer, *records: RecordPut) -> Plan:
        """Raises Overtaken where what ends something would be committed too late."""
        if self._ends and self._coalition.clock() > self._begun + ENDING_SENT_WITHIN:
            raise Overtaken
        return Plan(answer, self.commit()._replace(records=records))

    def commit(self, *transactions: TransactionRow) -> Commit:
        return Commit(transactions, governance=tuple(self.rows), governance_at=self._first)


def consent(
    draft: GovernanceDraft,
    request: Request,
    type_: str,
    members: Mapping[str, object],
    signature: Signature | None,
) -> Authority | None:
    """The word of whoever asks for the draft's next entry, of these members.

    Answers whom the entry is `by`, where that is an operator; a partner's signature, which the
    format has no place for in entries that bind it alone, is verified here. Raises Refused.
    """
    seq, asked = governance_subject({**members, "type": type_, "seq": draft.state.seq + 1})
    change = request._replace(id=TransactionId(seq), asked=asked)
    by = authority(draft.state, change, type_, draft.at, signature)
    return by if isinstance(request.actor, Operator) else None


_FIELDS = {
    "key.proof": ("proof",),
    "partner.partner": ("partnerId",),
    "programme.version": ("document", "version"),
}


def refused_entry(broken: RuleBroken, *field: str) -> Refused:
    """What is told where governance's own rules refuse an input; field: where most of them look."""
    unsigned = broken.rule in ("key.proof", "signed.sig", "signed.key")
    code = Code.SIGNATURE_INVALID if unsigned else Code.INVALID_INPUT
    return Refused(code, str(broken), *_FIELDS.get(broken.rule, field))
