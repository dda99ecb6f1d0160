"""Recording a purchase: what every programme in force gives for it."""

import re
from datetime import date
from typing import NamedTuple

from ledger.errors import RuleBroken, shown
from ledger.governance import Governance
from ledger.kinds import earn
from ledger.names import NO_HASH, Hash, day_of, transaction_id
from ledger.tx import Authority
from loyalty.authority import Signature, authority, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import the_member, with_wallets
from loyalty.programmes import Award, award
from loyalty.refusals import Code, Refused
from loyalty.texts import check_amount, check_moment, check_text
from loyalty.writing import PROGRAMME, Draft, refuse

_MONEY = re.compile(r"[A-Z]{3}\Z")


class Purchase(NamedTuple):
    """What a member bought. amount_minor: in minor units of `money`, an ISO 4217 code.

    reference: the partner's own, e.g. a receipt's number; purchased_at: now, if absent.
    """

    member: str
    amount_minor: int
    money: str
    reference: str | None
    purchased_at: str | None


def record_purchase(
    coalition: Coalition, request: Request, purchase: Purchase, signature: Signature | None
) -> Answer:
    """Awards points for a purchase at the partner that asks.

    The partner's signature is on the first award's entry; a further programme's is by the system,
    under the rule that the partner signed. A purchase that earns nothing is remembered without an
    entry.
    """
    partner = require_partner(request.actor).id

    def decide() -> Plan:
        _check(coalition, purchase)
        found = the_member(coalition, purchase.member, "memberId")
        governance = coalition.governance()
        awards = _awards(coalition, governance, partner, purchase)
        currencies = [each.currency for each in awards]
        member, puts = with_wallets(coalition, purchase.member, found, currencies)
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
                    earn(wallet, partner, each.points, draft.at, each.expires),
                    by if first else Authority(PROGRAMME),
                    rule=each.rule,
                    detail=_detail(purchase),
                )
            except RuleBroken as broken:
                raise refuse(broken, "amount") from None
        return draft.plan(request.id, records=puts)

    return carry_out(coalition, request, decide)


def _detail(purchase: Purchase) -> dict[str, object]:
    """What the entry commits to but does not show."""
    detail: dict[str, object] = {"amount": purchase.amount_minor, "money": purchase.money}
    if purchase.reference is not None:
        detail["reference"] = purchase.reference
    if purchase.purchased_at is not None:
        detail["purchased_at"] = purchase.purchased_at
    return detail


def _check(coalition: Coalition, purchase: Purchase) -> None:
    check_amount(purchase.amount_minor, "amount", "minor")
    if not _MONEY.match(purchase.money):
        raise Refused(
            Code.INVALID_INPUT,
            f"an ISO 4217 code like EUR, not {shown(purchase.money[:64])}",
            "amount",
            "currency",
        )
    if purchase.reference is not None:
        check_text(purchase.reference, 64, "reference")
    if purchase.purchased_at is not None:
        check_moment(purchase.purchased_at, coalition.now(), "purchasedAt")


def _awards(
    coalition: Coalition, governance: Governance, partner: str, purchase: Purchase
) -> list[Award]:
    """What each programme gives, by its version of the purchase's time, where that is above 0."""
    now = coalition.now()
    at = purchase.purchased_at or now
    newest: dict[str, tuple[int, Hash]] = {}
    for rule, version in governance.versions.items():
        if version.term.since <= at and version.term.holds(now):
            newest[version.id] = max(newest.get(version.id, (0, NO_HASH)), (version.version, rule))
    day = date.fromisoformat(day_of(at))
    awards = (
        award(coalition.programme(rule), rule, partner, purchase.money, purchase.amount_minor, day)
        for _, rule in (newest[id_] for id_ in sorted(newest))
        # Of that version alone: who is not in a newer one any more earns nothing by an older one.
        if partner in governance.versions[rule].signed
    )
    # Points of a late purchase that would have lapsed by now are not given.
    return [each for each in awards if each.points and each.expires >= day_of(now)]
