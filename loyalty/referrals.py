"""Referrals: a member brings a friend, and both get points for the friend's first order.

A code leads to a member. Who uses one is new: it has not bought at the partners of the referral,
nobody uses a code of its own, and it has used none. So no two members refer each other, however
many stand between them: the last link of a ring would be of one whose code is in use already.
"""

import msgspec

from ledger.entries import read_entry
from ledger.errors import shown
from ledger.kinds import opened_by
from ledger.names import WalletId
from ledger.tx import read_tx
from loyalty.actors import CARE, Actor, MemberActor, Operator, PartnerActor, System
from loyalty.coalition import Coalition
from loyalty.codes import new_code, read_code
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import present_id, the_member
from loyalty.ports import Commit, RecordPut, Versioned, WalletRow
from loyalty.programmes import Programme
from loyalty.records.members import Member
from loyalty.records.referrals import ReferralCode, Referred
from loyalty.refusals import Code, Refused
from loyalty.rules.referral import Referral

CODE_CHARS = 10
_ROWS_READ = 100
_SALT_BYTES = 16


def make_referral_code(coalition: Coalition, request: Request, member_id: str) -> Answer:
    """The member's own code, the same whenever it asks. record: the code.

    The member asks, or an operator for it.
    """
    if isinstance(request.actor, PartnerActor):
        raise Refused(Code.NOT_PERMITTED, "a member or an operator asks for its code")

    def decide() -> Plan:
        if isinstance(request.actor, MemberActor) and request.actor.id != member_id:
            raise Refused(Code.NOT_FOUND, f"there is no member {shown(member_id)}", "ownerId")
        found = the_member(coalition, member_id, "ownerId")
        code = found.record.referral_code
        if code:
            return Plan(Answer(record=code), Commit(()))
        code = new_code(coalition.random_bytes, CODE_CHARS)
        member = msgspec.structs.replace(found.record, referral_code=code)
        # One that exists already makes the commit MOVED, and another is made.
        puts = (
            RecordPut(member_id, member, found.version),
            RecordPut(code, ReferralCode(member=member_id)),
        )
        return Plan(Answer(record=code), Commit((), records=puts))

    return carry_out(coalition, request, decide, operators=CARE)


def use_referral_code(
    coalition: Coalition, request: Request, programme_id: str, member_id: str, code: str
) -> Answer:
    """A member that has not bought yet says who brought it. record: since when.

    It does so itself; so may operators, and partners at whose tills the first order counts.
    """
    typed = read_code(code, CODE_CHARS, "code")

    def decide() -> Plan:
        programme, referral = _section(coalition, programme_id)
        if not _speaks_for(coalition, request.actor, member_id, referral):
            raise Refused(Code.NOT_FOUND, f"there is no member {shown(member_id)}", "memberId")
        the_member(coalition, member_id, "memberId")
        referrer = _whose(coalition, typed)
        if referrer == member_id:
            raise Refused(Code.NOT_ELIGIBLE, "this is the member's own code", "code")
        _check_apart(coalition, member_id, referrer)
        key = key_of(programme_id, member_id)
        own = coalition.store.record(Referred, key)
        _check_new(coalition, programme, member_id, None if own is None else own.record)
        since = coalition.now()
        put = RecordPut(
            key, Referred(referrer=referrer, since=since), 0 if own is None else own.version
        )
        puts = (put, *_refers(coalition, key_of(programme_id, referrer)))
        return Plan(Answer(record=since), Commit((), records=puts))

    return carry_out(coalition, request, decide, operators=CARE)


def key_of(programme: str, member_id: str) -> str:
    return f"{programme}/{member_id}"


def _section(coalition: Coalition, id_: str) -> tuple[Programme, Referral]:
    rule = coalition.governance().latest.get(("programme", id_))
    if rule is not None:
        programme = coalition.version(rule).programme
        if programme.referral is not None:
            return programme, programme.referral
    raise Refused(Code.NOT_FOUND, "there is no programme of this id with referrals", "programmeId")


def _speaks_for(
    coalition: Coalition, actor: Actor | System, member_id: str, referral: Referral
) -> bool:
    if isinstance(actor, PartnerActor):
        joined = coalition.governance().joined(actor.id, coalition.now())
        return joined and actor.id in referral.partners
    return isinstance(actor, Operator) or actor.id == member_id


def _whose(coalition: Coalition, code: str) -> str:
    """The member that tells this code to its friends. Raises Refused."""
    found = coalition.store.record(ReferralCode, code)
    id_ = "" if found is None else present_id(coalition, found.record.member)
    member = coalition.store.record(Member, id_) if id_ else None
    if member is None or member.record.forgotten_at:
        raise Refused(Code.NOT_FOUND, "no member has this code", "code")
    return id_


def _check_apart(coalition: Coalition, member_id: str, referrer: str) -> None:
    """Raises Refused where two collect in one wallet: they are one household or company."""
    found = coalition.store.records(Member, [member_id, referrer])
    one, *others = (set(each.record.wallets.values()) for each in found.values())
    if any(one & other for other in others):
        raise Refused(Code.NOT_ELIGIBLE, "the two collect in one wallet already", "code")


def _check_new(
    coalition: Coalition, programme: Programme, member_id: str, own: Referred | None
) -> None:
    """Raises Refused for whoever is no new friend."""
    if own is not None and own.referrer:
        raise Refused(Code.ALREADY_EXISTS, f"a code was used on {own.since}", "memberId")
    if own is not None and own.refers:
        raise Refused(Code.NOT_ELIGIBLE, "others have used this member's own code", "memberId")
    if (own is not None and own.order) or _bought_before(coalition, programme, member_id):
        raise Refused(Code.NOT_ELIGIBLE, "the member has bought already", "memberId")


def _bought_before(coalition: Coalition, programme: Programme, member_id: str) -> bool:
    """Whether a purchase earned at the referral's partners, maybe before there were referrals."""
    member = the_member(coalition, member_id, "memberId").record
    wallet = member.wallets.get(programme.points_currency)
    if wallet is None:
        return False
    rows = coalition.store.wallet_rows(WalletId(wallet), 0, _ROWS_READ)
    partners = set() if programme.referral is None else set(programme.referral.partners)
    found = coalition.store.transactions([row.transaction for row in rows if _is_purchase(row)])
    bought = {
        opened_by(read_tx(read_entry(row.entry).body)).partner
        for row in found.values()
        if row.entry is not None
    }
    return len(rows) == _ROWS_READ or bool(bought & partners)


def _is_purchase(row: WalletRow) -> bool:
    """Not an event, nor what a programme gives of itself: its row keeps an amount of money."""
    said = msgspec.json.decode(row.detail[_SALT_BYTES:]) if row.detail else {}
    return row.kind == "earn" and "amount" in said


def _refers(coalition: Coalition, key: str) -> tuple[RecordPut, ...]:
    """That a member's code is in use. Written once, so a popular one is not written to all day."""
    found: Versioned[Referred] | None = coalition.store.record(Referred, key)
    if found is None:
        return (RecordPut(key, Referred(refers=True)),)
    if found.record.refers:
        return ()
    return (RecordPut(key, msgspec.structs.replace(found.record, refers=True), found.version),)
