"""One adjustment: by what a programme allows it, and the entry that it makes."""

from datetime import date
from typing import NamedTuple

from ledger.errors import PointsMissing, RuleBroken, shown
from ledger.governance import Governance
from ledger.kinds import adjust_down, adjust_up
from ledger.names import OPERATOR, CurrencyCode, Expires, Hash, TransactionId, WalletId, day_of
from ledger.tx import Authority
from loyalty.coalition import Coalition
from loyalty.goodwill import Goodwill
from loyalty.members import the_member, with_wallets
from loyalty.ports import RecordPut, Versioned
from loyalty.programmes import Programme
from loyalty.records.members import Member
from loyalty.refusals import Code, Refused
from loyalty.set_aside import receiving
from loyalty.writing import Draft, refuse


class Wanted(NamedTuple):
    """points: to give, or below 0 to take; sponsor: a partner's id, empty for the operator."""

    member: str
    programme: str
    points: int
    reason: str
    sponsor: str


class Ruling(NamedTuple):
    """By what an adjustment is allowed. rule: the digest of the programme's newest version."""

    rule: Hash
    programme: Programme
    goodwill: Goodwill

    def lasts(self, at: str, jurisdiction: str) -> Expires:
        """The last day of points that are given now to a member who lives there."""
        expiry = self.goodwill.expiry or self.programme.expiry
        return expiry.expires(date.fromisoformat(day_of(at)), jurisdiction)


def allowed(coalition: Coalition, governance: Governance, wanted: Wanted) -> Ruling:
    """What the programme lets operators do, with or without approval. Raises Refused."""
    rule = governance.latest.get(("programme", wanted.programme))
    if rule is None:
        raise Refused(
            Code.NOT_FOUND, f"there is no programme {shown(wanted.programme)}", "programmeId"
        )
    programme = coalition.version(rule).programme
    goodwill = programme.goodwill
    if not goodwill.most:
        raise Refused(Code.NOT_ELIGIBLE, "the programme has no goodwill to give", "programmeId")
    if abs(wanted.points) > goodwill.most:
        raise Refused(
            Code.LIMIT_EXCEEDED, f"at most {goodwill.most} points, approved or not", "points"
        )
    if wanted.sponsor and wanted.sponsor not in goodwill.sponsors:
        raise Refused(
            Code.NOT_ELIGIBLE,
            f"the programme's sponsors are {', '.join(goodwill.sponsors) or 'none'}, "
            f"not {shown(wanted.sponsor[:64])}",
            "sponsorId",
        )
    if wanted.sponsor and not governance.joined(wanted.sponsor, coalition.now()):
        raise Refused(Code.NOT_ELIGIBLE, "the sponsor is not one of the coalition now", "sponsorId")
    return Ruling(rule, programme, goodwill)


class Moving:
    """The entries of one adjustment. puts: the wallet that it opens, where the member has none."""

    def __init__(
        self, coalition: Coalition, governance: Governance, wanted: Wanted, ruling: Ruling
    ) -> None:
        self._wanted, self._ruling = wanted, ruling
        currency = ruling.programme.points_currency
        found = the_member(coalition, wanted.member, "memberId")
        self._lives_in = found.record.jurisdiction
        self._wallet, self.puts = _wallet(coalition, wanted, found, currency)
        self.draft = Draft(coalition, governance, {self._wallet: currency})

    def add(self, id_: TransactionId, by: Authority, approved: Authority | None) -> None:
        points, draft = self._wanted.points, self.draft
        sponsor = f"partner:{self._wanted.sponsor}" if self._wanted.sponsor else OPERATOR
        try:
            if points < 0:
                draft.expire_lapsed(self._wallet)
                effect = adjust_down(draft.wallet(self._wallet), -points, draft.at)
            else:
                last = self._ruling.lasts(draft.at, self._lives_in)
                effect = adjust_up(draft.wallet(self._wallet), points, draft.at, last)
            draft.add(
                id_,
                "adjust",
                effect,
                by,
                approved=approved,
                rule=self._ruling.rule,
                detail={"reason": self._wanted.reason, "sponsor": sponsor},
            )
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "points") from None


def _wallet(
    coalition: Coalition, wanted: Wanted, found: Versioned[Member], currency: CurrencyCode
) -> tuple[WalletId, tuple[RecordPut, ...]]:
    # Of an account, too: what a user may not spend alone, operators may still correct.
    own = found.record.wallets.get(currency)
    if own is None and wanted.points < 0:
        raise Refused(
            Code.INSUFFICIENT_POINTS, f"{-wanted.points} points are needed, 0 are there", "points"
        )
    member, puts = with_wallets(coalition, wanted.member, found, [currency])
    if wanted.points > 0:
        member = receiving(coalition, member)
    return member.wallets[currency], puts
