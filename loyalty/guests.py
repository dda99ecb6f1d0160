"""Orders of guests: kept without any points until a member claims one, by the code that the shop
gave the guest.

Nothing says who the guest was. What the claim earns is what the order would have earned on its day.
"""

from datetime import timedelta
from hmac import compare_digest

import msgspec

from ledger.errors import shown
from ledger.names import At, Hash, at_moment, at_text, digest
from loyalty.actors import Actor, Operator, PartnerActor, System
from loyalty.authority import Signature, authority, require_member, require_partner
from loyalty.awarding import Awarding, Considered, Recorded
from loyalty.coalition import Coalition
from loyalty.codes import read_code
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import check_joined
from loyalty.ports import Commit, RecordPut, Versioned
from loyalty.purchases import Basket, Purchase
from loyalty.records.orders import GuestOrder
from loyalty.refusals import Code, Refused
from loyalty.texts import check_text

CLAIM_WITHIN = timedelta(days=30)
CODE_CHARS = 16
"""80 random bits: nobody tries them all, not even on a copy of what is kept of one."""
_DISTINCT_CHARS = 6
_REFERENCE_MAX_CHARS = 64


def record_guest_order(
    coalition: Coalition,
    request: Request,
    basket: Basket,
    reference: str,
    code: str,
    signature: Signature | None,
) -> Answer:
    """A partner keeps a guest's order for whoever brings its code. record: until when.

    code: the shop's own random one, of which a digest is kept. The partner signs as it would the
    purchase: the points that the claim gives are its own.
    """
    partner = require_partner(request.actor).id
    check_text(reference, _REFERENCE_MAX_CHARS, "reference")
    typed = read_code(code, CODE_CHARS, "claimCode")
    if len(set(typed)) < _DISTINCT_CHARS:
        raise Refused(Code.INVALID_INPUT, "draw the code at random", "claimCode")

    def decide() -> Plan:
        now = coalition.now()
        Purchase(basket).check(now)
        governance = coalition.governance()
        check_joined(governance, PartnerActor(partner), now)
        authority(governance, request, "earn", At(max(now, governance.at)), signature)
        at = basket.purchased_at or now
        if not _in_time(at, now):
            raise Refused(
                Code.INVALID_INPUT,
                f"at most {CLAIM_WITHIN.days} days ago, or nobody could claim it",
                "purchasedAt",
            )
        key = _key(partner, reference)
        if coalition.store.record(GuestOrder, key) is not None:
            raise Refused(Code.ALREADY_EXISTS, "this order is kept already", "reference")
        put = RecordPut(key, _kept(basket, at, _digest(partner, reference, typed)))
        return Plan(Answer(record=claimable_until(at)), Commit((), records=(put,)))

    return carry_out(coalition, request, decide)


def claim_guest_order(
    coalition: Coalition, request: Request, seller: str, reference: str, code: str
) -> Recorded:
    """The member that asks gets what a guest's order would have earned it on its day, once."""
    member = require_member(request.actor).id
    check_text(reference, _REFERENCE_MAX_CHARS, "reference")
    typed = read_code(code, CODE_CHARS, "code")
    decided: list[tuple[Plan, tuple[Considered, ...]]] = []

    def decide() -> Plan:
        if seller not in coalition.governance().partners:
            raise Refused(Code.NOT_FOUND, f"there is no partner {shown(seller)}", "sellerId")
        found = _the_order(coalition, seller, reference, typed)
        order = found.record
        purchase = Purchase(_basket(order), reference)
        awarding = Awarding(coalition, request, seller, member, purchase)
        plan = awarding.plan(None)
        own = (request.id,) if plan.answer.entered else ()
        claimed = msgspec.structs.replace(
            order, claim=request.id, entries=(*own, *plan.answer.further), lines=()
        )
        put = RecordPut(_key(seller, reference), claimed, found.version)
        plan = plan._replace(commit=plan.commit._replace(records=(*plan.commit.records, put)))
        decided.append((plan, awarding.considered))
        return plan

    answer = carry_out(coalition, request, decide)
    own = next((considered for plan, considered in decided if plan.answer is answer), None)
    return Recorded(answer, own)


def cancel_guest_order(coalition: Coalition, request: Request, reference: str) -> Answer:
    """A guest's order came back before anyone claimed it: nobody can any more. record: when."""
    partner = require_partner(request.actor).id
    check_text(reference, _REFERENCE_MAX_CHARS, "reference")

    def decide() -> Plan:
        found = guest_order(coalition, request.actor, partner, reference)
        if found.record.claim:
            raise Refused(
                Code.NOT_ELIGIBLE,
                "a member has claimed it: take back its transactions, which `guestOrder` names",
                "reference",
            )
        if found.record.cancelled_at:
            raise Refused(Code.EXCEEDS_REMAINING, "it was cancelled already", "reference")
        now = coalition.now()
        cancelled = msgspec.structs.replace(found.record, cancelled_at=now, lines=())
        put = RecordPut(_key(partner, reference), cancelled, found.version)
        return Plan(Answer(record=now), Commit((), records=(put,)))

    return carry_out(coalition, request, decide)


def guest_order(
    coalition: Coalition, actor: Actor | System, seller: str, reference: str
) -> Versioned[GuestOrder]:
    """What is kept of an order, for the partner that sold and for operators. Raises Refused."""
    own = isinstance(actor, PartnerActor) and actor.id == seller
    found = None
    if own or isinstance(actor, Operator):
        found = coalition.store.record(GuestOrder, _key(seller, reference))
    if found is None:
        raise Refused(Code.NOT_FOUND, "no guest's order has this reference", "reference")
    return found


def claimable_until(at: str) -> str:
    """The last moment at which an order of that moment can be claimed."""
    return at_text(at_moment(at) + CLAIM_WITHIN)


def _the_order(
    coalition: Coalition, seller: str, reference: str, code: str
) -> Versioned[GuestOrder]:
    """One that can be claimed with this code now. Raises Refused.

    Without its code an order is not there: who guesses references learns nothing of them.
    """
    found = coalition.store.record(GuestOrder, _key(seller, reference))
    given = _digest(seller, reference, code)
    if found is None or not compare_digest(found.record.code, given):
        raise Refused(Code.NOT_FOUND, "no order has this reference and this code", "code")
    order = found.record
    if order.claim:
        raise Refused(Code.ALREADY_REDEEMED, "the order was claimed already", "code")
    if order.cancelled_at:
        raise Refused(Code.NOT_ELIGIBLE, f"it came back on {order.cancelled_at}", "code")
    if not _in_time(order.at, coalition.now()):
        raise Refused(
            Code.NOT_ELIGIBLE, f"it could be claimed until {claimable_until(order.at)}", "code"
        )
    return found


def _in_time(at: str, now: str) -> bool:
    return at_moment(now) - at_moment(at) <= CLAIM_WITHIN


def _kept(basket: Basket, at: str, code: Hash) -> GuestOrder:
    return GuestOrder(
        code=code,
        at=at,
        amount_minor=basket.amount_minor,
        money=basket.money,
        channel=basket.channel,
        store=basket.store,
        tender=basket.tender,
        lines=basket.lines,
    )


def _basket(order: GuestOrder) -> Basket:
    return Basket(
        order.amount_minor,
        order.money,
        order.at,
        order.channel,
        order.store,
        order.tender,
        order.lines,
    )


def _digest(partner: str, reference: str, code: str) -> Hash:
    """Of a code for one order: what fits one fits no other."""
    return digest(f"tallystick/claim/v1\n{partner}\n{reference}\n{code}".encode())


def _key(partner: str, reference: str) -> str:
    return f"{partner}/{digest(reference.encode())}"
