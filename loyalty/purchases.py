"""A purchase: what was bought, where, and when."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from ledger.canonical import canonical
from ledger.errors import shown
from ledger.names import At, digest
from loyalty.actors import Actor, PartnerActor
from loyalty.authority import Signature
from loyalty.awarding import Considered, Recorded, considered_by, recorded
from loyalty.coalition import Coalition
from loyalty.committing import Request
from loyalty.members import may_see_member, the_member
from loyalty.refusals import Code, Refused
from loyalty.rules.counts import Tally
from loyalty.rules.orders import Line, Order
from loyalty.set_aside import receiving
from loyalty.spending import account_kinds
from loyalty.tallies import read_tallies
from loyalty.texts import check_amount, check_label, check_moment, check_text

LINES_MAX = 500
QUANTITY_MAX = 100_000
_MONEY = re.compile(r"[A-Z]{3}\Z")


class Basket(NamedTuple):
    """What was bought, where and when. amount_minor: in minor units of `money`, an ISO 4217 code.

    purchased_at: now, if absent; channel, store, tender: empty if the partner does not say; lines:
    those that it lists, which need not be all.
    """

    amount_minor: int
    money: str
    purchased_at: str | None = None
    channel: str = ""
    store: str = ""
    tender: str = ""
    lines: tuple[Line, ...] = ()


class Purchase:
    """What was bought. reference: the partner's own, e.g. a receipt's number."""

    field = "amount"

    def __init__(self, basket: Basket, reference: str | None = None) -> None:
        self._basket = basket
        self._reference = reference

    @property
    def moment(self) -> str | None:
        return self._basket.purchased_at

    def check(self, now: At) -> None:
        check_basket(self._basket)
        if self._basket.purchased_at is not None:
            check_moment(self._basket.purchased_at, now, "purchasedAt")
        if self._reference is not None:
            check_text(self._reference, 64, "reference")

    def order(self, partner: str, at: At) -> Order:
        return order_of(partner, self._basket, at)

    def detail(self) -> dict[str, object]:
        return _detail(self._basket, self._reference)


def record_purchase(
    coalition: Coalition,
    request: Request,
    member_id: str,
    basket: Basket,
    reference: str | None,
    signature: Signature | None,
) -> Recorded:
    """Awards points for what a member bought at the partner that asks.

    reference: the partner's own, e.g. a receipt's number.
    """
    return recorded(coalition, request, member_id, Purchase(basket, reference), signature)


def preview_earn(
    coalition: Coalition, actor: Actor, partner: str, basket: Basket, member_id: str | None
) -> tuple[Considered, ...]:
    """What a purchase at a partner would give now. Writes nothing.

    member_id: who buys; None: somebody of whom nothing is known. A partner asks for its own till;
    members for themselves, at any.
    """
    if isinstance(actor, PartnerActor) and actor.id != partner:
        raise Refused(Code.NOT_PERMITTED, "a partner asks for its own till", "partnerId")
    governance = coalition.governance()
    if not governance.joined(partner, coalition.now()):
        raise Refused(Code.NOT_FOUND, f"there is no partner {shown(partner[:64])}", "partnerId")
    purchase = Purchase(basket)
    purchase.check(coalition.now())
    if member_id is None:
        return considered_by(coalition, partner, purchase, None)
    known = _remembered_of(coalition, actor, member_id)
    member = the_member(coalition, member_id, "memberId").record
    kinds = account_kinds(coalition, member)
    return considered_by(coalition, partner, purchase, known, member.jurisdiction, kinds)


def _remembered_of(
    coalition: Coalition, actor: Actor, member_id: str
) -> Mapping[str, Mapping[str, Tally]]:
    """By currency and programme. Raises Refused for a member that the actor may not see."""
    if not may_see_member(coalition, actor, member_id):
        raise Refused(Code.NOT_FOUND, f"there is no member {shown(member_id[:64])}", "memberId")
    member = the_member(coalition, member_id, "memberId").record
    wallets = receiving(coalition, member).wallets
    rows = coalition.store.wallets(list(wallets.values()))
    return {
        currency: read_tallies(rows[id_].tally) for currency, id_ in wallets.items() if id_ in rows
    }


def _detail(basket: Basket, reference: str | None) -> dict[str, object]:
    """What the entry commits to but does not show."""
    said = {
        "reference": reference,
        "purchased_at": basket.purchased_at,
        "channel": basket.channel or None,
        "store": basket.store or None,
        "tender": basket.tender or None,
    }
    if basket.lines:
        # As a digest: a receipt's lines may be many, and the row is paid for by its size.
        lines = [list(line) for line in basket.lines]
        said["lines"] = digest(canonical(lines))
    amount = {"amount": basket.amount_minor, "money": basket.money}
    return amount | {name: value for name, value in said.items() if value is not None}


def check_basket(basket: Basket, *field: str) -> None:
    """What can be a purchase of any time. field: where it stands. Raises Refused."""
    check_amount(basket.amount_minor, *field, "amount", "minor")
    if not _MONEY.match(basket.money):
        raise Refused(
            Code.INVALID_INPUT,
            f"an ISO 4217 code like EUR, not {shown(basket.money[:64])}",
            *field,
            "amount",
            "currency",
        )
    for name in ("channel", "store", "tender"):
        if getattr(basket, name):
            check_label(getattr(basket, name), *field, name)
    _check_lines(basket, *field, "lines")


def _check_lines(basket: Basket, *field: str) -> None:
    if len(basket.lines) > LINES_MAX:
        raise Refused(Code.LIMIT_EXCEEDED, f"at most {LINES_MAX} lines", *field)
    for number, line in enumerate(basket.lines):
        place = (*field, str(number))
        check_label(line.sku, *place, "sku")
        check_label(line.category, *place, "category")
        if not 0 <= line.amount_minor <= basket.amount_minor:
            raise Refused(
                Code.INVALID_INPUT,
                f"0 to the whole amount, {basket.amount_minor}, not {shown(line.amount_minor)}",
                *place,
                "minor",
            )
        if not 1 <= line.quantity <= QUANTITY_MAX:
            message = f"1 to {QUANTITY_MAX}, not {shown(line.quantity)}"
            raise Refused(Code.INVALID_INPUT, message, *place, "quantity")
    total = sum(line.amount_minor for line in basket.lines)
    if total > basket.amount_minor:
        raise Refused(
            Code.INVALID_INPUT,
            f"the lines add up to {total}, which is more than {basket.amount_minor}",
            *field,
        )


def order_of(partner: str, basket: Basket, at: At) -> Order:
    """A basket as rules see it."""
    amount, money, _, channel, store, tender, lines = basket
    return Order(partner, money, amount, at, lines, channel, store, tender)
