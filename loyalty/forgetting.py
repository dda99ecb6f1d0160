"""A member is forgotten: what is known of a person goes, what its points are worth stays.

The ledger names wallets alone, so nothing of it changes: what was earned is still owed until it
lapses, and what comes back of an order still goes back. Where the member lived stays too, because
how long points last hangs on it, and by itself it is nobody.
"""

import msgspec

from loyalty.actors import PartnerActor, Role
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.consents import erased_consents
from loyalty.external_ids import erased_links
from loyalty.feedback import erased_words
from loyalty.members import the_member
from loyalty.ports import Commit, RecordPut
from loyalty.profiles import check_serves
from loyalty.refusals import Code, Refused


def forget_member(coalition: Coalition, request: Request, member_id: str) -> Answer:
    """Erases what is known of a member, who from then on is one that there is not. record: its id.

    By the member itself, or by an operator. All at once: whoever adds something meanwhile moves
    what is erased here, or is refused.
    """
    if isinstance(request.actor, PartnerActor):
        raise Refused(Code.NOT_PERMITTED, "a member or an operator does this")

    def decide() -> Plan:
        check_serves(coalition, request, member_id)
        found, version = the_member(coalition, member_id, "memberId")
        if found.accounts:
            raise Refused(
                Code.NOT_ELIGIBLE, "it shares an account's wallet: it leaves that first", "memberId"
            )
        nobody = msgspec.structs.replace(
            found, display_name="", born="", referral_code="", forgotten_at=coalition.now()
        )
        puts = (
            RecordPut(member_id, nobody, version),
            erased_consents(coalition, member_id),
            *erased_links(coalition, member_id),
            *erased_words(coalition, member_id),
        )
        news = (News("member.forgotten", member_id),)
        return Plan(Answer(record=member_id, news=news), Commit((), records=puts))

    return carry_out(coalition, request, decide, operators={Role.MANAGER})
