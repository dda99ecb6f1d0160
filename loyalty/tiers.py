"""Tiers in use: one is paid for, a benefit of one is taken."""

from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from ledger.names import CurrencyCode, WalletId, day_of, digest
from loyalty.authority import require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import the_member, with_wallets
from loyalty.ports import Commit, RecordPut
from loyalty.programmes import Version
from loyalty.records.rewards import BenefitUse
from loyalty.refusals import Code, Refused
from loyalty.rules.benefits import Benefit
from loyalty.rules.counts import Tally, day_number, day_of_number
from loyalty.rules.windows import first_day
from loyalty.standing import Change, counted_by, standing_in
from loyalty.tallies import NO_TALLY
from loyalty.texts import check_amount, check_text
from loyalty.writing import Draft

PAID_MAX_DAYS = 366 * 5


class Membership(NamedTuple):
    """A tier that a member pays for. last_day: on which the member still has it."""

    member: str
    programme: str
    tier: str
    last_day: str


class Use(NamedTuple):
    """A benefit that a member takes. reference: of the stay, the order, the bill; amount_minor: of
    the price or the bill that a discount or a credit lowers.
    """

    member: str
    programme: str
    benefit: str
    reference: str
    amount_minor: int | None = None
    money: str = ""


def pay_tier(coalition: Coalition, request: Request, paid: Membership) -> Answer:
    """A partner of the programme was paid for a tier, or paid back: the last day is set anew.

    It ends by itself on the day after.
    """
    partner = require_partner(request.actor).id
    last = _last_day(coalition, paid.last_day)

    def decide() -> Plan:
        version = _version(coalition, paid.programme, partner)
        tiers = version.programme.tiers
        level = None if tiers is None else tiers.level(paid.tier)
        if level is None or level.at is not None:
            raise Refused(Code.NOT_FOUND, "the programme sells no such tier", "tierId")
        found = the_member(coalition, paid.member, "memberId")
        currency = version.programme.points_currency
        member, puts = with_wallets(coalition, paid.member, found, [currency])
        wallet = member.wallets[currency]
        draft = _draft(coalition, wallet, currency, is_new=bool(puts))
        tally = draft.tallies(wallet).get(paid.programme, NO_TALLY)
        lasting = _paid(tally, paid.tier, last, day_number(draft.at))
        draft.remember(wallet, paid.programme, lasting)
        change = Change(paid.member, paid.programme, ())
        news = counted_by(version.counting, draft, wallet, change)
        return draft.plan(request.id, records=puts, news=news)

    return carry_out(coalition, request, decide)


def _paid(tally: Tally, tier: str, last: int, today: int) -> Tally:
    """With a tier that is paid for through a day, from today on unless it goes on."""
    goes_on = tally.paid.get(tier, today - 2) >= today - 1
    since = tally.since if goes_on else {**tally.since, tier: today}
    return msgspec.structs.replace(tally, paid={**tally.paid, tier: last}, since=since)


def use_benefit(coalition: Coalition, request: Request, use: Use) -> Answer:
    """The partner that gives a benefit gives it, once. record: the id of its `BenefitUse`."""
    partner = require_partner(request.actor).id
    check_text(use.reference, 64, "reference")
    if use.amount_minor is not None:
        check_amount(use.amount_minor, "amount", "minor")

    def decide() -> Plan:
        _version(coalition, use.programme, partner)
        member = the_member(coalition, use.member, "memberId").record
        seen = standing_in(coalition, use.member, use.programme)
        level = None if seen is None else seen.tier
        found = () if level is None else level.benefits
        benefit = next((each for each in found if each.id == use.benefit), None)
        if benefit is None or benefit.partner != partner:
            raise Refused(
                Code.NOT_ELIGIBLE, "the member's tier has no such benefit here now", "benefitId"
            )
        used = BenefitUse(
            at=coalition.now(),
            member=use.member,
            benefit=use.benefit,
            payable_minor=_payable(benefit, use),
        )
        # Those that were merged into it had it for it, too.
        own, *others = (
            f"{use.programme}/{use.benefit}/{each}/{_once(coalition, benefit, use)}"
            for each in (use.member, *member.merged)
        )
        if coalition.store.records(BenefitUse, (own, *others)):
            raise Refused(Code.ALREADY_REDEEMED, "it was given already", "benefitId")
        return Plan(Answer(record=own), Commit((), records=(RecordPut(own, used),)))

    return carry_out(coalition, request, decide)


def _version(coalition: Coalition, programme: str, partner: str) -> Version:
    """The newest version of a programme that the partner signed. Raises Refused."""
    governance = coalition.governance()
    rule = governance.latest.get(("programme", programme))
    if rule is None or partner not in governance.versions[rule].signed:
        raise Refused(Code.NOT_FOUND, "the partner is in no such programme", "programmeId")
    if not governance.joined(partner, coalition.now()):
        raise Refused(Code.NOT_PERMITTED, f"{partner} is no partner of the coalition now")
    return coalition.version(rule)


def _draft(
    coalition: Coalition, wallet: WalletId, currency: CurrencyCode, *, is_new: bool
) -> Draft:
    draft = Draft(coalition, coalition.governance(), {} if is_new else {wallet: currency})
    if is_new:
        draft.open(wallet, currency)
    return draft


def _last_day(coalition: Coalition, text: str) -> int:
    """A day from yesterday, which ends it, to some years ahead. Raises Refused."""
    today = date.fromisoformat(day_of(coalition.now()))
    try:
        last = date.fromisoformat(text)
    except ValueError:
        last = date.min
    first = today - timedelta(days=1)
    if last.isoformat() != text or not first <= last <= today + timedelta(days=PAID_MAX_DAYS):
        raise Refused(
            Code.INVALID_INPUT,
            f"a day like {today}, from {first} to {PAID_MAX_DAYS} days ahead, not {text[:64]}",
            "lastDay",
        )
    return day_number(text)


def _payable(benefit: Benefit, use: Use) -> int | None:
    """What is left to pay. Raises Refused where it cannot be said."""
    in_kind = benefit.discount_basis_points is None and benefit.credit_minor is None
    if in_kind and use.amount_minor is None:
        return None
    if use.amount_minor is None or in_kind:
        said = "has no amount" if in_kind else "needs the amount that it lowers"
        raise Refused(Code.INVALID_INPUT, f"this benefit {said}", "amount")
    if benefit.money not in (None, use.money):
        raise Refused(Code.NOT_ELIGIBLE, f"a credit in {benefit.money}", "amount", "currency")
    return benefit.payable_minor(use.amount_minor)


def _once(coalition: Coalition, benefit: Benefit, use: Use) -> str:
    if benefit.once == "reference":
        return digest(use.reference.encode())
    place = first_day(benefit.once, day_number(coalition.now()))
    return f"{benefit.once} {day_of_number(place)}"
