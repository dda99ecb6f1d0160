"""Exchange: a member's points of one currency become points of another, at the rate in force.

Rates stand in programmes, each in one of the currency that it exchanges from, and count by the
newest versions of all programmes together. `check_exchange` keeps a version from being published
that would let anyone gain by going round.
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ledger.canonical import MAX_INTEGER
from ledger.errors import PointsMissing, RuleBroken
from ledger.governance import Governance
from ledger.kinds import exchange
from ledger.names import CurrencyCode, Expires, Hash, day_of
from loyalty.authority import authority, require_member
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import the_member, the_wallet, with_wallets
from loyalty.programmes import Programme
from loyalty.rates import Pair, Rate, around, gaining_cycle, steps
from loyalty.refusals import Code, Refused
from loyalty.set_aside import receiving
from loyalty.texts import check_amount
from loyalty.writing import Draft, refuse


class Exchanging(NamedTuple):
    """Points of one currency that the member who asks wants to have in another."""

    from_currency: CurrencyCode
    to_currency: CurrencyCode
    points: int


class Offer(NamedTuple):
    """A rate in force. rule: the digest of the version that says it."""

    rule: Hash
    rate: Rate


def exchange_points(coalition: Coalition, request: Request, wanted: Exchanging) -> Answer:
    """Takes points of one currency from the member that asks, and gives it those of the other."""
    owner = require_member(request.actor).id
    check_amount(wanted.points, "points")
    from_currency, to_currency, points = wanted
    if from_currency == to_currency:
        raise Refused(Code.SAME_WALLET, "an exchange is into another currency", "toCurrency")

    def decide() -> Plan:
        governance = coalition.governance()
        rule, rate = _the_offer(coalition, governance, wanted)
        received = _received(rate, points)
        found = the_member(coalition, owner)
        from_id = the_wallet(found.record, from_currency, points, "points")
        member, puts = with_wallets(coalition, owner, found, [to_currency])
        to_id = receiving(coalition, member).wallets[to_currency]
        draft = Draft(coalition, governance, {from_id: from_currency, to_id: to_currency})
        by = authority(governance, request, "exchange", draft.at, None)
        try:
            draft.expire_lapsed(from_id)
            giving, getting = draft.wallet(from_id), draft.wallet(to_id)
            last = _lasts(coalition, governance, wanted, rate, draft.at, member.jurisdiction)
            effect = exchange(giving, getting, points, received, draft.at, last)
            draft.add(request.id, "exchange", effect, by, rule=rule)
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "points") from None
        return draft.plan(request.id, records=puts)

    return carry_out(coalition, request, decide)


def check_exchange(coalition: Coalition, state: Governance, programme: Programme) -> frozenset[str]:
    """Raises Refused where a version's rates cannot be, or would let someone gain beside all those
    in force. Returns the owners of the currencies that it makes points of: each must sign it.
    """
    others = [each for each in _newest(coalition, state) if each[1].id != programme.id]
    worth = {pair: rate.worth for _, each in others for pair, rate in _pairs(each)}
    timed = {each.currency for _, each in others} | {programme.currency}
    owners = set()
    own: dict[Pair, str] = {}
    for number, rate in enumerate(programme.exchange):
        place = ("document", "exchange", str(number))
        pair = (programme.currency, rate.to)
        term = state.currencies.get(CurrencyCode(rate.to))
        if term is None:
            raise Refused(Code.NOT_FOUND, f"there is no currency {rate.to}", *place, "to")
        if rate.to == programme.currency:
            raise Refused(Code.INVALID_INPUT, "an exchange is into another currency", *place, "to")
        if pair in own or pair in worth:
            raise Refused(
                Code.ALREADY_EXISTS,
                f"there is a rate from {programme.currency} to {rate.to} already",
                *place,
                "to",
            )
        if rate.expiry is None and rate.to not in timed:
            raise Refused(
                Code.INVALID_INPUT,
                f"no programme says how long points of {rate.to} last: say it here",
                *place,
                "expiry",
            )
        own[pair] = str(number)
        if term.owner != "coalition":
            owners.add(term.owner.removeprefix("partner:"))
    worth |= {pair: rate.worth for pair, rate in _pairs(programme)}
    _check_cycles(worth, own)
    return frozenset(owners)


def _check_cycles(worth: dict[Pair, Fraction], own: dict[Pair, str]) -> None:
    cycle = gaining_cycle(worth)
    if cycle is None:
        return
    first = next((pair for pair in steps(cycle) if pair in own), None)
    if first is not None:
        # Told from the rate that is to blame, as far as this version goes.
        start = cycle.index(first[0])
        cycle = cycle[start:] + cycle[:start]
    gain = around(cycle, worth)
    raise Refused(
        Code.INVALID_INPUT,
        f"{' → '.join([*cycle, cycle[0]])} would make {gain.numerator} of every "
        f"{gain.denominator} points: no round of exchanges gives more than it took",
        *("document", "exchange", *([own[first]] if first else [])),
    )


def _newest(coalition: Coalition, state: Governance) -> Iterator[tuple[Hash, Programme]]:
    """The newest version of each programme."""
    for (type_, _), rule in state.latest.items():
        if type_ == "programme":
            yield rule, coalition.version(rule).programme


def _pairs(programme: Programme) -> Iterator[tuple[Pair, Rate]]:
    for rate in programme.exchange:
        yield (programme.currency, rate.to), rate


def _the_offer(coalition: Coalition, governance: Governance, wanted: Exchanging) -> Offer:
    for currency, field in (
        (wanted.from_currency, "fromCurrency"),
        (wanted.to_currency, "toCurrency"),
    ):
        if currency not in governance.currencies:
            raise Refused(Code.NOT_FOUND, f"there is no currency {currency[:64]}", field)
    pair = wanted.from_currency, wanted.to_currency
    for rule, programme in _newest(coalition, governance):
        for offered, rate in _pairs(programme):
            if offered == pair:
                return Offer(rule, rate)
    raise Refused(
        Code.NOT_ELIGIBLE,
        f"{wanted.from_currency} is not exchanged into {wanted.to_currency}",
        "toCurrency",
    )


def _received(rate: Rate, points: int) -> int:
    received = rate.received(points)
    if not received:
        raise Refused(Code.INVALID_INPUT, f"{rate.least} points and more give something", "points")
    if received > MAX_INTEGER:
        raise Refused(Code.LIMIT_EXCEEDED, "this would give more than 2^53 - 1 points", "points")
    return received


def _lasts(
    coalition: Coalition,
    governance: Governance,
    wanted: Exchanging,
    rate: Rate,
    at: str,
    jurisdiction: str,
) -> Expires:
    """The last day of the points got: as the rate says, or as the currency's programmes do."""
    today = date.fromisoformat(day_of(at))
    if rate.expiry is not None:
        return rate.expiry.expires(today, jurisdiction)
    days = [
        programme.expires(today, jurisdiction)
        for _, programme in _newest(coalition, governance)
        if programme.currency == wanted.to_currency
    ]
    if not days:
        raise Refused(
            Code.NOT_ELIGIBLE,
            f"no programme says any more how long points of {wanted.to_currency} last",
            "toCurrency",
        )
    return min(days)
