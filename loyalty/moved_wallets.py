"""What goes back to a transaction of a wallet whose points live elsewhere: it was closed, or it is
set aside while its member shares an account's.

The ledger lets a transaction be taken back only in the wallet that it was made in. So the points to
take come there first: from the wallet that lives on, and from the account as many as the member
brought. If a debt is left in a closed one, that becomes the owner's wallet again, and everything
moves there: nobody escapes a debt by merging.
"""

from collections.abc import Sequence

import msgspec

from ledger.names import CurrencyCode, WalletId
from loyalty.coalition import Coalition
from loyalty.combining import Moves
from loyalty.committing import Request
from loyalty.ports import RecordPut
from loyalty.records.members import Member, WalletOwner
from loyalty.set_aside import SetAside, set_aside, set_aside_for, with_uses
from loyalty.writing import Draft


class Going:
    """A draft that goes back to transactions of these wallets, closed or not.

    incoming: points come back into them, of which `pay` is to follow.
    """

    def __init__(
        self,
        coalition: Coalition,
        request: Request,
        wallets: dict[WalletId, CurrencyCode],
        *,
        incoming: bool = False,
    ) -> None:
        self._coalition = coalition
        self._living = {id_: living_wallet(coalition, id_) for id_ in wallets}
        self._moved = [id_ for id_, living in self._living.items() if id_ != living]
        every = wallets | {self._living[id_]: wallets[id_] for id_ in self._moved}
        self._aside: dict[WalletId, SetAside] = {}
        for id_ in self._living.values():
            find = set_aside_for if incoming else set_aside
            found = find(coalition, id_, every[id_])
            self._aside |= found
            ids = (each for own, aside in found.items() for each in (own, aside.shared))
            every |= dict.fromkeys(ids, every[id_])
        self.draft = Draft(coalition, coalition.governance(), every, frozenset(self._moved))
        self._moves = Moves(self.draft, request)

    def living(self, wallet: WalletId) -> WalletId:
        """Where the points of a wallet are now."""
        return self._living[wallet]

    def fetch(self, wallet: WalletId, points: int) -> None:
        """What a wallet lacks of so many points comes into it, or all that there is for it: where
        it was closed, from the one that lives on; where that is set aside, from the account.
        """
        living = self._living[wallet]
        if points:
            self.draft.expire_lapsed(living)
        lacks = max(points - self._available(wallet), 0)
        if wallet == living:
            self._bring_back(living, lacks)
        else:
            self._bring_back(living, lacks - self._available(living))
            self._moves.move(living, wallet, min(lacks, self._available(living)))

    def pass_on(self, wallet: WalletId) -> None:
        """What has come into a wallet that was closed goes to where the rest is."""
        if wallet in self._moved:
            self._moves.move(wallet, self._living[wallet], self._available(wallet))

    def pay(self, wallet: WalletId, points: int) -> None:
        """So many points have come back into an account's wallet: if its members owe what they
        brought there, these pay it.
        """
        for own, aside in self._aside.items():
            if aside.shared == self._living[wallet]:
                owed = -self.draft.wallet(own).balances.arrears
                points -= self._bring_back(own, min(owed, points))

    def settle(self, uses: Sequence[RecordPut] = ()) -> tuple[RecordPut, ...]:
        """What members brought is less by what came back; and where a debt is left, that wallet
        lives on: what that writes. Raises Refused where the other one cannot be closed.

        uses: what else is written of who spends what of an account.
        """
        puts: dict[tuple[type, str], RecordPut] = {}
        for wallet in self._moved:
            if self.draft.wallet(wallet).balances.arrears:
                for put in self._swapped(wallet, puts):
                    puts[type(put.record), put.id] = put
        brought = (put for each in self._aside.values() for put in each.puts())
        return (*puts.values(), *with_uses(uses, brought))

    def _bring_back(self, wallet: WalletId, points: int) -> int:
        """So many points of those that its member brought to an account, as far as some are left
        and there: returns how many. Never more: the others' do not pay."""
        aside = self._aside.get(wallet)
        if points <= 0 or aside is None or not aside.brought:
            return 0
        self.draft.expire_lapsed(aside.shared)
        part = min(points, aside.brought, self._available(aside.shared))
        self._moves.move(aside.shared, wallet, part)
        aside.came_back(part)
        # That the account had no more is decided on, too.
        self.draft.guard(aside.shared)
        return part

    def _available(self, wallet: WalletId) -> int:
        return self.draft.wallet(wallet).balances.available

    def _swapped(
        self, wallet: WalletId, before: dict[tuple[type, str], RecordPut]
    ) -> tuple[RecordPut, ...]:
        living = self._living[wallet]
        self.draft.reopen(wallet)
        self._moves.combine(living, wallet)
        self._living[wallet] = wallet
        owners = self._coalition.store.records(WalletOwner, (wallet, living))
        back = msgspec.structs.replace(owners[living].record, moved_to="")
        gone = msgspec.structs.replace(back, moved_to=wallet)
        puts = (
            RecordPut(wallet, back, owners[wallet].version),
            RecordPut(living, gone, owners[living].version),
        )
        member = self._member(back.member, before)
        if member is None:
            return puts
        changed = _with(member.record, living, wallet)  # type: ignore[arg-type]
        return (*puts, member._replace(record=changed))

    def _member(self, id_: str, before: dict[tuple[type, str], RecordPut]) -> RecordPut | None:
        """The member as it is, or as this writes it already."""
        found = self._coalition.store.record(Member, id_)
        own = None if found is None else RecordPut(id_, found.record, found.version)
        return before.get((Member, id_), own)


def living_wallet(coalition: Coalition, wallet: WalletId) -> WalletId:
    """Where what was in a wallet is now: itself, unless it was closed."""
    while True:
        owner = coalition.store.record(WalletOwner, wallet)
        if owner is None or not owner.record.moved_to:
            return wallet
        wallet = WalletId(owner.record.moved_to)


def _with(member: Member, old: WalletId, new: WalletId) -> Member:
    """The member with another wallet in the place of one."""
    return msgspec.structs.replace(
        member,
        wallets={key: new if id_ == old else id_ for key, id_ in member.wallets.items()},
        own_wallets={key: new if id_ == old else id_ for key, id_ in member.own_wallets.items()},
    )
