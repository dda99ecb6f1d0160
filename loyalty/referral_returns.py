"""A friend's first order comes back: so do the points that a referral gave for it."""

from typing import NamedTuple

from ledger.entries import read_entry
from ledger.governance import Governance
from ledger.history import check_age
from ledger.kinds import Standing, opened_by, reverse
from ledger.names import CurrencyCode, Hash, TransactionId, WalletId, transaction_id
from ledger.tx import Authority, Tx, read_tx
from loyalty.coalition import Coalition
from loyalty.committing import News
from loyalty.moved_wallets import Going
from loyalty.ports import StandingPut
from loyalty.records.referrals import Bonus, ReferralOrder
from loyalty.refusals import Code, Refused
from loyalty.writing import PROGRAMME


class Share(NamedTuple):
    """What is left of an order, by its points: left of whole."""

    left: int
    whole: int


class Back(NamedTuple):
    """What went back with an order, beside the order's own points."""

    standings: tuple[StandingPut, ...] = ()
    news: tuple[News, ...] = ()


class _Award(NamedTuple):
    """An award that still stands, of one bonus. version: of its standing."""

    bonus: Bonus
    tx: Tx
    of: Standing
    version: int


class ReferralReturn:
    """What a referral gave for an order of which some comes back.

    returned: the transaction by which it does, which goes back by itself.
    """

    def __init__(self, coalition: Coalition, returned: TransactionId) -> None:
        found = coalition.store.record(ReferralOrder, returned)
        self._order = None if found is None else found.record
        self._awards = () if found is None else _awards(coalition, found.record, returned)

    def sellers(self) -> frozenset[str]:
        """The partner at whom the order was; none, where no referral gave anything for it."""
        return frozenset() if self._order is None else frozenset({self._order.partner})

    def wallets(self) -> dict[WalletId, CurrencyCode]:
        """Those that the draft is to have."""
        return {each.of.wallet: each.of.currency for each in self._awards}

    def taken(self, going: Going, request: TransactionId, share: Share) -> Back:
        """Takes back what the rest of the order is too small for. Raises RuleBroken, Refused.

        The share of the order's points that is left is taken for the share of its money: $50 that
        earned 50 points of which 30 went back is an order of $20.
        """
        if self._order is None:
            return Back()
        amount = self._order.amount_minor
        standings, told = [], {}
        for each in self._awards:
            if amount * share.left >= each.bonus.minimum_minor * share.whole:
                continue
            standings.append(_reversed(going, request, each))
            told[each.bonus.programme] = each.bonus
        news = tuple(
            News("referral.reversed", each.referrer, {"programme": each.programme})
            for each in told.values()
        )
        return Back(tuple(standings), news)


def _awards(
    coalition: Coalition, order: ReferralOrder, returned: TransactionId
) -> tuple[_Award, ...]:
    ids = {id_: each for each in order.bonuses for id_ in each.awards if id_ != returned}
    rows = coalition.store.transactions(list(ids))
    found = []
    for id_, bonus in ids.items():
        entry = rows[id_].entry
        if entry is None:
            continue
        tx = read_tx(read_entry(entry).body)
        of, version = coalition.store.standing(id_) or (opened_by(tx), 0)
        if of.stands:
            found.append(_Award(bonus, tx, of, version))
    return tuple(found)


def _reversed(going: Going, request: TransactionId, award: _Award) -> StandingPut:
    of, draft = award.of, going.draft
    check_age("reverse", of, draft.at)
    rule = _rule(draft.governance, award, draft.at)
    if of.stands - of.pending > 0:
        draft.expire_lapsed(of.wallet)
    going.fetch(of.wallet, of.stands - of.pending)
    effect = reverse(draft.wallet(of.wallet), of, of.stands, draft.at)
    id_ = transaction_id(PROGRAMME, f"{request}/referral/{of.id}")
    draft.add(id_, "reverse", effect, Authority(PROGRAMME), rule=rule, of=of.id)
    return StandingPut(effect.leaves or of, award.version)


def _rule(governance: Governance, award: _Award, at: str) -> Hash:
    """The version that gave it, or the one that its partner signed since. Raises Refused."""
    latest = governance.latest.get(("programme", award.bonus.programme))
    for rule in (award.tx.rule, latest):
        version = None if rule is None else governance.versions.get(rule)
        if rule and version and version.term.holds(at) and award.of.partner in version.signed:
            return rule
    raise Refused(
        Code.NOT_ELIGIBLE,
        "a referral gave points for this order by a programme that the partner is in no more: "
        f"take these back first, which are of transaction {award.of.id}",
        "transactionId",
    )
