"""What a CRM or a card calls a member: linked, looked up, blocked, replaced.

An id means one member within its scope: the partner that linked it, or the coalition, where an
operator linked it for all partners. The member's own list (`ExternalIds`) and the way back from
each id (`ExternalId`) are written together, so neither says what the other does not.
"""

import msgspec

from ledger.canonical import canonical
from ledger.names import digest
from loyalty.actors import CARE, Actor, MemberActor, PartnerActor, System
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.members import check_joined, the_member
from loyalty.ports import Commit, RecordPut, Versioned
from loyalty.records.members import ExternalId, ExternalIds, Link
from loyalty.refusals import Code, Refused
from loyalty.texts import check_label, check_text

EXTERNAL_ID_MAX_CHARS = 128
# All of a member is erased in one commit.
LINKS_MAX = 64
LINKS_MAX_PARTNER = 8
COALITION = ""
"""The scope of what an operator links: every partner sees it."""


def link_external_id(
    coalition: Coalition, request: Request, member_id: str, system: str, external_id: str
) -> Answer:
    """From now on that id means this member. record: the member's id.

    A partner links ids for itself, an operator for every partner.
    """
    scope = _scope(request.actor)
    _check_names(system, external_id)

    def decide() -> Plan:
        _check_partner(coalition, request.actor)
        list_, links = _links_of(coalition, member_id)
        the_member(coalition, member_id, "memberId")
        place = place_of(scope, system, external_id)
        found = coalition.store.record(ExternalId, place)
        if found is not None and found.record.member == member_id:
            return Plan(Answer(record=member_id), Commit(()))
        _check_free(found, "externalId")
        _check_room(links, scope)
        link = Link(scope, system, external_id, coalition.now())
        puts = (
            RecordPut(place, ExternalId(member=member_id), _version(found)),
            RecordPut(member_id, ExternalIds(links=(*links, link)), _version(list_)),
        )
        return Plan(Answer(record=member_id), Commit((), records=puts))

    return carry_out(coalition, request, decide, operators=CARE)


def unlink_external_id(
    coalition: Coalition, request: Request, system: str, external_id: str
) -> Answer:
    """That id means nobody any more, and can be linked anew. record: whom it meant."""
    scope = _scope(request.actor)
    _check_names(system, external_id)

    def decide() -> Plan:
        _check_partner(coalition, request.actor)
        place = place_of(scope, system, external_id)
        found = coalition.store.record(ExternalId, place)
        if found is None or not found.record.member:
            raise Refused(Code.NOT_FOUND, "it is linked to nobody here", "externalId")
        member = found.record.member
        puts = _ended(coalition, member, scope, system, external_id, "")
        return Plan(Answer(record=member), Commit((), records=puts))

    return carry_out(coalition, request, decide, operators=CARE)


def block_card(
    coalition: Coalition, request: Request, system: str, card: str, new_card: str | None
) -> Answer:
    """A lost card finds nobody any more, for good; a new one finds who had it. record: the member.

    A partner blocks its own and the coalition's cards, an operator the coalition's. A member blocks
    any of its own; a new card it gets from somebody who can see whom it is given to.
    """
    _check_names(system, card, "cardNumber")
    if new_card is not None:
        check_text(new_card, EXTERNAL_ID_MAX_CHARS, "newCardNumber")
        if isinstance(request.actor, MemberActor):
            raise Refused(
                Code.NOT_PERMITTED, "a partner or an operator gives a new card", "newCardNumber"
            )

    def decide() -> Plan:
        _check_partner(coalition, request.actor)
        scope, member = _card_of(coalition, request.actor, system, card)
        puts = _ended(coalition, member, scope, system, card, coalition.now())
        if new_card is not None:
            puts = (*puts[:-1], *_moved_on(coalition, puts[-1], scope, system, new_card))
        news = (News("card.blocked", member, {"system": system}),)
        return Plan(Answer(record=member, news=news), Commit((), records=puts))

    return carry_out(coalition, request, decide, operators=CARE)


def member_by_external_id(
    coalition: Coalition, actor: Actor, system: str, external_id: str
) -> str | None:
    """Whom an id means to this actor: a partner's own ids first, then the coalition's.

    None for what means nobody, and to a member, who looks nobody up.
    """
    try:
        _check_partner(coalition, actor)
        _check_names(system, external_id)
    except Refused:
        return None
    if isinstance(actor, MemberActor):
        return None
    places = [place_of(scope, system, external_id) for scope in _scopes(actor)]
    found = coalition.store.records(ExternalId, places)
    known = [found[place].record for place in places if place in found]
    # A blocked card of the partner's own does not find whoever has one like it elsewhere.
    return next((each.member or None for each in known if each.member or each.blocked_at), None)


def may_see_link(actor: Actor, link: Link) -> bool:
    """A partner sees its own and the coalition's."""
    return not isinstance(actor, PartnerActor) or link.scope in (actor.id, COALITION)


def place_of(scope: str, system: str, external_id: str) -> str:
    """What an ExternalId is kept under: it can be found by who knows the id, and not read."""
    return digest(canonical([scope, system, external_id]))


def erased_links(coalition: Coalition, member_id: str) -> tuple[RecordPut, ...]:
    """What takes all of a member's ids from it."""
    list_, links = _links_of(coalition, member_id)
    places = [place_of(link.scope, link.system, link.id) for link in links]
    found = coalition.store.records(ExternalId, places)
    return (
        *(RecordPut(place, ExternalId(), found[place].version) for place in places),
        RecordPut(member_id, ExternalIds(), _version(list_)),
    )


def _scope(actor: Actor | System) -> str:
    if isinstance(actor, MemberActor):
        raise Refused(Code.NOT_PERMITTED, "a partner or an operator does this")
    return actor.id if isinstance(actor, PartnerActor) else COALITION


def _scopes(actor: Actor | System) -> tuple[str, ...]:
    """Where this actor looks ids up."""
    return (actor.id, COALITION) if isinstance(actor, PartnerActor) else (COALITION,)


def _check_partner(coalition: Coalition, actor: Actor | System) -> None:
    if isinstance(actor, PartnerActor):
        check_joined(coalition.governance(), actor, coalition.now())


def _check_names(system: str, external_id: str, field: str = "externalId") -> None:
    check_label(system, "system")
    check_text(external_id, EXTERNAL_ID_MAX_CHARS, field)


def _check_free(found: Versioned[ExternalId] | None, field: str) -> None:
    """It means nobody, and is not blocked. Whom it means is not said."""
    if found is not None and found.record.blocked_at:
        raise Refused(Code.NOT_ELIGIBLE, f"it was blocked {found.record.blocked_at}", field)
    if found is not None and found.record.member:
        raise Refused(Code.ALREADY_EXISTS, "it is another member's: unlink it there first", field)


def _check_room(links: tuple[Link, ...], scope: str) -> None:
    own = sum(link.scope == scope for link in links)
    if own >= LINKS_MAX_PARTNER or len(links) >= LINKS_MAX:
        raise Refused(
            Code.LIMIT_EXCEEDED,
            f"a member has at most {LINKS_MAX_PARTNER} ids of one partner and {LINKS_MAX} in all: "
            "unlink one",
            "externalId",
        )


def _links_of(
    coalition: Coalition, member_id: str
) -> tuple[Versioned[ExternalIds] | None, tuple[Link, ...]]:
    """A member's list. To be read before the member: who is forgotten meanwhile moves it."""
    found = coalition.store.record(ExternalIds, member_id)
    return found, () if found is None else found.record.links


def _card_of(
    coalition: Coalition, actor: Actor | System, system: str, card: str
) -> tuple[str, str]:
    """The scope of a card that this actor may block, and whose it is. Raises Refused."""
    if isinstance(actor, MemberActor):
        _, links = _links_of(coalition, actor.id)
        for link in links:
            if (link.system, link.id) == (system, card):
                return link.scope, actor.id
        raise _no_card()
    for scope in _scopes(actor):
        found = coalition.store.record(ExternalId, place_of(scope, system, card))
        if found is not None and found.record.blocked_at:
            _check_free(found, "cardNumber")
        if found is not None and found.record.member:
            return scope, found.record.member
    raise _no_card()


def _no_card() -> Refused:
    return Refused(Code.NOT_FOUND, "there is no such card", "cardNumber")


def _ended(
    coalition: Coalition, member: str, scope: str, system: str, external_id: str, blocked_at: str
) -> tuple[RecordPut, ...]:
    """What takes an id from a member; the member's list comes last."""
    list_, links = _links_of(coalition, member)
    left = tuple(
        link for link in links if (link.scope, link.system, link.id) != (scope, system, external_id)
    )
    place = place_of(scope, system, external_id)
    found = coalition.store.record(ExternalId, place)
    return (
        RecordPut(place, ExternalId(blocked_at=blocked_at), _version(found)),
        RecordPut(member, ExternalIds(links=left), _version(list_)),
    )


def _moved_on(
    coalition: Coalition, list_: RecordPut, scope: str, system: str, new_card: str
) -> tuple[RecordPut, ...]:
    """What gives the owner of this list a new card."""
    place = place_of(scope, system, new_card)
    found = coalition.store.record(ExternalId, place)
    _check_free(found, "newCardNumber")
    links = list_.record.links  # type: ignore[attr-defined]
    link = Link(scope, system, new_card, coalition.now())
    changed = msgspec.structs.replace(list_.record, links=(*links, link))
    return (
        RecordPut(place, ExternalId(member=list_.id), _version(found)),
        list_._replace(record=changed),
    )


def _version(found: Versioned[ExternalId] | Versioned[ExternalIds] | None) -> int:
    return 0 if found is None else found.version
