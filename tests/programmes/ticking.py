"""A shop whose clock runs: a follower of its rows, and the agenda that it writes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ledger.names import WalletId
from loyalty.clock.agenda import Agenda
from loyalty.clock.following import follow
from loyalty.clock.notices import LAPSING
from loyalty.clock.running import Report, run
from loyalty.committing import read_answer
from loyalty.ports import TallyRow
from storage.memory_agenda import MemoryAgenda
from tests.coalition import gid, own_id
from tests.programmes.shop import Shop

ALL_DAY_S = 1e9


class TickingShop(Shop):
    """name: of the programme file. It opens at noon of 1 December 2026."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.agenda: Agenda = MemoryAgenda(self.store)
        self._followed: dict[WalletId, int] = {}
        self.on("2026-12-01")
        self.tick()

    def on(self, day: str) -> None:
        """It is noon of that day."""
        self.clock = datetime.fromisoformat(f"{day}T12:00:00.000+00:00")

    def follow(self, wallets: Callable[[WalletId], bool] = lambda _: True) -> None:
        """What the stream rang for since the last time, of these wallets."""
        for id_ in filter(wallets, list(self.store.wallet_ids())):
            row = self.store.wallet(id_)
            assert row is not None
            # The stream rings for rows that stand beside the ledger, too.
            if isinstance(row, TallyRow) or row.wallet.seq > self._followed.get(id_, 0):
                follow(self.coalition, self.agenda, id_, self._followed.get(id_, 0) + 1)
                self._followed[id_] = row.wallet.seq

    def tick(self, *, every_wallet: bool = False) -> Report:
        """The follower, then the clock."""
        self.follow()
        report = run(self.coalition, self.agenda, lambda: ALL_DAY_S, every_wallet=every_wallet)
        assert report.next is None
        return report

    def through(self, first: str, last: str, *, every: int = 1) -> None:
        """The clock runs every so many days."""
        self.on(first)
        while self.clock.date().isoformat() <= last:
            self.tick()
            self.later(days=every)

    def wallet_id(self, member: str) -> WalletId:
        return WalletId(own_id(self.wallet(member, self.currency)["id"]))

    def transaction(self, id_: str) -> str:
        return gid("Transaction", id_)

    def told(self) -> list[dict[str, Any]]:
        """What members were told, in the order of the days that it was of."""
        rows = self.store._transactions.values()
        all_ = [each for row in rows for each in read_answer(row).news]
        news = [each for each in all_ if each.type == LAPSING]
        return [dict(each.said) | {"member": each.member} for each in news]
