"""From something that a member did to its points: what every programme in force gives for it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

import msgspec

from ledger.canonical import MAX_INTEGER
from ledger.errors import RuleBroken
from ledger.governance import Governance
from ledger.kinds import earn
from ledger.names import NO_HASH, At, Hash, TransactionId, WalletId, day_of
from ledger.tx import Authority
from loyalty.actors import PartnerActor
from loyalty.authority import Signature, authority, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.funding import issued_by
from loyalty.handing import Handed, Missed, Receiver, hand_out
from loyalty.members import check_joined, the_member, with_wallets
from loyalty.ports import RecordPut
from loyalty.programmes import Award, Version
from loyalty.records.members import Member
from loyalty.records.orders import CoFunded
from loyalty.referral_orders import Referrals
from loyalty.refusals import Code, Refused
from loyalty.rules.counts import Delta, Tally
from loyalty.rules.deciding import Outcome
from loyalty.rules.orders import Miss, Order
from loyalty.set_aside import receiving
from loyalty.spending import account_kinds
from loyalty.standing import Change, counted_by
from loyalty.tallies import NO_TALLY, Counted, counted
from loyalty.writing import Draft, ids_of, refuse


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
        return 0 if self.lapsed else self.award.points

    @property
    def deltas(self) -> tuple[Delta, ...]:
        """What it adds to what is counted: nothing, where its points would have lapsed."""
        return () if self.lapsed else self.award.deltas

    def issued_by(self, partner: str) -> tuple[tuple[str, int], ...]:
        """Who issues how many of its points. partner: of the till."""
        if not self.points:
            return ()
        return issued_by(partner, self.award.outcomes, self.version.rules.funding)

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


class _Issue(NamedTuple):
    """A part of an award. first: its first, whose detail says what is counted."""

    of: Considered
    issuer: str
    points: int
    first: bool


class Recorded(NamedTuple):
    """considered: what every programme made of it; None if the request was answered before."""

    answer: Answer
    considered: tuple[Considered, ...] | None


def recorded(
    coalition: Coalition,
    request: Request,
    member_id: str,
    occasion: Occasion,
    signature: Signature | None,
) -> Recorded:
    """Awards what every programme in force gives a member for something at the partner that asks.

    The partner's signature is on the first entry; a further programme's, and that of another who
    funds an award, is by the system, under the rule that its partner signed. What earns nothing is
    remembered without an entry.
    """
    partner = require_partner(request.actor).id
    decided: list[tuple[Plan, tuple[Considered, ...]]] = []

    def decide() -> Plan:
        occasion.check(coalition.now())
        awarding = Awarding(coalition, request, partner, member_id, occasion)
        plan = awarding.plan(signature)
        decided.append((plan, awarding.considered))
        return plan

    answer = carry_out(coalition, request, decide)
    own = next((considered for plan, considered in decided if plan.answer is answer), None)
    return Recorded(answer, own)


def considered_by(
    coalition: Coalition,
    partner: str,
    occasion: Occasion,
    known: Mapping[str, Mapping[str, Tally]] | None,
    lives_in: str = "",
    kinds: Mapping[str, str] = MappingProxyType({}),
    versions: Sequence[Version] | None = None,
) -> tuple[Considered, ...]:
    """What each programme makes of an occasion.

    known: what is remembered of the member, by currency and programme; None: of nobody; lives_in:
    the member's jurisdiction; kinds: of the accounts that it buys for, by currency; versions: those
    that decide, where they were read before; another may have come in force since.
    """
    moment = _moment(coalition, occasion)
    order = occasion.order(partner, moment)._replace(jurisdiction=lives_in)
    return tuple(
        _considered(
            coalition,
            version,
            order._replace(account=kinds.get(version.programme.currency, "")),
            None if known is None else known.get(version.programme.currency, {}),
            occasion.field,
        )
        for version in (
            _versions(coalition, coalition.governance(), partner, moment)
            if versions is None
            else versions
        )
    )


class Awarding:
    """One attempt: what is read, what each programme makes of it, the entries of that.

    partner: at whom it was, who issues the points.
    """

    def __init__(
        self,
        coalition: Coalition,
        request: Request,
        partner: str,
        member_id: str,
        occasion: Occasion,
    ) -> None:
        self._coalition, self._request = coalition, request
        self._member_id, self._occasion = member_id, occasion
        self._partner = partner
        governance = coalition.governance()
        if isinstance(request.actor, PartnerActor):
            # Before the member: one that has left is not told who there is.
            check_joined(governance, request.actor, coalition.now())
        self._found = the_member(coalition, member_id, "memberId")
        versions = _versions(coalition, governance, self._partner, _moment(coalition, occasion))
        self._wallets = wallets = receiving(coalition, self._found.record).wallets
        currencies = {version.programme.points_currency for version in versions}
        own = {each: wallets[each] for each in currencies if each in wallets}
        order = occasion.order(self._partner, _moment(coalition, occasion))
        merged = self._found.record.merged
        self._referrals = Referrals(coalition, member_id, merged, request.id, order)
        self._referrals.read(versions)
        touched = {id_: each for each, id_ in own.items()} | self._referrals.wallets()
        self._draft = Draft(coalition, coalition.governance(), touched)
        known: dict[str, Mapping[str, Tally]] = {}
        known.update((each, self._draft.tallies(id_)) for each, id_ in own.items())
        lives_in = self._found.record.jurisdiction
        kinds = account_kinds(coalition, self._found.record)
        self.considered = considered_by(
            coalition, self._partner, occasion, known, lives_in, kinds, versions
        )

    def plan(self, signature: Signature | None) -> Plan:
        """The entries of what is given, and what is remembered."""
        draft, request = self._draft, self._request
        changing = [each for each in self.considered if each.points or each.deltas]
        member, puts = self._with_wallets(changing)
        by = authority(draft.governance, request, "earn", draft.at, signature)
        news = [told for each in changing for told in self._remembered(member, each)]
        earned, funded = self._earn(member, changing, by)
        left = [self._unentered(member, each) for each in changing if not each.points]
        handed = self._handed()
        if handed.codes and not earned and not left:
            # Nothing was counted, but goods that come back take their vouchers with them.
            left.append(Counted("", {}, member=self._member_id, partner=self._partner))
        referred = self._referrals.given(draft, member, earned)
        plan = draft.plan(
            request.id,
            records=(*puts, *funded, *handed.records, *referred.records),
            news=(*news, *handed.news, *referred.news),
            vouchers=handed.codes,
            counted=tuple(left),
        )
        return referred.without_others(plan)

    def _handed(self) -> Handed:
        """The vouchers that rules give, as far as they are to be had."""
        draft = self._draft
        receiver = Receiver(self._member_id, self._found.record, self._request.id, draft.at)
        decided = (
            (each.version, each.order, each.award.outcomes)
            for each in self.considered
            if not each.lapsed
        )
        handed = hand_out(self._coalition, draft.governance, receiver, decided)
        self.considered = tuple(each._replace(missed=handed.missed) for each in self.considered)
        return handed

    def _with_wallets(self, changing: Sequence[Considered]) -> tuple[Member, tuple[RecordPut, ...]]:
        """The member with a wallet wherever something changes, and what that writes."""
        currencies = [each.award.currency for each in changing]
        currencies += self._referrals.currencies
        member, puts = with_wallets(self._coalition, self._member_id, self._found, currencies)
        for each in currencies:
            if each not in self._found.record.wallets:
                self._draft.open(member.wallets[each], each)
        wallets = {**member.wallets, **self._wallets}
        return msgspec.structs.replace(member, wallets=wallets), puts

    def _remembered(self, member: Member, each: Considered) -> tuple[News, ...]:
        """Puts what the order adds to what its programme remembers, and tells what came of it."""
        currency = each.award.currency
        change = Change(self._member_id, each.version.programme.id, each.deltas)
        news = counted_by(each.version.counting, self._draft, member.wallets[currency], change)
        first = next((other for other in self.considered if other.points), None)
        if each is first and currency not in member.accounts:
            # The request's own entry says whom it is about.
            news = tuple(msgspec.structs.replace(told, member="") for told in news)
        return news

    def _earn(
        self, member: Member, changing: Sequence[Considered], by: Authority
    ) -> tuple[list[TransactionId], tuple[RecordPut, ...]]:
        """An entry for each who issues points, the first by the request's actor. Returns the first
        of each award, and what leads from it to those of others who fund the award.
        """
        ids, funded = ids_of(self._request.id, by), []
        firsts: list[TransactionId] = []
        for each in changing:
            own: list[TransactionId] = []
            issuers = each.issued_by(self._partner)
            for issuer, points in issuers:
                id_, whose = next(ids)
                wallet = member.wallets[each.award.currency]
                self._add(id_, whose, wallet, _Issue(each, issuer, points, not own))
                own.append(id_)
            firsts += own[:1]
            if any(issuer != self._partner for issuer, _ in issuers):
                record = CoFunded(partner=self._partner, transactions=tuple(own))
                funded.append(RecordPut(own[0], record))
        return firsts, tuple(funded)

    def _add(self, id_: TransactionId, by: Authority, wallet: WalletId, issue: "_Issue") -> None:
        draft, award = self._draft, issue.of.award
        detail = self._occasion.detail()
        if issue.first and issue.of.deltas:
            detail["counted"] = counted(issue.of.version.programme.id, issue.of.deltas).deltas
        opens = award.opens(draft.at)
        effect = earn(draft.wallet(wallet), issue.issuer, issue.points, draft.at, opens)
        try:
            draft.add(id_, "earn", effect, by, rule=award.rule, detail=detail)
        except RuleBroken as broken:
            raise refuse(broken, self._occasion.field) from None

    def _unentered(self, member: Member, each: Considered) -> Counted:
        return msgspec.structs.replace(
            counted(each.version.programme.id, each.deltas),
            wallet=member.wallets[each.award.currency],
            member=self._member_id,
            partner=self._partner,
        )


def _moment(coalition: Coalition, occasion: Occasion) -> At:
    return At(occasion.moment or coalition.now())


def _versions(coalition: Coalition, governance: Governance, partner: str, at: At) -> list[Version]:
    """Of each programme that the partner signed, the version of the time."""
    now = coalition.now()
    newest: dict[str, tuple[int, Hash]] = {}
    for rule, version in governance.versions.items():
        if version.term.since <= at and version.term.holds(now):
            newest[version.id] = max(newest.get(version.id, (0, NO_HASH)), (version.version, rule))
    # Of that version alone: who is not in a newer one any more earns nothing by an older one.
    rules = [rule for _, (_, rule) in sorted(newest.items())]
    return [
        coalition.version(rule) for rule in rules if partner in governance.versions[rule].signed
    ]


def _gone(coalition: Coalition, version: Version) -> frozenset[str]:
    """Who funds rules of a version and is of the coalition no more."""
    governance, now = coalition.governance(), coalition.now()
    funders = {name for shares in version.rules.funding.values() for name in shares}
    return frozenset(name for name in funders if not governance.joined(name, now))


def _considered(
    coalition: Coalition,
    version: Version,
    order: Order,
    tallies: Mapping[str, Tally] | None,
    field: str,
) -> Considered:
    """tallies: what is remembered of the member, by programme; None: of nobody."""
    if version.rules.funding:
        order = order._replace(gone=_gone(coalition, version))
    if tallies is not None:
        order = version.seen(order, tallies.get(version.programme.id, NO_TALLY))
    award = version.award(order)
    if award.points > MAX_INTEGER:
        raise Refused(Code.LIMIT_EXCEEDED, "this would give more than 2^53 - 1 points", field)
    return Considered(version, order, award, award.expires < day_of(coalition.now()))
