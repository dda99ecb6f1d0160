"""Goods come back: the points that they earned go back to their issuer, whole or in part."""

from ledger.entries import read_entry
from ledger.errors import PointsMissing, RuleBroken
from ledger.history import check_age
from ledger.kinds import Standing, opened_by, reverse
from ledger.names import CurrencyCode, TransactionId, is_base32_id
from ledger.tx import Tx, read_tx
from ledger.wallets import Wallet
from loyalty.authority import Signature, authority, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out, read_answer
from loyalty.ports import RecordPut, StandingPut, TransactionRow
from loyalty.records import Returned, WalletOwner
from loyalty.referral_returns import ReferralReturn, Share
from loyalty.refusals import Code, Refused
from loyalty.rules.counts import taken_back
from loyalty.standing import Change, count
from loyalty.tallies import Counted, counted_in
from loyalty.texts import check_amount
from loyalty.writing import Draft, refuse


def reverse_transaction(
    coalition: Coalition,
    request: Request,
    transaction: TransactionId,
    points: int | None,
    signature: Signature | None,
) -> Answer:
    """Takes an earn back, by the partner that issued it. points: all that still stands, if absent.

    What the member has spent already becomes arrears, which later points pay first.
    """
    partner = require_partner(request.actor).id
    if points is not None:
        check_amount(points, "points")

    def decide() -> Plan:
        row = the_row(coalition, transaction)
        if row is not None and row.entry is None:
            return _uncounted(coalition, request, row, points, signature)
        earned = the_earn(row, partner, "transactionId")
        of, version = coalition.store.standing(transaction) or (opened_by(earned), 0)
        gift_card = _is_gift_card(coalition, of)
        bonus = ReferralReturn(coalition, transaction)
        wallets = {of.wallet: of.currency} | bonus.wallets()
        draft = Draft(coalition, coalition.governance(), wallets)
        by = authority(draft.governance, request, "reverse", draft.at, signature)
        if not of.stands:
            raise _all_back()
        try:
            check_age("reverse", of, draft.at)
            if of.stands - of.pending > 0:
                draft.expire_lapsed(of.wallet)
            if gift_card:
                _check_balance(draft.wallet(of.wallet), points or of.stands)
            effect = reverse(draft.wallet(of.wallet), of, points or of.stands, draft.at)
            draft.add(request.id, "reverse", effect, by, of=transaction)
            left = effect.leaves or of
            share = Share(left.stands, opened_by(earned).stands)
            more = bonus.taken(draft, request.id, share)
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "points") from None
        return draft.plan(
            request.id,
            standings=(StandingPut(left, version), *more.standings),
            news=(*_taken_back(coalition, draft, earned, of, left), *more.news),
        )

    return carry_out(coalition, request, decide)


def _is_gift_card(coalition: Coalition, of: Standing) -> bool:
    """Whether this was paid for a gift card. Raises Refused for one that was replaced."""
    owner = coalition.store.record(WalletOwner, of.wallet)
    if owner is None or not owner.record.card:
        return False
    if owner.record.moved_to:
        raise Refused(Code.NOT_ELIGIBLE, "the card is blocked: it was replaced", "transactionId")
    return True


def _check_balance(wallet: Wallet, points: int) -> None:
    """A gift card never owes: what it has paid with is not taken back. Raises PointsMissing."""
    if wallet.balances.available < points:
        raise PointsMissing(points, wallet.balances.available)


def _taken_back(
    coalition: Coalition, draft: Draft, earned: Tx, of: Standing, left: Standing
) -> tuple[News, ...]:
    """Takes from what is remembered what of the order has come back; news of that."""
    row = coalition.store.wallet_row(of.wallet, earned.chains[0].seq)
    own = counted_in(b"" if row is None else row.detail)
    if not own or earned.rule is None:
        return ()
    programme = coalition.version(earned.rule).programme.id
    whole = opened_by(earned).stands
    deltas = taken_back(
        Counted(programme, own).each(), whole, whole - of.stands, whole - left.stands
    )
    owner = coalition.store.record(WalletOwner, of.wallet)
    member = "" if owner is None else owner.record.member
    return count(coalition, draft, of.wallet, Change(member, programme, deltas))


def _uncounted(
    coalition: Coalition,
    request: Request,
    row: TransactionRow,
    points: int | None,
    signature: Signature | None,
) -> Plan:
    """The order gave no points, but it was counted, or was a friend's first: that is taken back,
    once."""
    made = read_answer(row).counted
    partner = require_partner(request.actor).id
    bonus = ReferralReturn(coalition, row.id)
    sellers = {each.partner for each in made} | bonus.sellers()
    if sellers != {partner}:
        raise _no_such("transactionId")
    if points is not None:
        raise Refused(Code.EXCEEDS_REMAINING, "this order gave no points: leave it out", "points")
    if coalition.store.record(Returned, row.id) is not None:
        raise _all_back()
    owners = coalition.store.records(WalletOwner, [each.wallet for each in made])
    wallets = {each.wallet: CurrencyCode(owners[each.wallet].record.currency) for each in made}
    draft = Draft(coalition, coalition.governance(), wallets | bonus.wallets())
    if bonus.sellers():
        # Points move, of a rule that the partner signed; that they do is its own word here too.
        authority(draft.governance, request, "reverse", draft.at, signature)
    try:
        more = bonus.taken(draft, request.id, Share(0, 1))
    except (RuleBroken, PointsMissing) as broken:
        raise refuse(broken, "transactionId") from None
    news = list(more.news)
    for each in made:
        deltas = taken_back(each.each(), 1, 0, 1)
        change = Change(each.member, each.programme, deltas)
        news += count(coalition, draft, each.wallet, change)
    back = RecordPut(row.id, Returned(at=draft.at))
    return draft.plan(request.id, records=(back,), standings=more.standings, news=tuple(news))


def the_row(coalition: Coalition, id_: TransactionId) -> TransactionRow | None:
    """The row of a transaction, if there is one."""
    return coalition.store.transactions([id_]).get(id_) if is_base32_id(id_) else None


def the_earn(row: TransactionRow | None, partner: str, *field: str) -> Tx:
    """A transaction by which the partner issued points. Raises Refused."""
    if row is not None and row.entry is not None:
        tx = read_tx(read_entry(row.entry).body)
        if tx.kind == "earn" and opened_by(tx).partner == partner:
            return tx
    raise _no_such(*field)


def _no_such(*field: str) -> Refused:
    return Refused(
        Code.NOT_FOUND, "this partner has issued no points by such a transaction", *field
    )


def _all_back() -> Refused:
    return Refused(
        Code.EXCEEDS_REMAINING, "all of this transaction was taken back already", "transactionId"
    )
