"""Peer recognition: members give each other points of an allowance, which a partner issues.

The allowance is no balance: it is how much of a month's bound was given. Nothing carries it over,
so nothing has to take it away when the month ends.
"""

from datetime import date
from typing import NamedTuple

import msgspec

from ledger.errors import RuleBroken, shown
from ledger.governance import Governance
from ledger.kinds import earn
from ledger.names import At, Hash, TransactionId, day_of, is_base32_id, transaction_id
from ledger.tx import Authority
from loyalty.actors import CARE, Actor, MemberActor, Operator, PartnerActor, Role, System
from loyalty.authority import require_member
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.members import the_member, with_wallets
from loyalty.ports import Commit, RecordPut, Versioned
from loyalty.programmes import Programme
from loyalty.records.giving import Allowance, Recognition, Teammate
from loyalty.refusals import Code, Refused
from loyalty.rules.giving import Giving
from loyalty.set_aside import receiving
from loyalty.texts import check_amount, check_label, check_text
from loyalty.writing import PROGRAMME, Draft, refuse

MESSAGE_MAX_CHARS = 280


class Gift(NamedTuple):
    """Points of the allowance in one programme, for another member, with a word."""

    programme: str
    to_member: str
    points: int
    message: str | None = None


class Left(NamedTuple):
    """What a member can still give this month. team: empty if nobody put it in one."""

    team: str
    month: str
    a_month: int
    a_gift: int
    given: int

    @property
    def points(self) -> int:
        return max(self.a_month - self.given, 0) if self.team else 0


class _Section(NamedTuple):
    rule: Hash
    programme: Programme
    giving: Giving


def give_recognition(coalition: Coalition, request: Request, gift: Gift) -> Answer:
    """The receiver earns points of the issuer, counted against the giver's month.

    record: the recognition's id. The entry is by the system, under the rule that the issuer signed:
    that a member asked is nobody's signature.
    """
    giver = require_member(request.actor).id
    check_amount(gift.points, "points")
    if gift.message is not None:
        check_text(gift.message, MESSAGE_MAX_CHARS, "message")
    if gift.to_member == giver:
        raise Refused(Code.SAME_WALLET, "a gift goes to another member", "toMemberId")

    def decide() -> Plan:
        governance = coalition.governance()
        rule, programme, giving = _section(coalition, governance, gift.programme)
        the_member(coalition, giver)
        found = the_member(coalition, gift.to_member, "toMemberId")
        _check_allowed(coalition, giving, giver, gift)
        currency = programme.points_currency
        receiver, puts = with_wallets(coalition, gift.to_member, found, [currency])
        wallet = receiving(coalition, receiver).wallets[currency]
        draft = Draft(coalition, governance, {wallet: currency})
        counted = _counted(coalition, giving, giver, gift, draft.at)
        id_ = transaction_id(PROGRAMME, f"{request.id}/gift")
        expires = programme.expires(date.fromisoformat(day_of(draft.at)), found.record.jurisdiction)
        try:
            effect = earn(draft.wallet(wallet), giving.issuer, gift.points, draft.at, expires)
            draft.add(id_, "earn", effect, Authority(PROGRAMME), rule=rule)
        except RuleBroken as broken:
            raise refuse(broken, "points") from None
        record = Recognition(
            programme=gift.programme,
            giver=giver,
            receiver=gift.to_member,
            points=gift.points,
            given_at=draft.at,
            message=gift.message or "",
        )
        said: dict[str, str | int] = {
            "programme": gift.programme,
            "recognition": id_,
            "giver": giver,
            "points": gift.points,
        }
        return draft.plan(
            request.id,
            record=id_,
            records=(RecordPut(id_, record), counted, *puts),
            news=(News("recognition.given", gift.to_member, said),),
        )

    return carry_out(coalition, request, decide)


def set_team(
    coalition: Coalition, request: Request, programme: str, member_id: str, team: str | None
) -> Answer:
    """Puts a member in a team, by which a programme says who gives to whom. record: the team.

    team: none, if absent. Operators do, and the partner that issues what is given.
    """
    if team is not None:
        check_label(team, "team")

    def decide() -> Plan:
        giving = _section(coalition, coalition.governance(), programme).giving
        if not _is_admin(coalition, request.actor, giving):
            raise Refused(Code.NOT_PERMITTED, "an operator or the issuer says who is in which team")
        the_member(coalition, member_id, "memberId")
        key = _key(programme, member_id)
        found = coalition.store.record(Teammate, key)
        put = RecordPut(key, Teammate(team=team or ""), found.version if found else 0)
        return Plan(Answer(record=team or ""), Commit((), records=(put,)))

    return carry_out(coalition, request, decide, operators={Role.MANAGER})


def erase_message(coalition: Coalition, request: Request, id_: str) -> Answer:
    """What was written with a gift is no more; the gift stays. record: the recognition's id.

    Who wrote it does so, whom it was written to, and operators.
    """

    def decide() -> Plan:
        found = _recognition(coalition, id_)
        if found is None or not may_see_recognition(request.actor, found.record):
            raise Refused(Code.NOT_FOUND, "there is no such recognition", "recognitionId")
        erased = msgspec.structs.replace(found.record, message="")
        put = RecordPut(id_, erased, found.version)
        return Plan(Answer(record=id_), Commit((), records=(put,)))

    return carry_out(coalition, request, decide, operators=CARE)


def may_see_recognition(actor: Actor | System, recognition: Recognition) -> bool:
    """The two members and operators: what people write to each other is nobody else's."""
    if isinstance(actor, MemberActor):
        return actor.id in (recognition.giver, recognition.receiver)
    return isinstance(actor, Operator)


def left_to_give(coalition: Coalition, actor: Actor, programme: str, member_id: str) -> Left:
    """What a member can still give this month, as it, the issuer and operators may know.

    Raises Refused.
    """
    giving = _section(coalition, coalition.governance(), programme).giving
    own = isinstance(actor, MemberActor) and actor.id == member_id
    if not own and not _is_admin(coalition, actor, giving):
        raise Refused(Code.NOT_FOUND, f"there is no member {shown(member_id)}", "memberId")
    the_member(coalition, member_id, "memberId")
    at = At(coalition.now())
    month, given, _ = _given(coalition, giving, _key(programme, member_id), at)
    team = _team(coalition, programme, member_id)
    return Left(team, month, giving.a_month, giving.a_gift, given)


def _section(coalition: Coalition, governance: Governance, id_: str) -> _Section:
    rule = governance.latest.get(("programme", id_))
    if rule is not None:
        programme = coalition.version(rule).programme
        if programme.giving is not None:
            return _Section(rule, programme, programme.giving)
    raise Refused(Code.NOT_FOUND, "there is no programme of this id with giving", "programmeId")


def _check_allowed(coalition: Coalition, giving: Giving, giver: str, gift: Gift) -> None:
    teams = [_team(coalition, gift.programme, each) for each in (giver, gift.to_member)]
    if not giving.allows(*teams):
        raise Refused(
            Code.NOT_ELIGIBLE, "the programme does not let you give to this member", "toMemberId"
        )
    if gift.points > giving.a_gift:
        raise Refused(Code.LIMIT_EXCEEDED, f"at most {giving.a_gift} points a gift", "points")


def _counted(coalition: Coalition, giving: Giving, giver: str, gift: Gift, at: At) -> RecordPut:
    """The giver's month with the gift in it. Raises Refused past the allowance."""
    key = _key(gift.programme, giver)
    month, given, version = _given(coalition, giving, key, at)
    if given + gift.points > giving.a_month:
        left = max(giving.a_month - given, 0)
        raise Refused(Code.LIMIT_EXCEEDED, f"{left} points are left to give in {month}", "points")
    return RecordPut(key, Allowance(month=month, given=given + gift.points), version)


def _given(coalition: Coalition, giving: Giving, key: str, at: At) -> tuple[str, int, int]:
    """The month that it is, what was given in it, and the version of the record that says so.

    Never a month before one that was counted already: two machines' clocks may differ, and nobody
    has an allowance twice for that.
    """
    month = giving.month(at)
    found = coalition.store.record(Allowance, key)
    if found is None:
        return month, 0, 0
    if found.record.month < month:
        return month, 0, found.version
    return found.record.month, found.record.given, found.version


def _team(coalition: Coalition, programme: str, member_id: str) -> str:
    found = coalition.store.record(Teammate, _key(programme, member_id))
    return "" if found is None else found.record.team


def _is_admin(coalition: Coalition, actor: Actor | System, giving: Giving) -> bool:
    if isinstance(actor, PartnerActor):
        joined = coalition.governance().joined(actor.id, coalition.now())
        return joined and actor.id == giving.issuer
    return isinstance(actor, Operator)


def _recognition(coalition: Coalition, id_: str) -> Versioned[Recognition] | None:
    if not is_base32_id(id_):
        return None
    return coalition.store.record(Recognition, TransactionId(id_))


def _key(programme: str, member_id: str) -> str:
    return f"{programme}/{member_id}"
