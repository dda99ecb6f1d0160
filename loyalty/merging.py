"""One person was enrolled twice: two members become one, and no point is lost.

In each currency the two wallets become one (`loyalty.combining`): lots keep issuer and last day, a
debt stays a debt, what programmes remember is added up. All of it is one commit, by an operator.

The member that is merged is closed: nothing is earned, spent or joined by its id any more. In
queries the id answers as the other, and so do the ids and cards that were linked to it; what goes
back to its transactions does so in the wallet that it was made in, and on to the one that lives on.
"""

from typing import NamedTuple

import msgspec

from ledger.names import CurrencyCode, WalletId
from loyalty.actors import Role
from loyalty.authority import Signature, authority, require_operator
from loyalty.coalition import Coalition
from loyalty.combining import Moves
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.members import the_member
from loyalty.ports import RecordPut, Versioned
from loyalty.records.gift_cards import GiftCard
from loyalty.records.members import Member, WalletOwner
from loyalty.records.rewards import HandedVouchers
from loyalty.refusals import Code, Refused
from loyalty.texts import check_text
from loyalty.vouchers import LISTED_MAX
from loyalty.writing import Draft


class Merger(NamedTuple):
    """Two members, and the one that is left; why they are one person."""

    from_member: str
    into_member: str
    reason: str


def merge_members(
    coalition: Coalition, request: Request, merger: Merger, signature: Signature | None
) -> Answer:
    """Everything of one member is the other's. record: the id of the one that is left.

    Refused where a currency's two wallets cannot be combined: both hold points, wait for some or
    owe more than the other has; and while the first belongs to an account.
    """
    require_operator(request.actor)
    check_text(merger.reason, 64, "reason")
    if merger.from_member == merger.into_member:
        raise Refused(Code.SAME_WALLET, "these are one member already", "intoMemberId")

    def decide() -> Plan:
        old = the_member(coalition, merger.from_member, "fromMemberId")
        into = the_member(coalition, merger.into_member, "intoMemberId")
        if old.record.accounts:
            raise Refused(Code.NOT_ELIGIBLE, "it leaves its account first", "fromMemberId")
        pairs = _pairs(old.record, into.record)
        wallets = {id_: pair.currency for pair in pairs for id_ in pair.ids}
        draft = Draft(coalition, coalition.governance(), wallets)
        by = authority(draft.governance, request, "transfer", draft.at, signature)
        moves = Moves(draft, request, by)
        kept = {pair.currency: _combined(moves, pair) for pair in pairs}
        both = _both(merger, old.record, into.record, kept)
        records = (
            RecordPut(merger.from_member, _closed(old.record, merger), old.version),
            RecordPut(merger.into_member, both, into.version),
            *_owners(coalition, merger.into_member, pairs, kept),
            *_gift_cards(coalition, merger.into_member, old.record.gift_cards),
            *_handed(coalition, merger),
        )
        news = (News("member.merged", merger.into_member, {"from": merger.from_member}),)
        return draft.plan(request.id, record=merger.into_member, records=records, news=news)

    return carry_out(coalition, request, decide, operators={Role.MANAGER})


class _Pair(NamedTuple):
    """The wallets of two members in one currency. into: None if that one never had one."""

    currency: CurrencyCode
    old: WalletId
    into: WalletId | None

    @property
    def ids(self) -> tuple[WalletId, ...]:
        return (self.old,) if self.into is None else (self.old, self.into)


def _pairs(old: Member, into: Member) -> list[_Pair]:
    """The other's own wallet, also while it belongs to an account: points are each one's own."""
    return [
        _Pair(CurrencyCode(currency), wallet, _own_wallet(into, currency))
        for currency, wallet in sorted(old.wallets.items())
    ]


def _own_wallet(member: Member, currency: str) -> WalletId | None:
    wallets = member.own_wallets if currency in member.accounts else member.wallets
    return wallets.get(currency)


def _combined(moves: Moves, pair: _Pair) -> WalletId:
    try:
        return pair.old if pair.into is None else moves.combine(pair.old, pair.into)
    except Refused as refused:
        message = f"{pair.currency}: {refused.message}"
        raise Refused(refused.code, message, "fromMemberId") from None


def _closed(old: Member, merger: Merger) -> Member:
    """What is left of a member that was merged: nothing personal."""
    return Member(
        enrolled_at=old.enrolled_at,
        merged_into=merger.into_member,
        merged_because=merger.reason,
    )


def _both(merger: Merger, old: Member, into: Member, kept: dict[CurrencyCode, WalletId]) -> Member:
    wallets, own = dict(into.wallets), dict(into.own_wallets)
    for currency, wallet in kept.items():
        (own if currency in into.accounts else wallets)[currency] = wallet
    return msgspec.structs.replace(
        into,
        enrolled_at=min(old.enrolled_at, into.enrolled_at),
        wallets=wallets,
        own_wallets=own,
        gift_cards=(*into.gift_cards, *old.gift_cards),
        merged=(*into.merged, *old.merged, merger.from_member),
    )


def _owners(
    coalition: Coalition, into: str, pairs: list[_Pair], kept: dict[CurrencyCode, WalletId]
) -> tuple[RecordPut, ...]:
    """Who owns each wallet now, and where what was in the others is."""
    puts = []
    found = coalition.store.records(WalletOwner, [id_ for pair in pairs for id_ in pair.ids])
    for pair in pairs:
        for id_ in pair.ids:
            lives = id_ == kept[pair.currency]
            owner = WalletOwner(
                member=into, currency=pair.currency, moved_to="" if lives else kept[pair.currency]
            )
            if id_ in found and found[id_].record != owner:
                puts.append(RecordPut(id_, owner, found[id_].version))
    return tuple(puts)


def _gift_cards(coalition: Coalition, into: str, cards: tuple[str, ...]) -> tuple[RecordPut, ...]:
    found = coalition.store.records(GiftCard, cards)
    wallets = [found[id_].record.wallet for id_ in cards]
    owners = coalition.store.records(WalletOwner, wallets)
    return (
        *(_owned(id_, found[id_], into) for id_ in cards),
        *(_owned(id_, owners[id_], into) for id_ in wallets),
    )


def _owned(id_: str, found: Versioned[GiftCard] | Versioned[WalletOwner], into: str) -> RecordPut:
    return RecordPut(id_, msgspec.structs.replace(found.record, member=into), found.version)


def _handed(coalition: Coalition, merger: Merger) -> tuple[RecordPut, ...]:
    """The vouchers that either was handed, in one list."""
    ids = (merger.into_member, merger.from_member)
    found = coalition.store.records(HandedVouchers, ids)
    if merger.from_member not in found:
        return ()
    listed = [code for id_ in ids if id_ in found for code in found[id_].record.vouchers]
    version = found[merger.into_member].version if merger.into_member in found else 0
    record = HandedVouchers(vouchers=tuple(listed[:LISTED_MAX]))
    return (RecordPut(merger.into_member, record, version),)
