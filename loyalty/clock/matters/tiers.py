"""Tiers end: their days of grace are over, or what was paid for is."""

from collections.abc import Iterator

from ledger.names import WalletId
from loyalty.clock.agenda import Due
from loyalty.clock.matters.matter import Attended, Matter
from loyalty.clock.once import once
from loyalty.coalition import Coalition
from loyalty.committing import Plan, Request
from loyalty.ports import TallyRow, WalletRow
from loyalty.records.members import WalletOwner
from loyalty.rules.counting import Counting
from loyalty.rules.counts import Tally, day_number, day_of_number
from loyalty.standing import Change, counted_by
from loyalty.tallies import read_tallies
from loyalty.writing import Draft

Row = WalletRow | TallyRow


class Tiers(Matter):
    """One hint a wallet: the next day on which a tier of its owner may end.

    Benefits end by themselves, at midnight: what is counted says which tier a member has on any
    day. The clock tells of it.
    """

    name = "tiers"

    def of_wallet(self, coalition: Coalition, head: Row) -> Iterator[Due]:
        day = _next_day(coalition, head)
        if day is not None:
            yield Due(day, head.wallet.id, self.name, head.wallet.seq)

    def attend(self, coalition: Coalition, due: Due) -> Attended:
        told = _tell(coalition, due.wallet)
        head = coalition.store.wallet(due.wallet)
        return Attended({"tiers": told}, None if head is None else _next_day(coalition, head))


def _next_day(coalition: Coalition, head: Row) -> str | None:
    """Today, where a tier is another than was told; else the next day on which one may end."""
    today = day_number(coalition.now())
    days = []
    for _, tally, counting in _counted(coalition, head.tally):
        if counting.tier(tally, today) != tally.tier:
            return day_of_number(today).isoformat()
        days.append(counting.turns(tally, today))
    found = min((day for day in days if day is not None), default=None)
    return None if found is None else day_of_number(found).isoformat()


def _tell(coalition: Coalition, id_: WalletId) -> bool:
    """Puts the tiers of today, and tells of those that are new. Returns whether there were any.

    Known by the row that it follows on, as what is expired is.
    """
    head = coalition.store.wallet(id_)
    if head is None:
        return False
    version = head.version if isinstance(head, TallyRow) else 0
    key = f"tiers/{id_}/{head.wallet.seq}/{version}"
    return once(coalition, key, lambda request: _plan(coalition, head, request))


def _plan(coalition: Coalition, head: Row, request: Request) -> Plan | None:
    id_ = head.wallet.id
    draft = Draft(coalition, coalition.governance(), {id_: head.wallet.currency})
    owner = coalition.store.record(WalletOwner, id_)
    member = "" if owner is None else owner.record.member
    news = [
        told
        for programme, _, counting in _counted(coalition, draft.tally_text(id_))
        for told in counted_by(counting, draft, id_, Change(member, programme, ()))
    ]
    return draft.plan(request.id, news=tuple(news)) if news else None


def _counted(coalition: Coalition, tally: bytes) -> Iterator[tuple[str, Tally, Counting]]:
    """What each programme remembers, and how its newest version counts."""
    latest = coalition.governance().latest
    for programme, each in read_tallies(tally).items():
        yield programme, each, coalition.version(latest["programme", programme]).counting
