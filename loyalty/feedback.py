"""What members say of partners after an order, and who followed it up.

A feedback is open until somebody has followed it up; to be assigned is not to be followed up. What
was written stands apart, with its member (`Words`), so that all of it can be erased at once and the
figures stay.
"""

from typing import NamedTuple

import msgspec

from ledger.entries import read_entry
from ledger.errors import shown
from ledger.names import PartnerId, TransactionId
from ledger.tx import read_tx
from loyalty.actors import CARE, Actor, MemberActor, Operator, PartnerActor, System
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.members import check_joined, the_member
from loyalty.open_feedback import one_followed_up, one_more, place_of
from loyalty.ports import Commit, RecordPut
from loyalty.profiles import check_serves
from loyalty.records.feedback import Feedback, FeedbackOfMember, Said, Words
from loyalty.records.members import Member
from loyalty.refusals import Code, Refused
from loyalty.texts import check_text

SCORE_MAX = 10
TEXT_MAX_CHARS = 1_000
ASSIGNEE_MAX_CHARS = 64
WORDS_PAGE = 25
# All that a member wrote is erased in one commit.
MEMBER_MAX = 600


class Given(NamedTuple):
    """What a member says. score: 0 to 10; transaction: of the order that it is about."""

    member: str
    partner: str
    score: int
    text: str | None
    transaction: str | None


def give_feedback(coalition: Coalition, request: Request, given: Given) -> Answer:
    """Keeps a feedback, which is open then. record: its id.

    A member gives its own, a partner that of a member for itself: asked at the till, say.
    """
    if isinstance(request.actor, Operator):
        raise Refused(Code.NOT_PERMITTED, "a member or the partner gives a feedback")
    if isinstance(request.actor, PartnerActor) and request.actor.id != given.partner:
        raise Refused(Code.NOT_PERMITTED, "a partner takes feedback for itself", "partnerId")
    if not 0 <= given.score <= SCORE_MAX:
        raise Refused(Code.INVALID_INPUT, f"0 to {SCORE_MAX}, not {shown(given.score)}", "score")
    if given.text is not None:
        check_text(given.text, TEXT_MAX_CHARS, "text")

    def decide() -> Plan:
        check_serves(coalition, request, given.member)
        _check_partner(coalition, given.partner)
        # Before the member: who is forgotten meanwhile moves it.
        of_member, words = _words_of(coalition, request.actor, given.member)
        member = the_member(coalition, given.member, "memberId").record
        if given.transaction is not None:
            _check_order(coalition, member, given.partner, given.transaction)
        place, counted = one_more(coalition, given.partner)
        said = Said(text=given.text or "")
        puts = (*counted, of_member, *_written(coalition, words, place.id, said))
        feedback = Feedback(
            partner=PartnerId(given.partner),
            number=place.number,
            member=given.member,
            score=given.score,
            given_at=coalition.now(),
            by=request.actor.party,
            words=words,
            transaction=given.transaction or "",
        )
        news = _news("received", given.member, place.id, given.partner, score=given.score)
        answer = Answer(record=place.id, news=news)
        return Plan(answer, Commit((), records=(RecordPut(place.id, feedback), *puts)))

    return carry_out(coalition, request, decide)


def assign_feedback(coalition: Coalition, request: Request, id_: str, to: str) -> Answer:
    """Says who sees to an open feedback: a desk, a colleague. Again: to another. record: its id."""
    _check_not_member(request.actor)
    check_text(to, ASSIGNEE_MAX_CHARS, "assignee")

    def decide() -> Plan:
        found, version = _open(coalition, request.actor, id_)
        changed = msgspec.structs.replace(found, assigned_to=to, assigned_at=coalition.now())
        return Plan(Answer(record=id_), Commit((), records=(RecordPut(id_, changed, version),)))

    return carry_out(coalition, request, decide, operators=CARE)


def follow_up_feedback(coalition: Coalition, request: Request, id_: str, note: str) -> Answer:
    """Somebody has answered the member, or seen to what it said: the loop is closed, once.

    record: the feedback's id; note: what was done, for the partner's own eyes and operators'.
    """
    _check_not_member(request.actor)
    check_text(note, TEXT_MAX_CHARS, "note")

    def decide() -> Plan:
        found, version = _open(coalition, request.actor, id_)
        changed = msgspec.structs.replace(
            found, followed_up_at=coalition.now(), followed_up_by=request.actor.party
        )
        puts = (
            RecordPut(id_, changed, version),
            *one_followed_up(coalition, place_of(id_)),
            *_written(coalition, found.words, id_, Said(note=note)),
        )
        news = _news("followed_up", found.member, id_, found.partner)
        return Plan(Answer(record=id_, news=news), Commit((), records=puts))

    return carry_out(coalition, request, decide, operators=CARE)


def may_see_feedback(coalition: Coalition, actor: Actor, feedback: Feedback) -> bool:
    """Its member, its partner and operators."""
    if isinstance(actor, MemberActor):
        return actor.id == feedback.member
    return isinstance(actor, Operator) or may_list(coalition, actor, feedback.partner)


def may_list(coalition: Coalition, actor: Actor, partner: str) -> bool:
    """A partner lists its own feedbacks while it is joined, operators any."""
    if isinstance(actor, PartnerActor):
        joined = coalition.governance().joined(actor.id, coalition.now())
        return joined and actor.id == partner
    return isinstance(actor, Operator)


def given_by(
    coalition: Coalition, member_id: str, before: int | None, limit: int
) -> list[tuple[int, str]]:
    """A member's feedbacks, the newest first, below the one counted `before`: count and id."""
    found = coalition.store.record(FeedbackOfMember, member_id)
    given = 0 if found is None else found.record.given
    end = given if before is None else min(given, before)
    listed = []
    for count in range(end - 1, max(end - limit, 0) - 1, -1):
        listed.append((count, _words_id(member_id, count // WORDS_PAGE)))
    pages = coalition.store.records(Words, {page for _, page in listed})
    written = {id_: list(row.record.said) for id_, row in pages.items()}
    return [(count, written[id_][count % WORDS_PAGE]) for count, id_ in listed]


def erased_words(coalition: Coalition, member_id: str) -> tuple[RecordPut, ...]:
    """What takes from a member all that was written in its feedbacks."""
    found = coalition.store.record(FeedbackOfMember, member_id)
    given, version = (0, 0) if found is None else (found.record.given, found.version)
    ids = [_words_id(member_id, page) for page in range(-(-given // WORDS_PAGE))]
    pages = coalition.store.records(Words, ids)
    # Which they were stays: nothing is left of what they said.
    erased = (
        RecordPut(id_, Words(said=dict.fromkeys(row.record.said, Said())), row.version)
        for id_, row in pages.items()
    )
    return (RecordPut(member_id, FeedbackOfMember(given=given), version), *erased)


def _news(what: str, member: str, id_: str, partner: str, **more: int) -> tuple[News]:
    return (News(f"feedback.{what}", member, {"feedback": id_, "partner": partner, **more}),)


def _check_not_member(actor: Actor | System) -> None:
    if isinstance(actor, MemberActor):
        raise Refused(Code.NOT_PERMITTED, "the partner or an operator follows a feedback up")


def _check_partner(coalition: Coalition, partner: str) -> None:
    if not coalition.governance().joined(partner, coalition.now()):
        raise Refused(Code.NOT_FOUND, f"there is no partner {shown(partner[:64])}", "partnerId")


def _check_order(coalition: Coalition, member: Member, partner: str, id_: str) -> None:
    """A transaction of this member's at this partner. Raises Refused."""
    found = coalition.store.transactions([TransactionId(id_)]).get(TransactionId(id_))
    if found is not None and found.entry is not None:
        tx = read_tx(read_entry(found.entry).body)
        own = {link.wallet for link in tx.chains} & set(member.wallets.values())
        prefix = f"partner:{partner}:"
        if own and any(row.account.startswith(prefix) for row in tx.postings):
            return
    raise Refused(
        Code.NOT_FOUND, "the member has no such transaction at the partner", "transactionId"
    )


def _open(coalition: Coalition, actor: Actor | System, id_: str) -> tuple[Feedback, int]:
    """A feedback that this actor may follow up and nobody has. Raises Refused."""
    if isinstance(actor, PartnerActor):
        check_joined(coalition.governance(), actor, coalition.now())
    found = coalition.store.record(Feedback, id_)
    if found is None or not (isinstance(actor, Operator) or found.record.partner == actor.id):
        raise Refused(Code.NOT_FOUND, "there is no such feedback here", "feedbackId")
    if found.record.followed_up_at:
        raise Refused(
            Code.ALREADY_EXISTS,
            f"it was followed up {found.record.followed_up_at}",
            "feedbackId",
        )
    return found


def _words_of(coalition: Coalition, actor: Actor | System, member: str) -> tuple[RecordPut, str]:
    """What counts one feedback more of a member, and the id of the Words that it is written in."""
    found = coalition.store.record(FeedbackOfMember, member)
    given, version = (0, 0) if found is None else (found.record.given, found.version)
    # From the half on the member alone gives them: no partner takes its word from it.
    most = MEMBER_MAX if isinstance(actor, MemberActor) else MEMBER_MAX // 2
    if given >= most:
        raise Refused(Code.LIMIT_EXCEEDED, f"a member gives {most} feedbacks at most", "memberId")
    put = RecordPut(member, FeedbackOfMember(given=given + 1), version)
    return put, _words_id(member, given // WORDS_PAGE)


def _words_id(member: str, page: int) -> str:
    return f"{member}/{page}"


def _written(coalition: Coalition, words: str, id_: str, said: Said) -> tuple[RecordPut, ...]:
    """What adds words to those of a feedback."""
    found = coalition.store.record(Words, words)
    known, version = (Words(), 0) if found is None else found
    before = known.said.get(id_, Said())
    both = Said(text=said.text or before.text, note=said.note or before.note)
    return (RecordPut(words, Words(said={**known.said, id_: both}), version),)
