"""What a member is called, when it was born, and where it lives."""

from typing import NamedTuple

import msgspec

from ledger.errors import shown
from loyalty.actors import CARE, MemberActor, PartnerActor
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import NAME_MAX_CHARS, check_joined, the_member
from loyalty.ports import Commit, RecordPut
from loyalty.records.members import Member
from loyalty.refusals import Code, Refused
from loyalty.texts import check_born, check_jurisdiction, check_text


class Profile(NamedTuple):
    """What is to be known of a member. None: as it was; empty: nothing any more."""

    display_name: str | None = None
    born: str | None = None
    jurisdiction: str | None = None


def set_profile(coalition: Coalition, request: Request, member_id: str, given: Profile) -> Answer:
    """Changes what is known of a member. record: its id.

    By a partner or an operator; by the member itself but for what its points and rewards hang on:
    it states its date of birth once, and where it lives it tells somebody who can see papers.
    """
    _check(coalition, given)

    def decide() -> Plan:
        check_serves(coalition, request, member_id)
        found = the_member(coalition, member_id, "memberId")
        if isinstance(request.actor, MemberActor):
            _check_own(found.record, given)
        stated = {name: text for name, text in given._asdict().items() if text is not None}
        changed = msgspec.structs.replace(found.record, **stated)
        put = RecordPut(member_id, changed, found.version)
        return Plan(Answer(record=member_id), Commit((), records=(put,)))

    return carry_out(coalition, request, decide, operators=CARE)


def check_serves(coalition: Coalition, request: Request, member_id: str) -> None:
    """A member acts for itself, a partner of the coalition and an operator for any. Refused."""
    if isinstance(request.actor, MemberActor) and request.actor.id != member_id:
        raise Refused(Code.NOT_FOUND, f"there is no member {shown(member_id[:64])}", "memberId")
    if isinstance(request.actor, PartnerActor):
        check_joined(coalition.governance(), request.actor, coalition.now())


def _check(coalition: Coalition, given: Profile) -> None:
    if given.display_name:
        check_text(given.display_name, NAME_MAX_CHARS, "displayName")
    if given.born:
        check_born(given.born, coalition.now(), "born")
    if given.jurisdiction:
        check_jurisdiction(given.jurisdiction, "jurisdiction")


def _check_own(member: Member, given: Profile) -> None:
    """Nobody has two birthdays a year, or moves to where points live longer, by a tap in an app."""
    if given.born is not None and member.born not in ("", given.born):
        raise Refused(
            Code.NOT_PERMITTED, "it is stated already: a partner or an operator mends it", "born"
        )
    if given.jurisdiction is not None and given.jurisdiction != member.jurisdiction:
        raise Refused(Code.NOT_PERMITTED, "a partner or an operator states it", "jurisdiction")
