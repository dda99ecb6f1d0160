"""Gift cards: value is paid for, stored on a card, and pays wherever the programme says.

A card is a wallet that belongs to whoever has the card and its code, until a member claims it.
"""

from datetime import date
from typing import NamedTuple

import msgspec

from ledger.errors import PointsMissing, RuleBroken, shown
from ledger.kinds import earn, redeem
from ledger.names import CurrencyCode, Hash, PartnerId, day_of, is_base32_id
from loyalty.actors import CARE, Actor, MemberActor, Operator, PartnerActor, System
from loyalty.authority import Signature, authority, require_member, require_partner
from loyalty.coalition import Coalition
from loyalty.combining import Moves
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.gift_card_codes import check_code, new_code
from loyalty.gift_card_rules import GiftCardRules
from loyalty.members import check_joined, may_see_member, the_member
from loyalty.ports import Commit, RecordPut, Versioned
from loyalty.programmes import Programme
from loyalty.records.gift_cards import GiftCard
from loyalty.records.members import WalletOwner
from loyalty.refusals import Code, Refused
from loyalty.texts import check_amount, check_text
from loyalty.writing import Draft, refuse

CLAIMED_MAX = 50
"""Cards of one member."""


class Issued(NamedTuple):
    """code: the card's secret, which is told once; None if the request was answered before, and for
    operators."""

    answer: Answer
    code: str | None


class _Selling(NamedTuple):
    """By what a card is sold and taken."""

    rule: Hash
    programme: Programme
    cards: GiftCardRules

    @property
    def currency(self) -> CurrencyCode:
        return self.programme.points_currency


def issue_gift_card(
    coalition: Coalition,
    request: Request,
    programme: str,
    points: int,
    signature: Signature | None,
) -> Issued:
    """A partner sells a card with that value on it. record: the card's id."""
    partner = require_partner(request.actor).id
    check_amount(points, "points")
    codes: list[tuple[Plan, str]] = []

    def decide() -> Plan:
        selling = _selling(coalition, programme, "programmeId")
        id_, wallet = coalition.new_id(), coalition.new_id()
        code, salt, hashed = new_code(coalition)
        draft = Draft(coalition, coalition.governance(), {})
        draft.open(wallet, selling.currency)
        card = GiftCard(
            programme=programme,
            currency=selling.currency,
            wallet=wallet,
            issuer=PartnerId(partner),
            salt=salt,
            code_hash=hashed,
        )
        _load(draft, request, selling, card, points, signature)
        owner = WalletOwner(member="", currency=selling.currency, card=id_)
        records = (RecordPut(id_, card), RecordPut(wallet, owner))
        plan = draft.plan(request.id, record=id_, records=records)
        codes.append((plan, code))
        return plan

    answer = carry_out(coalition, request, decide)
    return Issued(answer, _told(codes, answer))


def top_up_gift_card(
    coalition: Coalition, request: Request, card_id: str, points: int, signature: Signature | None
) -> Answer:
    """A partner that sells cards puts more value on one. record: the card's id."""
    partner = require_partner(request.actor)
    check_amount(points, "points")

    def decide() -> Plan:
        # Before the card: one that has left is not told which there are.
        check_joined(coalition.governance(), partner, coalition.now())
        card, _ = _the_card(coalition, card_id)
        selling = _selling(coalition, card.programme, "giftCardId")
        draft = _draft(coalition, card)
        _load(draft, request, selling, card, points, signature)
        return draft.plan(request.id, record=card_id)

    return carry_out(coalition, request, decide)


class Payment(NamedTuple):
    """What is paid with a card: a part of its value, or all. code: the card's secret."""

    card: str
    code: str
    points: int
    reference: str


def pay_with_gift_card(
    coalition: Coalition, request: Request, payment: Payment, signature: Signature | None
) -> Answer:
    """Any amount up to the balance, at a partner that takes the cards. record: the card's id.

    Several cards and other money may pay one bill: each is a payment of its own.
    """
    actor = require_partner(request.actor)
    partner = actor.id
    check_amount(payment.points, "points")
    check_text(payment.reference, 64, "orderReference")

    def decide() -> Plan:
        check_joined(coalition.governance(), actor, coalition.now())
        card, version = _the_card(coalition, payment.card)
        selling = _selling(coalition, card.programme, "giftCardId")
        if partner not in selling.cards.taken_at:
            raise Refused(Code.NOT_PERMITTED, "these cards do not pay here", "giftCardId")
        check_code(coalition, payment.card, Versioned(card, version), payment.code)
        draft = _draft(coalition, card)
        by = authority(draft.governance, request, "redeem", draft.at, signature)
        detail = {"reference": payment.reference}
        try:
            draft.expire_lapsed(card.wallet)
            effect = redeem(draft.wallet(card.wallet), partner, payment.points, draft.at)
            draft.add(request.id, "redeem", effect, by, rule=selling.rule, detail=detail)
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "points") from None
        return draft.plan(
            request.id, record=payment.card, records=_forgiven(payment.card, card, version)
        )

    return carry_out(coalition, request, decide)


def claim_gift_card(coalition: Coalition, request: Request, card_id: str, code: str) -> Answer:
    """Who has the card and its code makes it its own, to see it and to replace it when it is lost.

    It pays as before. record: the card's id.
    """
    id_ = require_member(request.actor).id

    def decide() -> Plan:
        card, version = _the_card(coalition, card_id)
        found = the_member(coalition, id_)
        check_code(coalition, card_id, Versioned(card, version), code)
        if card.member:
            raise Refused(Code.ALREADY_EXISTS, "a member has claimed this card", "giftCardId")
        if len(found.record.gift_cards) >= CLAIMED_MAX:
            raise Refused(Code.LIMIT_EXCEEDED, f"a member has at most {CLAIMED_MAX}", "giftCardId")
        cards = (*found.record.gift_cards, card_id)
        member = msgspec.structs.replace(found.record, gift_cards=cards)
        owner = coalition.store.record(WalletOwner, card.wallet)
        claimed = msgspec.structs.replace(card, member=id_, wrong=0)
        records = [RecordPut(id_, member, found.version), RecordPut(card_id, claimed, version)]
        if owner is not None:
            own = msgspec.structs.replace(owner.record, member=id_)
            records.append(RecordPut(card.wallet, own, owner.version))
        return Plan(Answer(record=card_id), Commit((), records=tuple(records)))

    return carry_out(coalition, request, decide)


def replace_gift_card(
    coalition: Coalition, request: Request, card_id: str, reason: str, signature: Signature | None
) -> Issued:
    """A lost card is blocked for good, and all its value is on a new one. record: the new one's id.

    By the partner that sold it, an operator, or the member who claimed it. An operator is told no
    code, which pays: the new card pays once one of the others has replaced it in turn.
    """
    check_text(reason, 64, "reason")
    codes: list[tuple[Plan, str]] = []

    def decide() -> Plan:
        card, version = _the_card(coalition, card_id, request.actor)
        currency = CurrencyCode(card.currency)
        new_id, wallet = coalition.new_id(), coalition.new_id()
        code, salt, hashed = new_code(coalition)
        draft = _draft(coalition, card)
        draft.open(wallet, currency)
        by = authority(draft.governance, request, "transfer", draft.at, signature)
        draft.expire_lapsed(card.wallet)
        balance = draft.wallet(card.wallet).balances.available
        Moves(draft, request, by).move(card.wallet, wallet, balance)
        draft.close(card.wallet)
        new = msgspec.structs.replace(
            card, wallet=wallet, salt=salt, code_hash=hashed, wrong=0, locked_until=""
        )
        owner = WalletOwner(member=card.member, currency=currency, card=new_id)
        lost = msgspec.structs.replace(card, replaced_by=new_id, replaced_because=reason)
        records = [
            RecordPut(card_id, lost, version),
            RecordPut(new_id, new),
        ]
        old = coalition.store.record(WalletOwner, card.wallet)
        if old is not None:
            moved = msgspec.structs.replace(old.record, moved_to=wallet)
            records.append(RecordPut(card.wallet, moved, old.version))
        records += [RecordPut(wallet, owner), *_listed(coalition, card.member, card_id, new_id)]
        news = (News("gift_card.replaced", card.member, {"giftCard": card_id}),) * bool(card.member)
        plan = draft.plan(request.id, record=new_id, records=tuple(records), news=news)
        codes.append((plan, code))
        return plan

    answer = carry_out(coalition, request, decide, operators=CARE)
    told = None if isinstance(request.actor, Operator) else _told(codes, answer)
    return Issued(answer, told)


def may_see_gift_card(coalition: Coalition, actor: Actor, card: GiftCard) -> bool:
    """The member who claimed it, operators, and partners while they are joined."""
    return may_see_member(coalition, actor, card.member)


def _told(codes: list[tuple[Plan, str]], answer: Answer) -> str | None:
    return next((code for plan, code in codes if plan.answer is answer), None)


def _draft(coalition: Coalition, card: GiftCard) -> Draft:
    return Draft(coalition, coalition.governance(), {card.wallet: CurrencyCode(card.currency)})


def _selling(coalition: Coalition, programme: str, field: str) -> _Selling:
    """What a programme's newest version says of gift cards. Raises Refused."""
    rule = coalition.governance().latest.get(("programme", programme))
    if rule is None:
        raise Refused(Code.NOT_FOUND, f"there is no programme {shown(programme)}", field)
    found = coalition.version(rule).programme
    if found.gift_cards is None:
        raise Refused(Code.NOT_ELIGIBLE, "the programme has no gift cards", field)
    return _Selling(rule, found, found.gift_cards)


def _the_card(
    coalition: Coalition, id_: str, decider: Actor | System | None = None
) -> Versioned[GiftCard]:
    """A card that is not blocked; decider: who must be its issuer, its member or an operator.

    Raises Refused.
    """
    found = coalition.store.record(GiftCard, id_) if is_base32_id(id_) else None
    if found is None or not (decider is None or _decides(decider, found.record)):
        raise Refused(Code.NOT_FOUND, f"there is no card {shown(id_[:64])}", "giftCardId")
    if found.record.replaced_by:
        raise Refused(Code.NOT_ELIGIBLE, "the card is blocked: it was replaced", "giftCardId")
    return found


def _decides(actor: Actor | System, card: GiftCard) -> bool:
    if isinstance(actor, MemberActor):
        return actor.id == card.member
    if isinstance(actor, PartnerActor):
        return actor.id == card.issuer
    return isinstance(actor, Operator)


def _load(
    draft: Draft,
    request: Request,
    selling: _Selling,
    card: GiftCard,
    points: int,
    signature: Signature | None,
) -> None:
    """The entry that puts value on a card. Raises Refused."""
    partner = require_partner(request.actor).id
    cards = selling.cards
    if partner not in cards.issuers:
        raise Refused(Code.NOT_PERMITTED, f"{partner} does not sell these cards")
    by = authority(draft.governance, request, "earn", draft.at, signature)
    balance = draft.wallet(card.wallet).balances.available
    if not cards.load_min <= points <= cards.load_max or balance + points > cards.balance_max:
        raise Refused(
            Code.LIMIT_EXCEEDED,
            f"{cards.load_min} to {cards.load_max} at once, and at most {cards.balance_max} on a "
            f"card that has {balance}",
            "points",
        )
    expires = cards.expiry.expires(date.fromisoformat(day_of(draft.at)), "")
    try:
        effect = earn(draft.wallet(card.wallet), partner, points, draft.at, expires)
        draft.add(request.id, "earn", effect, by, rule=selling.rule)
    except RuleBroken as broken:
        raise refuse(broken, "points") from None


def _forgiven(id_: str, card: GiftCard, version: int) -> tuple[RecordPut, ...]:
    """Who knows the code has not guessed."""
    if not card.wrong:
        return ()
    return (RecordPut(id_, msgspec.structs.replace(card, wrong=0), version),)


def _listed(coalition: Coalition, member: str, old: str, new: str) -> tuple[RecordPut, ...]:
    """The member's list of cards, with the new one in the old one's place."""
    if not member:
        return ()
    found = the_member(coalition, member)
    cards = tuple(new if each == old else each for each in found.record.gift_cards)
    changed = msgspec.structs.replace(found.record, gift_cards=cards)
    return (RecordPut(member, changed, found.version),)
