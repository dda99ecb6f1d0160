"""Goods come back: the points that they earned go back to their issuer, whole or in part."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import msgspec

from ledger.entries import read_entry
from ledger.errors import PointsMissing, RuleBroken
from ledger.history import check_age
from ledger.kinds import Standing, opened_by, reverse
from ledger.names import At, CurrencyCode, Hash, TransactionId, WalletId, is_base32_id
from ledger.tx import Authority, Tx, read_tx
from ledger.wallets import Wallet
from loyalty.authority import Signature, authority, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out, read_answer
from loyalty.funding import split
from loyalty.moved_wallets import Going, living_wallet
from loyalty.ports import RecordPut, StandingPut, TransactionRow
from loyalty.records.members import WalletOwner
from loyalty.records.orders import CoFunded, Returned
from loyalty.referral_returns import ReferralReturn, Share
from loyalty.refusals import Code, Refused
from loyalty.rules.counts import taken_back
from loyalty.standing import Change, count
from loyalty.tallies import Counted, counted_in
from loyalty.texts import check_amount
from loyalty.vouchers import void_unused
from loyalty.writing import Draft, ids_of, refuse


class _Part(NamedTuple):
    """An earn to take back from. of: what of it stands; version: of that."""

    earned: Tx
    of: Standing
    version: int


class _Back(NamedTuple):
    """How much of an order comes back: before had, after will have, of whole."""

    whole: int
    before: int
    after: int


def reverse_transaction(
    coalition: Coalition,
    request: Request,
    transaction: TransactionId,
    points: int | None,
    signature: Signature | None,
) -> Answer:
    """Takes an earn back, by the partner that issued it. points: all that still stands, if absent.

    What the member has spent already becomes arrears, which later points pay first. Of an award
    that others fund, too, the partner of the till takes back from all by what stands of each: the
    others' entries are by the system, under a rule that they signed.
    """
    partner = require_partner(request.actor).id
    if points is not None:
        check_amount(points, "points")

    def decide() -> Plan:
        row = the_row(coalition, transaction)
        if row is not None and row.entry is None:
            return _uncounted(coalition, request, row, points, signature)
        parts = _parts(coalition, row, transaction, partner)
        of, whole = parts[0].of, sum(each.of.stands for each in parts)
        gift_card = _is_gift_card(coalition, of)
        bonus = ReferralReturn(coalition, transaction)
        beside = () if row is None else _living(coalition, read_answer(row).counted)
        wallets = _currencies(coalition, beside) | {of.wallet: of.currency} | bonus.wallets()
        going = Going(coalition, request, wallets)
        draft = going.draft
        by = authority(draft.governance, request, "reverse", draft.at, signature)
        if not whole:
            raise _all_back()
        wanted = points or whole
        if wanted > whole:
            raise Refused(Code.EXCEEDS_REMAINING, f"{whole} points of it still stand", "points")
        if any(each.of.stands > each.of.pending for each in parts):
            draft.expire_lapsed(of.wallet)
        shares = split(wanted, {each.of.id: each.of.stands for each in parts})
        taking = [each for each in parts if shares[each.of.id]]
        ids = ids_of(request.id, by)
        try:
            if gift_card:
                _check_balance(draft.wallet(of.wallet), wanted)
            going.fetch(of.wallet, sum(_of_available(each.of, shares) for each in parts))
            puts = [_reversed(draft, each, shares, partner, *next(ids)) for each in taking]
            issued = sum(opened_by(each.earned).stands for each in parts)
            more = bonus.taken(going, request.id, Share(whole - wanted, issued))
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "points") from None
        back = _back(parts[0], shares[of.id])
        told = [_counted_back(coalition, draft, each, back) for each in beside]
        void, voided = _void(coalition, row if wanted == whole else None, draft.at)
        return draft.plan(
            request.id,
            records=(*going.settle(), *void),
            standings=(*puts, *more.standings),
            news=(*_taken_back(coalition, going, parts, back), *chain(*told), *more.news, *voided),
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


def _parts(
    coalition: Coalition, row: TransactionRow | None, id_: TransactionId, partner: str
) -> list[_Part]:
    """The earn, and those of others who funded the same award at the partner's till."""
    funded = coalition.store.record(CoFunded, id_) if row is not None else None
    if funded is None or funded.record.partner != partner:
        return [_part(coalition, the_earn(row, partner, "transactionId"))]
    rows = coalition.store.transactions(funded.record.transactions)
    entries = [rows[each].entry for each in funded.record.transactions]
    return [_part(coalition, read_tx(read_entry(entry).body)) for entry in entries if entry]


def _part(coalition: Coalition, earned: Tx) -> _Part:
    return _Part(earned, *(coalition.store.standing(earned.id) or (opened_by(earned), 0)))


def _reversed(
    draft: Draft,
    part: _Part,
    shares: Mapping[str, int],
    partner: str,
    id_: TransactionId,
    by: Authority,
) -> StandingPut:
    """Adds the entry of a part's share. Raises RuleBroken, PointsMissing."""
    of = part.of
    rule = None if of.partner == partner else _rule(draft, part)
    check_age("reverse", of, draft.at)
    effect = reverse(draft.wallet(of.wallet), of, shares[of.id], draft.at)
    draft.add(id_, "reverse", effect, by, rule=rule, of=of.id)
    return StandingPut(effect.leaves or of, part.version)


def _of_available(of: Standing, shares: Mapping[str, int]) -> int:
    """What of a share is not pending any more."""
    return max(shares[of.id] - of.pending, 0)


def _rule(draft: Draft, part: _Part) -> Hash | None:
    """The version that gave the points, or else the newest: it must be in force at a return."""
    made = draft.governance.versions[Hash(str(part.earned.rule))]
    if made.term.holds(draft.at):
        return part.earned.rule
    return draft.governance.latest["programme", made.id]


def _taken_back(
    coalition: Coalition, going: Going, parts: Sequence[_Part], back: _Back
) -> tuple[News, ...]:
    """Takes from what is remembered what of the order has come back; news of that."""
    earned, of, _ = parts[0]
    row = coalition.store.wallet_row(of.wallet, earned.chains[0].seq)
    own = counted_in(b"" if row is None else row.detail)
    if not own or earned.rule is None:
        return ()
    owner = coalition.store.record(WalletOwner, of.wallet)
    made = Counted(
        coalition.version(earned.rule).programme.id,
        own,
        going.living(of.wallet),
        "" if owner is None else owner.record.member,
    )
    return _counted_back(coalition, going.draft, made, back)


def _back(first: _Part, share: int) -> _Back:
    """By the first part of an award alone, with which what the order counted is kept: what another
    partner has taken back of its own part was not taken from that.
    """
    whole = opened_by(first.earned).stands
    before = whole - first.of.stands
    return _Back(whole, before, before + share)


def _counted_back(
    coalition: Coalition, draft: Draft, made: Counted, back: _Back
) -> tuple[News, ...]:
    """Takes the share from what one programme counted of the order; news of that."""
    deltas = taken_back(made.each(), *back)
    return count(coalition, draft, made.wallet, Change(made.member, made.programme, deltas))


def _living(coalition: Coalition, made: Iterable[Counted]) -> tuple[Counted, ...]:
    """What was counted without an entry, by where that is remembered now."""
    return tuple(
        msgspec.structs.replace(each, wallet=living_wallet(coalition, each.wallet))
        for each in made
        if each.deltas
    )


def _currencies(coalition: Coalition, made: Sequence[Counted]) -> dict[WalletId, CurrencyCode]:
    """The wallets that remember it."""
    owners = coalition.store.records(WalletOwner, [each.wallet for each in made])
    return {each.wallet: CurrencyCode(owners[each.wallet].record.currency) for each in made}


def _uncounted(
    coalition: Coalition,
    request: Request,
    row: TransactionRow,
    points: int | None,
    signature: Signature | None,
) -> Plan:
    """The order gave no points, but it was counted, handed a voucher, or was a friend's first: that
    is taken back, once."""
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
    made = _living(coalition, made)
    going = Going(coalition, request, _currencies(coalition, made) | bonus.wallets())
    draft = going.draft
    if bonus.sellers():
        # Points move, of a rule that the partner signed; that they do is its own word here too.
        authority(draft.governance, request, "reverse", draft.at, signature)
    try:
        more = bonus.taken(going, request.id, Share(0, 1))
    except (RuleBroken, PointsMissing) as broken:
        raise refuse(broken, "transactionId") from None
    news = list(more.news)
    for each in made:
        news += _counted_back(coalition, draft, each, _Back(1, 0, 1))
    void, voided = _void(coalition, row, draft.at)
    news += voided
    back = RecordPut(row.id, Returned(at=draft.at))
    records = (back, *going.settle(), *void)
    return draft.plan(request.id, records=records, standings=more.standings, news=tuple(news))


def _void(
    coalition: Coalition, row: TransactionRow | None, at: At
) -> tuple[tuple[RecordPut, ...], tuple[News, ...]]:
    """The vouchers that the order of a row was given. row: None where a part of it stays."""
    return void_unused(coalition, () if row is None else read_answer(row).vouchers, at)


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
