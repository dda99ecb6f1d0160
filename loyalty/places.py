"""Who may have an offer now, and its places: each member takes one, and can give it back."""

from typing import NamedTuple

import msgspec

from ledger.errors import shown
from ledger.governance import Governance
from ledger.names import PartnerId, is_base32_id
from loyalty.actors import CARE, Actor, MemberActor, Operator, PartnerActor, System
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.members import present_id, the_member
from loyalty.offers import Offer
from loyalty.ports import Commit, RecordPut
from loyalty.records.places import Place, PlaceOf, PlacesTaken
from loyalty.refusals import Code, Refused
from loyalty.rules.orders import Miss


class Wanted(NamedTuple):
    """An offer of a programme, and the member who wants it; None: a guest."""

    programme: str
    offer: str
    member: str | None


class Verdict(NamedTuple):
    """Whether one may have an offer now. miss: why not; opens_at: the first moment for such a one,
    if it is stated; places_left: None where there is no end of them.
    """

    miss: Miss | None
    opens_at: str | None
    has_place: bool
    places_left: int | None


def may_buy(coalition: Coalition, actor: Actor, wanted: Wanted, product: str | None) -> Verdict:
    """For a shop's web site: whether a member, or a guest, may have an offer, or an article of it.

    A partner asks for its own offers, a member for itself or as a guest. Raises Refused.
    """
    offer = _find(coalition, coalition.governance(), wanted)
    _check_asker(actor, wanted, offer)
    held = wanted.member is not None and _has_place(coalition, wanted, wanted.member)
    left = None if offer.places is None else max(0, offer.places - _taken(coalition, wanted)[0])
    miss = _missed(coalition, offer, wanted.member is not None)
    if miss is None and product is not None and offer.products and product not in offer.products:
        miss = Miss("NO_ELIGIBLE_PRODUCT", "the offer is not about this article")
    if miss is None and left == 0 and not held:
        miss = Miss("OUT_OF_STOCK", f"all {offer.places} places are taken")
    return Verdict(miss, offer.opens_at(wanted.member is not None), held, left)


def take_place(coalition: Coalition, request: Request, wanted: Wanted) -> Answer:
    """A member takes one of an offer's places, or the offer's partner for it. record: the place."""
    member = str(wanted.member)

    def decide() -> Plan:
        governance = coalition.governance()
        offer = _find(coalition, governance, wanted)
        _check_asker(request.actor, wanted, offer)
        if offer.places is None:
            raise Refused(Code.NOT_ELIGIBLE, "the offer has no places to take", "offerId")
        has_place = _has_place(coalition, wanted, member)
        miss = _missed(coalition, offer, True)
        if miss is not None:
            raise Refused(Code.NOT_ELIGIBLE, miss.message, "offerId")
        held, replaces = _held(coalition, wanted)
        if held or has_place:
            raise Refused(Code.LIMIT_EXCEEDED, "a member has one place, and has it", "memberId")
        taken, version = _taken(coalition, wanted)
        if taken >= offer.places:
            raise Refused(Code.OUT_OF_STOCK, f"all {offer.places} places are taken", "offerId")
        id_ = coalition.new_id()
        place = Place(
            programme=wanted.programme,
            offer=offer.id,
            partner=PartnerId(offer.partner),
            member=member,
            taken_at=coalition.now(),
        )
        puts = (
            RecordPut(id_, place),
            RecordPut(_own_key(wanted), PlaceOf(place=id_), replaces),
            RecordPut(_key(wanted), PlacesTaken(taken=taken + 1), version),
        )
        return Plan(Answer(record=id_, news=_news("place.taken", place)), Commit((), records=puts))

    return carry_out(coalition, request, decide, operators=CARE)


def give_back_place(coalition: Coalition, request: Request, id_: str) -> Answer:
    """Its member gives a place back, or the offer's partner does: another can take it.

    record: the place.
    """

    def decide() -> Plan:
        found = coalition.store.record(Place, id_) if is_base32_id(id_) else None
        if found is None or not may_see_place(coalition, request.actor, found.record):
            raise Refused(Code.NOT_FOUND, "there is no such place", "placeId")
        if found.record.given_back_at:
            raise Refused(
                Code.NOT_ELIGIBLE, f"it was given back {found.record.given_back_at}", "placeId"
            )
        back = msgspec.structs.replace(found.record, given_back_at=coalition.now())
        wanted = Wanted(back.programme, back.offer, back.member)
        taken, version = _taken(coalition, wanted)
        puts = (
            RecordPut(id_, back, found.version),
            RecordPut(_own_key(wanted), PlaceOf(), _held(coalition, wanted)[1]),
            RecordPut(_key(wanted), PlacesTaken(taken=taken - 1), version),
        )
        news = _news("place.given_back", back)
        return Plan(Answer(record=id_, news=news), Commit((), records=puts))

    return carry_out(coalition, request, decide, operators=CARE)


def may_see_place(coalition: Coalition, actor: Actor | System, place: Place) -> bool:
    """Its member, also as whom it was merged into; the offer's partner, and operators."""
    if isinstance(actor, MemberActor):
        return actor.id == present_id(coalition, place.member)
    return isinstance(actor, Operator) or (
        isinstance(actor, PartnerActor) and actor.id == place.partner
    )


def _find(coalition: Coalition, governance: Governance, wanted: Wanted) -> Offer:
    rule = governance.latest.get(("programme", wanted.programme))
    if rule is None:
        raise Refused(
            Code.NOT_FOUND, f"there is no programme {shown(wanted.programme)}", "programmeId"
        )
    for offer in coalition.version(rule).programme.offers:
        if offer.id == wanted.offer:
            return offer
    raise Refused(
        Code.NOT_FOUND, f"the programme has no offer {shown(wanted.offer[:64])}", "offerId"
    )


def _missed(coalition: Coalition, offer: Offer, is_member: bool) -> Miss | None:
    now = coalition.now()
    if not coalition.governance().joined(offer.partner, now):
        return Miss("OFFER_OVER", "its partner is not one of the coalition now")
    return offer.missed(is_member, now)


def _check_asker(actor: Actor | System, wanted: Wanted, offer: Offer) -> None:
    if isinstance(actor, MemberActor) and wanted.member not in (None, actor.id):
        raise Refused(Code.NOT_FOUND, f"there is no member {shown(wanted.member)}", "memberId")
    if isinstance(actor, PartnerActor) and actor.id != offer.partner:
        raise Refused(Code.NOT_PERMITTED, "the offer is another partner's", "offerId")


def _key(wanted: Wanted) -> str:
    return f"{wanted.programme}/{wanted.offer}"


def _taken(coalition: Coalition, wanted: Wanted) -> tuple[int, int]:
    """How many places are taken, and the version of the record that says so."""
    found = coalition.store.record(PlacesTaken, _key(wanted))
    return (0, 0) if found is None else (found.record.taken, found.version)


def _own_key(wanted: Wanted) -> str:
    return f"{_key(wanted)}/{wanted.member}"


def _has_place(coalition: Coalition, wanted: Wanted, member: str) -> bool:
    """Whether the member has one, or those have that were merged into it. Raises Refused."""
    merged = the_member(coalition, member, "memberId").record.merged
    each = (wanted._replace(member=id_) for id_ in (member, *merged))
    return any(_held(coalition, one)[0] for one in each)


def _held(coalition: Coalition, wanted: Wanted) -> tuple[str, int]:
    """The id of the place that the member has, empty if it has none, and its record's version."""
    if wanted.member is None:
        return "", 0
    found = coalition.store.record(PlaceOf, _own_key(wanted))
    return ("", 0) if found is None else (found.record.place, found.version)


def _news(type_: str, place: Place) -> tuple[News, ...]:
    said = {"programme": place.programme, "offer": place.offer, "partner": place.partner}
    return (News(type_, place.member, said),)
