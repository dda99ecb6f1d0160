"""Vouchers as records, and the list of those that a member did not pay for."""

from collections.abc import Sequence

import msgspec

from ledger.names import At, Hash, PartnerId, TransactionId
from loyalty.coalition import Coalition
from loyalty.committing import News
from loyalty.ports import RecordPut
from loyalty.programmes import Reward
from loyalty.records.rewards import HandedVouchers, Voucher
from loyalty.stock import put_back

LISTED_MAX = 100
"""So many of the vouchers that a member was handed are listed, the newest."""


def voucher_of(
    rule: Hash,
    reward: Reward,
    member: str,
    transaction: TransactionId,
    at: str,
    counted: tuple[str, ...] = (),
) -> Voucher:
    return Voucher(
        reward=reward.id,
        name=reward.name,
        rule=rule,
        partner=PartnerId(reward.partner),
        member=member,
        transaction=transaction,
        issued_at=at,
        counted=counted,
    )


def voucher_issued(member: str, programme: str, reward: Reward) -> News:
    """Without its code: who has that can use it."""
    said = {"programme": programme, "reward": reward.id, "partner": reward.partner}
    return News("voucher.issued", member, said)


def voucher_voided(voucher: Voucher, programme: str) -> News:
    said = {"programme": programme, "reward": voucher.reward, "partner": voucher.partner}
    return News("voucher.voided", voucher.member, said)


def voucher_used(voucher: Voucher) -> News:
    """At its partner, who is told of it, but not whose it was."""
    said = {"reward": voucher.reward, "partner": voucher.partner}
    return News("voucher.used", voucher.member, said)


def void_unused(
    coalition: Coalition, codes: Sequence[str], at: At
) -> tuple[tuple[RecordPut, ...], tuple[News, ...]]:
    """What an order was given beside points is void once all of it has come back, and others can
    have it; what was used stays used.
    """
    found = coalition.store.records(Voucher, codes)
    unused = {
        code: each
        for code, each in found.items()
        if not (each.record.used_at or each.record.void_at)
    }
    puts = tuple(
        RecordPut(code, msgspec.structs.replace(each.record, void_at=at), each.version)
        for code, each in unused.items()
    )
    news = (
        voucher_voided(each.record, coalition.version(each.record.rule).programme.id)
        for each in unused.values()
    )
    counted = (key for each in unused.values() for key in each.record.counted)
    return (*puts, *put_back(coalition, counted)), tuple(news)


def list_handed(coalition: Coalition, member: str, codes: tuple[str, ...]) -> tuple[RecordPut, ...]:
    """Puts them first in the member's list."""
    if not codes:
        return ()
    found = coalition.store.record(HandedVouchers, member)
    before = HandedVouchers() if found is None else found.record
    listed = (*codes, *before.vouchers)[:LISTED_MAX]
    return (
        RecordPut(
            member,
            msgspec.structs.replace(before, vouchers=listed),
            0 if found is None else found.version,
        ),
    )
