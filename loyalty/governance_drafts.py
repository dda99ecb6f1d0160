"""Making governance entries: each tried by the rules that every auditor applies, then signed."""

from copy import deepcopy
from typing import NamedTuple

from ledger.entries import sign_entry
from ledger.errors import RuleBroken
from ledger.names import At
from ledger.tx import Authority, authority_body
from loyalty.authority import Signature
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan
from loyalty.ports import Commit, GovernanceRow, RecordPut, TransactionRow
from loyalty.refusals import Code, Refused

DESK = "system:desk"
"""By whom governance entries are that no party signs: the operator's desk."""


class PartnerSignature(NamedTuple):
    """A partner's signature over a governance instruction."""

    partner: str
    signature: Signature


class GovernanceDraft:
    """Governance entries that follow the newest one, each checked before it is signed."""

    def __init__(self, coalition: Coalition) -> None:
        self._signer = coalition.entry_signer
        self.state = deepcopy(coalition.governance())
        # Not before the newest block either; one sealed from here on makes the commit MOVED.
        self.at = max(coalition.now(), self.state.at, coalition.store.sealed_at() or At(""))
        self.rows: list[GovernanceRow] = []

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
        entry = sign_entry(body, self._signer)
        for check in self.state.apply(entry.body, entry.hash):
            if not check.holds():
                raise check.broken()
        self.rows.append(GovernanceRow(self.state.seq, entry.data))

    def plan(self, answer: Answer, *records: RecordPut) -> Plan:
        return Plan(answer, self.commit()._replace(records=records))

    def commit(self, *transactions: TransactionRow) -> Commit:
        return Commit(transactions, governance=tuple(self.rows), governance_at=self.at)


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
