"""Lots lapse, and members are told before."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from ledger.names import day_of
from ledger.wallets import Wallet
from loyalty.clock.agenda import Due
from loyalty.clock.expiring import expire
from loyalty.clock.matters.matter import Attended, Matter
from loyalty.clock.notices import due_notices, give, notices_in, points_by_day, upcoming
from loyalty.coalition import Coalition
from loyalty.ports import TallyRow, WalletRow


class Lots(Matter):
    """One hint a wallet: the first day on which a lot has lapsed, or a notice is to be given."""

    name = "lots"

    def of_wallet(self, coalition: Coalition, head: WalletRow | TallyRow) -> Iterator[Due]:
        wallet, notices = head.wallet, notices_in(coalition, head.wallet.currency)
        day = _next_day(coalition, wallet, notices)
        if day is not None and due_notices(coalition, wallet.id, wallet.lots, notices):
            day = day_of(coalition.now())
        if day is not None:
            yield Due(day, wallet.id, self.name, wallet.seq)

    def attend(self, coalition: Coalition, due: Due) -> Attended:
        expired = expire(coalition, due.wallet)
        head = coalition.store.wallet(due.wallet)
        if head is None:
            return Attended({})
        wallet, notices = head.wallet, notices_in(coalition, head.wallet.currency)
        found = due_notices(coalition, wallet.id, wallet.lots, notices)
        given = sum(give(coalition, notice) for notice in found)
        # What came in between has a hint of its own.
        return Attended(
            {"expired": expired, "notices": given}, _next_day(coalition, wallet, notices)
        )


def _next_day(coalition: Coalition, wallet: Wallet, notices: Mapping[int, int]) -> str | None:
    """The first day on which a lot will have lapsed, or the next notice is to be given; today for
    what has lapsed."""
    today = day_of(coalition.now())
    expiring = points_by_day(wallet.lots)
    days = [max(_day_after(each), today) for each in expiring]
    days += [day for each in expiring if (day := upcoming(notices, today, each))]
    return min(days, default=None)


def _day_after(expires: str) -> str:
    return (date.fromisoformat(expires) + timedelta(days=1)).isoformat()
