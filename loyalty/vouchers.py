"""Vouchers as records, and the list of those that a member did not pay for."""

import msgspec

from ledger.names import Hash, PartnerId, TransactionId
from loyalty.coalition import Coalition
from loyalty.committing import News
from loyalty.ports import RecordPut
from loyalty.programmes import Reward
from loyalty.records import HandedVouchers, Voucher

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
