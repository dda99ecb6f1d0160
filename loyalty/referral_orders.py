"""A friend's first order: what a referral gives for it, and takes back when it comes back.

What there is to give is read before a draft is begun, so that the draft has every wallet that it
will touch; the entries then go with those of the order itself, in one commit.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from ledger.errors import RuleBroken
from ledger.kinds import earn
from ledger.names import At, CurrencyCode, TransactionId, WalletId, day_of, transaction_id
from ledger.tx import Authority
from loyalty.coalition import Coalition
from loyalty.committing import News, Plan
from loyalty.members import present_id, with_wallets
from loyalty.ports import RecordPut, Versioned
from loyalty.programmes import Version
from loyalty.records.members import Member
from loyalty.records.referrals import Bonus, ReferralOrder, ReferralsPaid, Referred
from loyalty.referrals import key_of
from loyalty.rules.orders import PURCHASE, Order
from loyalty.rules.referral import Referral
from loyalty.set_aside import receiving
from loyalty.writing import PROGRAMME, Draft, refuse


class Given(NamedTuple):
    """What referrals added to a draft. others: entries of other members than the order's."""

    records: tuple[RecordPut, ...] = ()
    news: tuple[News, ...] = ()
    others: frozenset[TransactionId] = frozenset()

    def without_others(self, plan: Plan) -> Plan:
        """The plan whose answer is about the order's own member: a till shows what that one got."""
        if not self.others:
            return plan
        own = tuple(id_ for id_ in plan.answer.further if id_ not in self.others)
        return plan._replace(answer=msgspec.structs.replace(plan.answer, further=own))


class _Due(NamedTuple):
    """What one programme's referral gives for the order. referrer: None if it is no more, or had
    points for as many friends this month as it can; counted: this friend among them; wallet: that
    the referrer's points come to, if it has one."""

    version: Version
    referral: Referral
    referrer_id: str
    referrer: Versioned[Member] | None
    counted: RecordPut | None
    wallet: WalletId | None = None

    @property
    def currency(self) -> CurrencyCode:
        return self.version.programme.points_currency


class Referrals:
    """What there is to decide about referrals with one member's order. merged: ids of those that
    this one was, too.
    """

    def __init__(
        self,
        coalition: Coalition,
        friend: str,
        merged: tuple[str, ...],
        request: TransactionId,
        order: Order,
    ) -> None:
        self._coalition, self._friend, self._merged = coalition, friend, merged
        self._request, self._order = request, order
        self._due: list[_Due] = []
        self._ended: list[RecordPut] = []

    def read(self, versions: Iterable[Version]) -> None:
        """Looks up what the versions that hold for the order have of the member."""
        for version in versions:
            referral = version.programme.referral
            if referral is not None and self._order.event == PURCHASE:
                self._read(version, referral)

    @property
    def currencies(self) -> tuple[CurrencyCode, ...]:
        """In which the friend will need a wallet."""
        return tuple(each.currency for each in self._due)

    def wallets(self) -> dict[WalletId, CurrencyCode]:
        """Of other members, which the draft is to have."""
        return {each.wallet: each.currency for each in self._due if each.wallet is not None}

    def given(self, draft: Draft, friend: Member, earned: Sequence[TransactionId]) -> Given:
        """Adds the awards. friend: whose order it is; earned: the order's own entries."""
        if not self._due:
            return Given(tuple(self._ended))
        referrers, opened = self._with_wallets(draft)
        records = [*self._ended, *opened]
        others: list[TransactionId] = []
        bonuses: list[Bonus] = []
        friends: list[TransactionId] = []
        for each in self._due:
            friends.append(self._award(draft, each, "friend", friend))
            awards = [friends[-1]]
            if each.counted is not None and each.referrer_id in referrers:
                referrer = referrers[each.referrer_id]
                awards.append(self._award(draft, each, "referrer", referrer))
                others.append(awards[-1])
                records.append(each.counted)
            bonuses.append(self._bonus(each, awards))
        news = [self._news(each) for each in self._due]
        found = ReferralOrder(
            partner=self._order.partner,
            amount_minor=self._order.amount_minor,
            bonuses=tuple(bonuses),
        )
        # Whatever the shop knows of the order leads to what has to come back with it.
        ids = {self._request, *(earned or friends)}
        records += [RecordPut(id_, found) for id_ in sorted(ids)]
        return Given(tuple(records), tuple(news), frozenset(others))

    def _read(self, version: Version, referral: Referral) -> None:
        order = self._order
        if order.partner not in referral.partners:
            return
        key = key_of(version.programme.id, self._friend)
        found = self._coalition.store.record(Referred, key)
        own = Referred() if found is None else found.record
        if own.order or self._ordered_as_another(version.programme.id):
            return
        late = order.at < own.since
        if own.referrer and not late and not referral.reached(order.money, order.amount_minor):
            return
        ended = msgspec.structs.replace(own, order=self._request)
        self._ended.append(RecordPut(key, ended, 0 if found is None else found.version))
        if own.referrer and not late:
            self._due.append(self._due_of(version, referral, own.referrer))

    def _ordered_as_another(self, programme: str) -> bool:
        """Whether the friend's first order was of one that it was, too, before they were merged."""
        keys = [key_of(programme, each) for each in self._merged]
        found = self._coalition.store.records(Referred, keys) if keys else {}
        return any(each.record.order for each in found.values())

    def _due_of(self, version: Version, referral: Referral, referrer: str) -> _Due:
        # Who was merged has its bonus as whom it is now; who was the friend all along has none.
        referrer = present_id(self._coalition, referrer)
        member = self._coalition.store.record(Member, referrer)
        merged = () if member is None else member.record.merged
        put = self._counted(version.programme.id, referral, (referrer, *merged))
        if put is None or referrer == self._friend:
            return _Due(version, referral, referrer, None, put)
        if member is not None and member.record.forgotten_at:
            member = None
        wallets = {} if member is None else receiving(self._coalition, member.record).wallets
        wallet = wallets.get(version.programme.points_currency)
        return _Due(version, referral, referrer, member, put, wallet)

    def _counted(
        self, programme: str, referral: Referral, referrers: Sequence[str]
    ) -> RecordPut | None:
        """One friend more of the month; None where they are as many as can be. referrers: who
        brought it, and those that this one was, too, whose friends are its own.
        """
        keys = [key_of(programme, each) for each in referrers]
        found = self._coalition.store.records(ReferralsPaid, keys)
        # Never a month before one that was counted: clocks differ, and a limit is a limit.
        month = referral.month(At(self._coalition.now()))
        month = max([month, *(each.record.month for each in found.values())])
        counts = {
            key: each.record.count for key, each in found.items() if each.record.month == month
        }
        if sum(counts.values()) >= referral.a_month:
            return None
        own = ReferralsPaid(month=month, count=counts.get(keys[0], 0) + 1)
        return RecordPut(keys[0], own, found[keys[0]].version if keys[0] in found else 0)

    def _with_wallets(self, draft: Draft) -> tuple[dict[str, Member], list[RecordPut]]:
        """Those who brought the friend, each with the wallets that it needs, and what that
        writes."""
        found = {each.referrer_id: each.referrer for each in self._due if each.referrer}
        members: dict[str, Member] = {}
        records: list[RecordPut] = []
        for id_, referrer in found.items():
            needed = {each.currency for each in self._due if each.referrer_id == id_}
            members[id_], puts = with_wallets(self._coalition, id_, referrer, sorted(needed))
            records += puts
            for currency in needed - set(referrer.record.wallets):
                draft.open(members[id_].wallets[currency], currency)
        return members, records

    def _award(self, draft: Draft, due: _Due, whose: str, member: Member) -> TransactionId:
        programme, at = due.version.programme, draft.at
        known = due.wallet if whose == "referrer" else None
        wallet, today = known or member.wallets[due.currency], date.fromisoformat(day_of(draft.at))
        id_ = transaction_id(PROGRAMME, f"{self._request}/referral/{programme.id}/{whose}")
        waits = day_of(at) < programme.confirmed_on(date.fromisoformat(day_of(self._order.at)))
        expires = None if waits else programme.expires(today, member.jurisdiction)
        points = due.referral.friend if whose == "friend" else due.referral.referrer
        effect = earn(draft.wallet(wallet), self._order.partner, points, at, expires)
        # When it was bought says until when the points wait; confirmations read it there.
        detail = {"referral": whose, "purchased_at": self._order.at}
        try:
            draft.add(
                id_, "earn", effect, Authority(PROGRAMME), rule=due.version.rule, detail=detail
            )
        except RuleBroken as broken:
            raise refuse(broken, "amount") from None
        return id_

    def _bonus(self, due: _Due, awards: Sequence[TransactionId]) -> Bonus:
        return Bonus(
            programme=due.version.programme.id,
            referrer=due.referrer_id,
            minimum_minor=due.referral.minimum_minor,
            awards=tuple(awards),
        )

    def _news(self, due: _Due) -> News:
        paid = due.referrer is not None and due.counted is not None
        return News(
            "referral.completed",
            due.referrer_id,
            {
                "programme": due.version.programme.id,
                "friend": self._friend,
                "points": due.referral.referrer if paid else 0,
                "friend_points": due.referral.friend,
            },
        )
