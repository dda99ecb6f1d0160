"""Members are told before points lapse: once for each last day and each notice of the programme.

A programme whose notices are 30 and 7 days before tells, 30 days before a last day, how many points
lapse after it, and again 7 days before. A notice says what stands at its time: points that come
later to the same day are in the next one; what was spent is in none, and nobody is told of less
than the programme's `notice_at_least`.

A clock that is late tells what is due by then: of several notices the latest, with the days that
are really left. So points that come when a notice's day has passed already are told of at once,
unless that notice was given before.

Where several programmes share a currency a wallet's points are those of all: their notices are put
together. What is in force now decides, not what was when the points were earned.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from ledger.names import NEVER, CurrencyCode, Expires, WalletId, day_of, transaction_id
from ledger.wallets import Lot
from loyalty.clock.once import CLOCK, once
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan
from loyalty.ports import Commit
from loyalty.records.members import WalletOwner
from loyalty.refusals import Code, Refused

LAPSING = "points.lapsing"
_LAST_DAY = date.max.isoformat()


class Notice(NamedTuple):
    """One that it is time for. days: how many before the last day it belongs."""

    wallet: WalletId
    expires: Expires
    days: int

    @property
    def key(self) -> str:
        return f"notice/{self.wallet}/{self.expires}/{self.days}"


def notices_in(coalition: Coalition, currency: CurrencyCode) -> Mapping[int, int]:
    """The least number of points that a notice is given of, by its days before the last."""
    found: dict[int, int] = {}
    for (type_, _), rule in coalition.governance().latest.items():
        programme = coalition.version(rule).programme if type_ == "programme" else None
        if programme is not None and programme.currency == currency:
            least = programme.notice_at_least
            found |= {days: min(found.get(days, least), least) for days in programme.notices}
    return found


def current(notices: Mapping[int, int], today: str, expires: Expires) -> int | None:
    """Which notice of a last day it is time for: the latest whose day has come."""
    left = days_left(today, expires)
    return min((days for days in notices if 0 <= left <= days), default=None)


def upcoming(notices: Mapping[int, int], today: str, expires: Expires) -> str | None:
    """The day of the next notice of a last day."""
    left = days_left(today, expires)
    days = max((days for days in notices if days < left), default=None)
    return None if days is None else f"{date.fromisoformat(expires) - timedelta(days=days)}"


def days_left(today: str, expires: Expires) -> int:
    """How many days after today a last day is; below 0 where it has passed."""
    return (date.fromisoformat(expires) - date.fromisoformat(today)).days


def due_notices(
    coalition: Coalition, id_: WalletId, lots: tuple[Lot, ...], notices: Mapping[int, int]
) -> list[Notice]:
    """Those that it is time for and that were not given yet."""
    found = list(_due(id_, lots, notices, day_of(coalition.now())))
    ids = {each: transaction_id(CLOCK.party, each.key) for each in found}
    given = coalition.store.transactions(list(ids.values())) if ids else {}
    return [each for each in found if ids[each] not in given]


def _due(
    id_: WalletId, lots: tuple[Lot, ...], notices: Mapping[int, int], today: str
) -> Iterator[Notice]:
    for expires, points in points_by_day(lots).items():
        days = current(notices, today, expires)
        if days is not None and points >= notices[days]:
            yield Notice(id_, expires, days)


def points_by_day(lots: tuple[Lot, ...]) -> dict[Expires, int]:
    """How many points have which last day; those that never lapse are left out, and those of the
    calendar's last day, which no day follows."""
    found: dict[Expires, int] = {}
    for expires, _, quantity in lots:
        if expires not in (NEVER, _LAST_DAY):
            found[expires] = found.get(expires, 0) + quantity
    return found


def give(coalition: Coalition, notice: Notice) -> bool:
    """Tells a member once. Returns whether this call did."""
    return once(coalition, notice.key, lambda _: _plan(coalition, notice))


def _plan(coalition: Coalition, notice: Notice) -> Plan | None:
    row = coalition.store.wallet(notice.wallet)
    owner = coalition.store.record(WalletOwner, notice.wallet)
    points = 0 if row is None else points_by_day(row.wallet.lots).get(notice.expires, 0)
    if not points:
        return None
    if owner is None:
        raise Refused(Code.NOT_FOUND, f"nobody is known to own the wallet {notice.wallet}")
    said: dict[str, str | int] = {
        "currency": owner.record.currency,
        "points": points,
        "expires": notice.expires,
        "days": notice.days,
        "days_left": days_left(day_of(coalition.now()), notice.expires),
    }
    news = News(LAPSING, owner.record.member, said)
    return Plan(Answer(news=(news,)), Commit(()))
