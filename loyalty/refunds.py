"""A redemption comes back: its points, its voucher, its place on the shelf.

The partner where points were burned gives them back, of a redemption or of a captured hold. They
come back with the lots that they were taken from, last consumed first; what has lapsed meanwhile
lasts the programme's grace from now on.
"""

from datetime import date
from typing import NamedTuple

import msgspec

from ledger.entries import read_entry
from ledger.errors import PointsMissing, RuleBroken
from ledger.history import check_age
from ledger.kinds import opened_by, outside_posting, refund
from ledger.names import At, Expires, TransactionId, day_of, is_base32_id
from ledger.tx import Tx, read_tx
from loyalty.authority import Signature, authority, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out, read_answer
from loyalty.goodwill import in_days
from loyalty.moved_wallets import Going
from loyalty.ports import RecordPut, StandingPut, TransactionRow, Versioned
from loyalty.programmes import REFUND_GRACE_DAYS
from loyalty.records.rewards import Hold, Voucher
from loyalty.refusals import Code, Refused
from loyalty.spending import unspent
from loyalty.stock import put_back
from loyalty.texts import check_amount
from loyalty.vouchers import voucher_voided
from loyalty.writing import refuse


class Bought(NamedTuple):
    """What the points of a redemption were spent on. code: the voucher's, empty without one;
    counted: where it was counted as taken, and in whose spending; since: when that was.
    """

    programme: str
    since: At
    counted: tuple[str, ...] = ()
    code: str = ""
    voucher: Versioned[Voucher] | None = None


def refund_redemption(
    coalition: Coalition,
    request: Request,
    redemption: TransactionId,
    points: int | None,
    signature: Signature | None,
) -> Answer:
    """Gives points back to whoever spent them. points: all that still stand, if absent. record: the
    id of the voucher that is void now.

    A voucher comes back whole and unused; of what had none, like goods made and sent, a part can.
    """
    partner = require_partner(request.actor).id
    if points is not None:
        check_amount(points, "points")

    def decide() -> Plan:
        row, tx = _the_redemption(coalition, redemption, partner)
        of, version = coalition.store.standing(redemption) or (opened_by(tx), 0)
        going = Going(coalition, request, {of.wallet: of.currency}, incoming=True)
        draft = going.draft
        by = authority(draft.governance, request, "refund", draft.at, signature)
        if not of.stands:
            raise Refused(
                Code.EXCEEDS_REMAINING, "all of these points came back already", "redemptionId"
            )
        bought = _bought(coalition, row, tx)
        amount = of.stands if points is None else points
        _check_voucher(bought, whole=amount >= of.stands)
        try:
            check_age("refund", of, draft.at)
            later = _grace(coalition, bought, draft.at)
            effect = refund(draft.wallet(of.wallet), of, amount, draft.at, later)
            draft.add(request.id, "refund", effect, by, of=redemption)
            going.pass_on(of.wallet)
            going.pay(of.wallet, amount)
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "points") from None
        left = () if effect.leaves is None else (StandingPut(effect.leaves, version),)
        spent = of._replace(at=bought.since, stands=amount)
        records = going.settle(unspent(coalition, bought.counted, spent))
        if amount == of.stands:
            records += _returned(coalition, bought, draft.at)
        return draft.plan(
            request.id,
            record=bought.code,
            records=records,
            standings=left,
            news=_news(bought),
        )

    return carry_out(coalition, request, decide)


def _the_redemption(
    coalition: Coalition, id_: TransactionId, partner: str
) -> tuple[TransactionRow, Tx]:
    row = coalition.store.transactions([id_]).get(id_) if is_base32_id(id_) else None
    if row is not None and row.entry is not None:
        tx = read_tx(read_entry(row.entry).body)
        if tx.kind in ("redeem", "capture") and outside_posting(tx, "burned")[0] == partner:
            return row, tx
    raise Refused(
        Code.NOT_FOUND, "no points were spent at this partner by such a transaction", "redemptionId"
    )


def _bought(coalition: Coalition, row: TransactionRow, tx: Tx) -> Bought:
    if tx.of is not None:
        held, of = coalition.store.record(Hold, tx.of), coalition.store.standing(tx.of)
        if held is None or of is None:
            return Bought("", tx.at)
        return Bought(held.record.programme, of[0].at, held.record.counted)
    programme = "" if tx.rule is None else coalition.version(tx.rule).programme.id
    code = read_answer(row).record
    voucher = coalition.store.record(Voucher, code) if is_base32_id(code) else None
    if voucher is None:
        return Bought(programme, tx.at)
    return Bought(programme, tx.at, voucher.record.counted, code, voucher)


def _check_voucher(bought: Bought, *, whole: bool) -> None:
    if bought.voucher is None:
        return
    if bought.voucher.record.used_at:
        raise Refused(
            Code.ALREADY_REDEEMED,
            f"its voucher was used {bought.voucher.record.used_at}",
            "redemptionId",
        )
    if not whole:
        raise Refused(Code.NOT_ELIGIBLE, "a voucher comes back whole: leave `points` out", "points")


def _grace(coalition: Coalition, bought: Bought, at: str) -> Expires:
    """The last day of what has lapsed since it was spent, by the programme's newest version."""
    rule = coalition.governance().latest.get(("programme", bought.programme))
    days = REFUND_GRACE_DAYS
    if rule is not None:
        days = coalition.version(rule).programme.refund_grace_days
    return in_days(date.fromisoformat(day_of(at)), days)


def _returned(coalition: Coalition, bought: Bought, at: str) -> tuple[RecordPut, ...]:
    """The place on the shelf is free again, and the voucher is void."""
    counts = put_back(coalition, bought.counted)
    if bought.voucher is None:
        return counts
    void = msgspec.structs.replace(bought.voucher.record, void_at=at)
    return (RecordPut(bought.code, void, bought.voucher.version), *counts)


def _news(bought: Bought) -> tuple[News, ...]:
    if bought.voucher is None:
        return ()
    return (voucher_voided(bought.voucher.record, bought.programme),)
