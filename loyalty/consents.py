"""What a member lets others do: write to it, make a profile of it. Given, withdrawn, and by whom.

Whoever wants to write to a member asks `consents_to` first; without a word there is no consent.
"""

from collections.abc import Mapping

from ledger.errors import shown
from loyalty.actors import CARE, Actor, MemberActor, System
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.members import the_member
from loyalty.ports import Commit, RecordPut
from loyalty.profiles import check_serves
from loyalty.records.members import Consents, Statement
from loyalty.refusals import Code, Refused
from loyalty.texts import check_text

PURPOSES = ("email", "sms", "push", "profiling")
SOURCE_MAX_CHARS = 200
# All of a member is erased in one commit, and its item stays far below DynamoDB's 400 kB.
STATEMENTS_MAX = 200
OTHERS_MAX = STATEMENTS_MAX // 2
"""From where on the member alone gives consents: nobody who speaks for it uses up its word."""


def set_consent(
    coalition: Coalition,
    request: Request,
    member_id: str,
    purpose: str,
    *,
    given: bool,
    source: str | None,
) -> Answer:
    """A member gives a consent or takes it back. record: the member's id.

    By itself; or by a partner or an operator for it, who says in source where it stands: the number
    of a form, the recording of a call.
    """
    if purpose not in PURPOSES:
        raise Refused(
            Code.INVALID_INPUT,
            f"one of {', '.join(PURPOSES)}, not {shown(purpose[:64])}",
            "purpose",
        )
    if source is not None:
        check_text(source, SOURCE_MAX_CHARS, "source")
    elif not isinstance(request.actor, MemberActor):
        raise Refused(Code.INVALID_INPUT, "say where the member said so", "source")

    def decide() -> Plan:
        check_serves(coalition, request, member_id)
        # Before the member: who is forgotten meanwhile moves it.
        found = coalition.store.record(Consents, member_id)
        the_member(coalition, member_id, "memberId")
        known, version = (Consents(), 0) if found is None else found
        said = in_force(known).get(purpose)
        if said is not None and not said.given and not given:
            return Plan(Answer(record=member_id), Commit(()))
        if given:
            _check_room(known, request.actor)
        now = coalition.now()
        new = Statement(purpose, given, now, request.actor.party, source or "")
        put = RecordPut(member_id, Consents(statements=(*known.statements, new)), version)
        news = News("consent.changed", member_id, {"purpose": purpose, "given": int(given)})
        return Plan(Answer(record=member_id, news=(news,)), Commit((), records=(put,)))

    return carry_out(coalition, request, decide, operators=CARE)


def in_force(known: Consents) -> Mapping[str, Statement]:
    """What was said last of each purpose that anything was said of."""
    return {each.purpose: each for each in known.statements}


def consents_to(coalition: Coalition, member_id: str, purpose: str) -> bool:
    """Whether a member lets this be done."""
    found = coalition.store.record(Consents, member_id)
    said = None if found is None else in_force(found.record).get(purpose)
    return said is not None and said.given


def erased_consents(coalition: Coalition, member_id: str) -> RecordPut:
    """What takes from a member all that it ever said."""
    found = coalition.store.record(Consents, member_id)
    return RecordPut(member_id, Consents(), 0 if found is None else found.version)


def _check_room(known: Consents, actor: Actor | System) -> None:
    """Room is kept for taking each purpose back: that is never refused."""
    most = STATEMENTS_MAX if isinstance(actor, MemberActor) else OTHERS_MAX
    if len(known.statements) >= most - len(PURPOSES):
        raise Refused(
            Code.LIMIT_EXCEEDED, "the member's consents were changed too often", "memberId"
        )
