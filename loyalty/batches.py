"""A till's offline orders, sent together: each is taken once, and a bad one keeps none out.

An order is known by its receipt: its idempotency key is `receipt-<reference>`, so that whichever
way it comes, in this batch or another or by `record_purchase`, it is the same request and has one
effect. A till without a line signs each order when it is paid, as it would sign a purchase.

What came of a batch is kept under its own request, which answers the same ever after: an order that
was refused goes, mended, into another batch.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ledger.errors import RuleBroken
from ledger.names import transaction_id
from loyalty.actors import PartnerActor
from loyalty.authority import Signature, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, answered, carry_out, request_of
from loyalty.external_ids import member_by_external_id
from loyalty.members import check_joined
from loyalty.ports import Commit, RecordPut
from loyalty.purchases import Basket, record_purchase
from loyalty.records.orders import OrderTaken, PurchaseBatch
from loyalty.refusals import Code, Refused

ORDERS_MAX = 100
is_reference = re.compile(r"[\x21-\x7e]{1,64}\Z").match


class Card(NamedTuple):
    """What a till read, where it does not know the member."""

    system: str
    number: str


class TillOrder(NamedTuple):
    """One purchase of a till's. asked: the JSON value that its signature is over.

    Of member and card one is there; member is empty for what is no member's id.
    """

    asked: Mapping[str, object]
    idempotency_key: str
    reference: str
    member: str | None
    card: Card | None
    basket: Basket
    signature: Signature | None


def key_of(reference: str) -> str:
    """The idempotency key of the order with that receipt."""
    return f"receipt-{reference}"


def record_purchases(
    coalition: Coalition, request: Request, orders: Sequence[TillOrder], mutation: str
) -> tuple[OrderTaken, ...]:
    """Takes each order of a batch, and says in its place what came of it.

    mutation: whose input an order is, had it been sent by itself. Raises Refused for the batch:
    what was taken of it is taken, and the same batch sent again goes on from there.
    """
    partner = require_partner(request.actor)
    taken: list[OrderTaken] = []

    def decide() -> Plan:
        check_joined(coalition.governance(), partner, coalition.now())
        if not 1 <= len(orders) <= ORDERS_MAX:
            raise Refused(
                Code.LIMIT_EXCEEDED,
                f"1 to {ORDERS_MAX} orders a batch, not {len(orders)}",
                "orders",
            )
        if coalition.store.transactions([request.id]):
            # Answered again by `carry_out`: what was refused then is not tried anew now.
            raise Refused(Code.ALREADY_EXISTS, "the batch was taken", "idempotencyKey")
        if not taken:
            taken.extend(_Till(coalition, partner, orders, mutation).all_taken())
        put = RecordPut(request.id, PurchaseBatch(orders=tuple(taken)))
        return Plan(Answer(record=request.id), Commit((), records=(put,)))

    answer = carry_out(coalition, request, decide)
    kept = coalition.store.record(PurchaseBatch, answer.record)
    return () if kept is None else kept.record.orders


class _Till:
    """The orders of a batch, and which of them were sent before."""

    def __init__(
        self,
        coalition: Coalition,
        partner: PartnerActor,
        orders: Sequence[TillOrder],
        mutation: str,
    ) -> None:
        self._coalition = coalition
        self._partner = partner
        self._orders = orders
        self._mutation = mutation
        ids = {
            transaction_id(partner.party, key_of(order.reference))
            for order in orders
            if is_reference(order.reference)
        }
        # In one read: most of a batch that is sent again was taken.
        self._before = set(coalition.store.transactions(ids))

    def all_taken(self) -> list[OrderTaken]:
        """What came of each order. Raises RuleBroken for what somebody did to a row, once all that
        rest on others are taken: the batch goes on from there when operators have mended it."""
        taken, broken = [], None
        for number in range(len(self._orders)):
            try:
                taken.append(self.taken(number))
            except RuleBroken as its:
                broken = broken or its
        if broken is not None:
            raise broken
        return taken

    def taken(self, number: int) -> OrderTaken:
        """What came of an order. Raises Refused if it is worth sending again as it is."""
        order = self._orders[number]
        try:
            _check(order)
            request = request_of(self._partner, order.idempotency_key, order.asked, self._mutation)
            answer = answered(self._coalition, request) if request.id in self._before else None
            answer = answer or _recorded(self._coalition, self._partner, request, order)
        except Refused as refused:
            if refused.code is Code.CONTENDED:
                raise
            path = ("orders", str(number), *refused.field)
            return OrderTaken(code=refused.code.value, message=refused.message, field=path)
        own = (request.id,) if answer.entered else ()
        return OrderTaken(transactions=(*own, *answer.further))


def _check(order: TillOrder) -> None:
    if not is_reference(order.reference):
        raise Refused(
            Code.INVALID_INPUT,
            "a receipt's reference is 1 to 64 printable ASCII characters without spaces",
            "reference",
        )
    key = key_of(order.reference)
    if order.idempotency_key != key:
        raise Refused(Code.INVALID_INPUT, f"it is {key} for this order", "idempotencyKey")
    if (order.member is None) == (order.card is None):
        raise Refused(Code.INVALID_INPUT, "a member or a card, one of them", "memberId")


def _recorded(
    coalition: Coalition, partner: PartnerActor, request: Request, order: TillOrder
) -> Answer:
    member = order.member
    if order.card is not None:
        member = member_by_external_id(coalition, partner, *order.card)
    try:
        # Of nobody too: it may have been taken before the card was blocked.
        return record_purchase(
            coalition, request, member or "", order.basket, order.reference, order.signature
        ).answer
    except Refused as refused:
        if order.card is None or refused.field != ("memberId",):
            raise
        # Without its number: what is kept of a batch is not erased with a member.
        raise Refused(Code.NOT_FOUND, "the card is nobody's here", "card") from None
