"""A purchase: what every programme in force gives for it, or would give."""

import re
from types import MappingProxyType
from typing import NamedTuple, Protocol

from ledger.canonical import MAX_INTEGER, canonical
from ledger.errors import RuleBroken, shown
from ledger.governance import Governance
from ledger.kinds import earn
from ledger.names import NO_HASH, At, Hash, day_of, digest, transaction_id
from ledger.tx import Authority
from loyalty.actors import Actor, PartnerActor
from loyalty.authority import Signature, authority, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.handing import Missed, Receiver, hand_out
from loyalty.members import the_member, with_wallets
from loyalty.programmes import Award, Version
from loyalty.refusals import Code, Refused
from loyalty.rules.deciding import Outcome
from loyalty.rules.orders import Line, Miss, Order
from loyalty.texts import check_amount, check_label, check_moment, check_text
from loyalty.writing import PROGRAMME, Draft, refuse

LINES_MAX = 500
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


class Occasion(Protocol):
    """What points are given for, and how it is told. field: of the input, that says how much."""

    field: str

    @property
    def moment(self) -> str | None:
        """When it was; None: now."""

    def check(self, now: At) -> None:
        """Raises Refused for what cannot have been."""

    def order(self, partner: str, at: At) -> Order:
        """As rules see it."""

    def detail(self) -> dict[str, object]:
        """What the entry commits to but does not show."""


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


class Considered(NamedTuple):
    """What one programme version makes of an order. lapsed: its points would have lapsed by now,
    so that it gives none; missed: rules whose vouchers were not to be had.
    """

    version: Version
    order: Order
    award: Award
    lapsed: bool
    missed: Missed = MappingProxyType({})

    @property
    def points(self) -> int:
        return self.award.points if self.gives else 0

    @property
    def gives(self) -> bool:
        return not self.lapsed

    def outcomes(self) -> list[Outcome]:
        """What every rule came to, with a reason where that is nothing."""
        found = self.version.rules.explained(self.order)
        if not self.lapsed:
            return [self._or_missed(each) for each in found]
        late = Miss("LAPSED_ALREADY", f"its points would have lapsed after {self.award.expires}")
        return [Outcome(each.rule, 0, each.miss or late) for each in found]

    def _or_missed(self, outcome: Outcome) -> Outcome:
        miss = self.missed.get((self.version.rule, outcome.rule))
        return outcome if miss is None else Outcome(outcome.rule, 0, miss)


class Recorded(NamedTuple):
    """considered: what every programme made of it; None if the request was answered before."""

    answer: Answer
    considered: tuple[Considered, ...] | None


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


def recorded(
    coalition: Coalition,
    request: Request,
    member_id: str,
    occasion: Occasion,
    signature: Signature | None,
) -> Recorded:
    """Awards what every programme in force gives a member for something at the partner that asks.

    The partner's signature is on the first award's entry; a further programme's is by the system,
    under the rule that the partner signed. What earns nothing is remembered without an entry.
    """
    partner = require_partner(request.actor).id
    decided: list[tuple[Plan, tuple[Considered, ...]]] = []

    def decide() -> Plan:
        occasion.check(coalition.now())
        found = the_member(coalition, member_id, "memberId")
        governance = coalition.governance()
        considered = _considered(coalition, governance, partner, occasion)
        awards = [each.award for each in considered if each.points]
        currencies = [each.currency for each in awards]
        member, puts = with_wallets(coalition, member_id, found, currencies)
        wallets = {member.wallets[each.currency]: each.currency for each in awards}
        draft = Draft(coalition, governance, wallets)
        by = authority(governance, request, "earn", draft.at, signature)
        for number, each in enumerate(awards):
            wallet = draft.wallet(member.wallets[each.currency])
            first = number == 0
            try:
                draft.add(
                    request.id if first else transaction_id(PROGRAMME, f"{request.id}/{number}"),
                    "earn",
                    earn(wallet, partner, each.points, draft.at, each.opens(draft.at)),
                    by if first else Authority(PROGRAMME),
                    rule=each.rule,
                    detail=occasion.detail(),
                )
            except RuleBroken as broken:
                raise refuse(broken, occasion.field) from None
        handed = hand_out(
            coalition,
            governance,
            Receiver(member_id, found.record, request.id, draft.at),
            ((each.version, each.order, each.award.outcomes) for each in considered if each.gives),
        )
        plan = draft.plan(
            request.id,
            records=(*puts, *handed.records),
            news=handed.news,
            vouchers=handed.codes,
        )
        considered = tuple(each._replace(missed=handed.missed) for each in considered)
        decided.append((plan, considered))
        return plan

    answer = carry_out(coalition, request, decide)
    own = next((considered for plan, considered in decided if plan.answer is answer), None)
    return Recorded(answer, own)


def preview_earn(
    coalition: Coalition, actor: Actor, partner: str, basket: Basket
) -> tuple[Considered, ...]:
    """What a purchase at a partner would give now. Writes nothing.

    A partner asks for its own till; members and operators for any.
    """
    if isinstance(actor, PartnerActor) and actor.id != partner:
        raise Refused(Code.NOT_PERMITTED, "a partner asks for its own till", "partnerId")
    governance = coalition.governance()
    if not governance.joined(partner, coalition.now()):
        raise Refused(Code.NOT_FOUND, f"there is no partner {shown(partner[:64])}", "partnerId")
    occasion = Purchase(basket)
    occasion.check(coalition.now())
    return _considered(coalition, governance, partner, occasion)


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
        lines = [[line.sku, line.category, line.amount_minor] for line in basket.lines]
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
    total = sum(line.amount_minor for line in basket.lines)
    if total > basket.amount_minor:
        raise Refused(
            Code.INVALID_INPUT,
            f"the lines add up to {total}, which is more than {basket.amount_minor}",
            *field,
        )


def _considered(
    coalition: Coalition, governance: Governance, partner: str, occasion: Occasion
) -> tuple[Considered, ...]:
    """What each programme makes of it, by its version of the occasion's time."""
    now = coalition.now()
    at = At(occasion.moment or now)
    newest: dict[str, tuple[int, Hash]] = {}
    for rule, version in governance.versions.items():
        if version.term.since <= at and version.term.holds(now):
            newest[version.id] = max(newest.get(version.id, (0, NO_HASH)), (version.version, rule))
    order = occasion.order(partner, at)
    # Of that version alone: who is not in a newer one any more earns nothing by an older one.
    rules = [rule for _, (_, rule) in sorted(newest.items())]
    versions = [
        coalition.version(rule) for rule in rules if partner in governance.versions[rule].signed
    ]
    found = ((each, each.award(order)) for each in versions)
    return tuple(
        Considered(version, order, _bounded(award, occasion.field), award.expires < day_of(now))
        for version, award in found
    )


def _bounded(award: Award, field: str) -> Award:
    if award.points > MAX_INTEGER:
        raise Refused(Code.LIMIT_EXCEEDED, "this would give more than 2^53 - 1 points", field)
    return award


def order_of(partner: str, basket: Basket, at: At) -> Order:
    """A basket as rules see it."""
    amount, money, _, channel, store, tender, lines = basket
    return Order(partner, money, amount, at, lines, channel, store, tender)
