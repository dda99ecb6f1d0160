"""Vouchers that rules hand out: without points, within the limits of their rewards."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ledger.governance import Governance
from ledger.names import Hash, TransactionId
from loyalty.coalition import Coalition
from loyalty.committing import News
from loyalty.ports import RecordPut
from loyalty.programmes import Version
from loyalty.records.members import Member
from loyalty.records.rewards import RewardTaken
from loyalty.refusals import Refused
from loyalty.rewards import Getting, got
from loyalty.rules.deciding import Outcome
from loyalty.rules.orders import Miss, Order
from loyalty.vouchers import list_handed, voucher_issued, voucher_of

Missed = Mapping[tuple[Hash, str], Miss]
"""By programme version and rule: why a voucher was not to be had."""


class Receiver(NamedTuple):
    """Who is handed vouchers, and by which request."""

    id: str
    member: Member
    request: TransactionId
    at: str


class Handed(NamedTuple):
    """What it writes; codes: the vouchers' ids, which their holder keeps to itself."""

    records: tuple[RecordPut, ...]
    codes: tuple[str, ...]
    news: tuple[News, ...]
    missed: Missed


def hand_out(
    coalition: Coalition,
    governance: Governance,
    receiver: Receiver,
    decided: Iterable[tuple[Version, Order, Iterable[Outcome]]],
) -> Handed:
    """The vouchers of all rules that hold, each if its reward is still to be had."""
    puts: dict[tuple[type, str], RecordPut] = {}
    vouchers: list[RecordPut] = []
    news, missed = [], {}
    for version, order, outcome in _giving(decided):
        reward = version.programme.reward(outcome.voucher)
        if reward is None:
            raise LookupError(f"{version.programme.id} has no reward {outcome.voucher}")
        getting = Getting(receiver.id, receiver.member, version.programme.id, reward, order.at)
        try:
            taking = got(coalition, governance, getting, puts)
        except Refused as refused:
            missed[version.rule, outcome.rule] = Miss(refused.code.value, refused.message)
            continue
        puts |= {(type(put.record), put.id): put for put in taking}
        counted = tuple(put.id for put in taking if isinstance(put.record, RewardTaken))
        held = voucher_of(version.rule, reward, receiver.id, receiver.request, receiver.at, counted)
        vouchers.append(RecordPut(coalition.new_id(), held))
        news.append(voucher_issued(receiver.id, version.programme.id, reward))
    codes = tuple(each.id for each in vouchers)
    listed = list_handed(coalition, receiver.id, codes)
    return Handed((*vouchers, *puts.values(), *listed), codes, tuple(news), missed)


def _giving(
    decided: Iterable[tuple[Version, Order, Iterable[Outcome]]],
) -> Iterable[tuple[Version, Order, Outcome]]:
    for version, order, outcomes in decided:
        yield from ((version, order, each) for each in outcomes if each.voucher)
