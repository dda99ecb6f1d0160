"""A member's own wallet while it shares an account's, and what it brought there of its own."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ledger.names import CurrencyCode, WalletId
from loyalty.coalition import Coalition
from loyalty.committing import Overtaken
from loyalty.ports import RecordPut, Versioned
from loyalty.records.accounts import Account, AccountUse
from loyalty.records.members import Member, WalletOwner
from loyalty.spending import use_key


class SetAside:
    """shared: the account's wallet, which the member uses instead of its own; uses: what it and
    those that it was, too, have brought there.
    """

    def __init__(self, shared: WalletId, uses: Mapping[str, Versioned[AccountUse]]) -> None:
        self.shared = shared
        self._uses = uses
        self._changed: dict[str, AccountUse] = {}

    @property
    def brought(self) -> int:
        """Points that came along and have not gone back."""
        return sum(self._now(key).brought for key in self._uses)

    def came_back(self, points: int) -> None:
        """So many of them did, 0 where none were to be had."""
        for key in self._uses:
            use = self._now(key)
            part = min(points, use.brought)
            if use.brought:
                self._changed[key] = msgspec.structs.replace(use, brought=use.brought - part)
            points -= part

    def puts(self) -> tuple[RecordPut, ...]:
        """What that writes: also where none came back, so that it holds of what was read."""
        return tuple(
            RecordPut(key, use, self._uses[key].version) for key, use in self._changed.items()
        )

    def _now(self, key: str) -> AccountUse:
        return self._changed.get(key, self._uses[key].record)


def receiving(coalition: Coalition, member: Member) -> Member:
    """The member with the wallets that points come to now: in place of an account's, its own while
    that owes. So who set it aside pays with what it earns, as if it had not. Not to be written.
    """
    own = member.own_wallets
    rows = coalition.store.wallets(list(own.values())) if own else {}
    owing = {
        currency: id_
        for currency, id_ in own.items()
        if id_ in rows and rows[id_].wallet.balances.arrears
    }
    return msgspec.structs.replace(member, wallets={**member.wallets, **owing}) if owing else member


def set_aside(
    coalition: Coalition, wallet: WalletId, currency: CurrencyCode
) -> dict[WalletId, SetAside]:
    """A wallet, if it is set aside; none if it is its owner's to use."""
    owner = coalition.store.record(WalletOwner, wallet)
    member = None if owner is None else coalition.store.record(Member, owner.record.member)
    if owner is None or member is None or member.record.own_wallets.get(currency) != wallet:
        return {}
    id_ = member.record.accounts[currency]
    account = coalition.store.record(Account, id_)
    if account is None:
        return {}
    shared = account.record.wallet
    keys = [use_key(id_, was) for was in (owner.record.member, *member.record.merged)]
    return {wallet: SetAside(shared, coalition.store.records(AccountUse, keys))}


def set_aside_for(
    coalition: Coalition, shared: WalletId, currency: CurrencyCode
) -> dict[WalletId, SetAside]:
    """The wallets whose members use an account's instead and have brought points there; none, if
    it is no account's.
    """
    owner = coalition.store.record(WalletOwner, shared)
    id_ = "" if owner is None else owner.record.account
    account = coalition.store.record(Account, id_) if id_ else None
    if account is None:
        return {}
    members = coalition.store.records(Member, list(account.record.users))
    keys = {
        each: [use_key(id_, was) for was in (each, *member.record.merged)]
        for each, member in sorted(members.items())
        if currency in member.record.own_wallets
    }
    uses = coalition.store.records(AccountUse, [key for each in keys.values() for key in each])
    found = {
        members[each].record.own_wallets[currency]: SetAside(
            shared, {key: uses[key] for key in own if key in uses}
        )
        for each, own in keys.items()
    }
    return {wallet: aside for wallet, aside in found.items() if aside.brought}


def with_uses(puts: Sequence[RecordPut], others: Iterable[RecordPut]) -> tuple[RecordPut, ...]:
    """What is written of who spends what of an account, with what others say of points brought.

    Raises Overtaken where both are of one record that has changed between.
    """
    found = {put.id: put for put in puts}
    for other in others:
        own = found.get(other.id, other)
        if own.replaces != other.replaces:
            raise Overtaken
        brought = other.record.brought  # type: ignore[attr-defined]
        found[other.id] = own._replace(record=msgspec.structs.replace(own.record, brought=brought))
    return tuple(found.values())
