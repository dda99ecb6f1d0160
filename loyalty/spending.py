"""Whose points a member spends: its own, or an account's, of which each user has a share."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from ledger.kinds import Standing
from ledger.names import CurrencyCode, WalletId
from loyalty.coalition import Coalition
from loyalty.members import the_wallet
from loyalty.ports import RecordPut, Versioned
from loyalty.records.accounts import Account, AccountUse
from loyalty.records.members import Member
from loyalty.refusals import Code, Refused


class Spender(NamedTuple):
    """A member, with its id."""

    id: str
    record: Member


class Source(NamedTuple):
    """Where points are taken from. counts: what this writes of who spent them."""

    wallet: WalletId
    counts: tuple[RecordPut, ...] = ()


def source_of(
    coalition: Coalition, spender: Spender, currency: CurrencyCode, points: int, *field: str
) -> Source:
    """The wallet that a member spends so many points from. Raises Refused past its share."""
    member = spender.record
    account = member.accounts.get(currency)
    if account is None:
        return Source(the_wallet(member, currency, points, *field))
    key = use_key(account, spender.id)
    use, version = use_of(coalition, key)
    if not use.active:
        # Just removed: the next look at the member says so.
        raise Refused(Code.NOT_PERMITTED, "it does not belong to this account now", *field)
    # Never a month before one that was counted: clocks differ, and a share is a share.
    month = max(use.month, _month(coalition.now()))
    spent = use.spent if use.month == month else 0
    limit = use.points_per_month
    if limit is not None and spent + points > limit:
        raise Refused(
            Code.LIMIT_EXCEEDED,
            f"of {limit} points of the account in {month}, {spent} are spent and {points} wanted",
            *field,
        )
    changed = msgspec.structs.replace(use, month=month, spent=spent + points)
    # Written without a limit, too: so that who is removed meanwhile spends nothing.
    return Source(member.wallets[currency], (RecordPut(key, changed, version),))


def unspent(coalition: Coalition, counted: Sequence[str], of: Standing) -> tuple[RecordPut, ...]:
    """A hold's points come back: they are no part of what was spent in its month.

    counted: ids of all that it was counted in.
    """
    found = coalition.store.records(AccountUse, counted) if counted else {}
    return tuple(
        RecordPut(key, _less(use.record, of.stands), use.version)
        for key, use in found.items()
        if use.record.month == _month(of.at)
    )


def account_kinds(coalition: Coalition, member: Member) -> Mapping[str, str]:
    """What the accounts are that a member buys for, by currency."""
    if not member.accounts:
        return {}
    found = coalition.store.records(Account, list(member.accounts.values()))
    return {
        currency: found[id_].record.kind
        for currency, id_ in member.accounts.items()
        if id_ in found
    }


def use_key(account: str, member: str) -> str:
    return f"{account}/{member}"


def use_of(coalition: Coalition, key: str) -> Versioned[AccountUse]:
    """What a member spends of an account, at version 0 if that was never written."""
    return coalition.store.record(AccountUse, key) or Versioned(AccountUse(), 0)


def _less(use: AccountUse, points: int) -> AccountUse:
    return msgspec.structs.replace(use, spent=max(use.spent - points, 0))


def _month(at: str) -> str:
    return at[:7]
