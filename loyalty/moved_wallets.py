"""What goes back to a transaction of a wallet that was closed, and whose points live elsewhere.

The ledger lets a transaction be taken back only in the wallet that it was made in. So the points to
take come there first from the wallet that lives on; and if a debt is left in the closed one, that
becomes the owner's wallet again, and everything moves there: nobody escapes a debt by merging.
"""

import msgspec

from ledger.names import CurrencyCode, WalletId
from loyalty.coalition import Coalition
from loyalty.combining import Moves
from loyalty.committing import Request
from loyalty.ports import RecordPut
from loyalty.records import Member, WalletOwner
from loyalty.writing import Draft


class Going:
    """A draft that goes back to transactions of these wallets, closed or not."""

    def __init__(
        self, coalition: Coalition, request: Request, wallets: dict[WalletId, CurrencyCode]
    ) -> None:
        self._coalition = coalition
        self._living = {id_: living_wallet(coalition, id_) for id_ in wallets}
        self._moved = [id_ for id_, living in self._living.items() if id_ != living]
        every = wallets | {self._living[id_]: wallets[id_] for id_ in self._moved}
        self.draft = Draft(coalition, coalition.governance(), every, frozenset(self._moved))
        self._moves = Moves(self.draft, request)

    def living(self, wallet: WalletId) -> WalletId:
        """Where the points of a wallet are now."""
        return self._living[wallet]

    def fetch(self, wallet: WalletId, points: int) -> None:
        """So many points come back into a wallet that was closed, or all there are."""
        if wallet in self._moved:
            living = self._living[wallet]
            self.draft.expire_lapsed(living)
            available = self.draft.wallet(living).balances.available
            self._moves.move(living, wallet, min(points, available))

    def pass_on(self, wallet: WalletId) -> None:
        """What has come into a wallet that was closed goes to where the rest is."""
        if wallet in self._moved:
            available = self.draft.wallet(wallet).balances.available
            self._moves.move(wallet, self._living[wallet], available)

    def settle(self) -> tuple[RecordPut, ...]:
        """Where a debt is left, that wallet lives on: what that writes. Raises Refused where the
        other one cannot be closed.
        """
        puts: dict[tuple[type, str], RecordPut] = {}
        for wallet in self._moved:
            if self.draft.wallet(wallet).balances.arrears:
                for put in self._swapped(wallet, puts):
                    puts[type(put.record), put.id] = put
        return tuple(puts.values())

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
