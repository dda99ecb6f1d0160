"""The clock: attends to what is due, day by day, as far as its time goes; the next run goes on.

It may run as often as one likes, late, and twice at once. Hints that were attended to are struck
out, so whatever a run left is what the next one begins with. One that cannot be attended to is told
of and put off until tomorrow: it stops nothing else, and is tried again every day.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from ledger.names import day_of
from loyalty.clock.agenda import SHARDS, Agenda, Due
from loyalty.clock.matters import MATTERS, matter_of
from loyalty.coalition import Coalition
from loyalty.ports import StoreUnavailable, TallyRow, WalletRow
from loyalty.refusals import Code, Refused

_log = logging.getLogger(__name__)

PAGE = 50
MAX_UNAVAILABLE = 3


class Failure(NamedTuple):
    """What could not be attended to, and why. Nothing personal is in either."""

    due: Due
    reason: str


class Place(NamedTuple):
    """Where the next run goes on: at a day's hints, then with a sweep if one is under way."""

    day: str
    sweeping: str | None


class Report(NamedTuple):
    """What a run did. done: how many of what; looked: at how many hints; failed: what it put off;
    next: where the next run goes on, at once, if time was short; None where it came to its end."""

    done: Mapping[str, int]
    looked: int
    failed: tuple[Failure, ...]
    next: Place | None


def run(
    coalition: Coalition,
    agenda: Agenda,
    remaining_s: Callable[[], float],
    *,
    every_wallet: bool = False,
) -> Report:
    """Attends to all that is due until remaining_s, asked before each hint, is 0.

    every_wallet: begins a sweep that looks at each wallet whether or not there is a hint, and goes
    on with it in later runs. Raises StoreUnavailable where the store keeps not answering.
    """
    return _Run(coalition, agenda, remaining_s).all(every_wallet=every_wallet)


class _TimeIsUp(Exception):
    """There is no time for another."""


class _Run:
    def __init__(
        self, coalition: Coalition, agenda: Agenda, remaining_s: Callable[[], float]
    ) -> None:
        self._coalition = coalition
        self._agenda = agenda
        self._remaining_s = remaining_s
        self._done: Counter[str] = Counter()
        self._looked = 0
        self._failed: list[Failure] = []
        self._unavailable = 0
        # Whether all of the day's hints were attended to so far.
        self._clear = True

    def all(self, *, every_wallet: bool) -> Report:
        sweeping = self._agenda.sweeping()
        if every_wallet and sweeping is None:
            sweeping = ""
            self._agenda.sweep(sweeping)
        day = today = self._today()
        place: Place | None = None
        try:
            for day in self._agenda.days(today):
                self._day(day)
                # A hint that is on its way as its day ends comes to yesterday.
                if self._clear and day < _day_before(today):
                    self._agenda.close(day)
            while sweeping is not None:
                sweeping = self._swept(sweeping)
                self._agenda.sweep(sweeping)
        except _TimeIsUp:
            place = Place(day, sweeping)
        return Report(+self._done, self._looked, tuple(self._failed), place)

    def _day(self, day: str) -> None:
        self._clear = True
        for shard in SHARDS:
            after: Due | None = None
            while True:
                page = self._agenda.page(day, shard, after, PAGE)
                for due in page:
                    self._take_time()
                    self._attend(due)
                if len(page) < PAGE:
                    break
                after = page[-1]

    def _swept(self, place: str) -> str | None:
        """Looks at a page of all wallets. Returns the place of the next."""
        self._take_time()
        ids, next_ = self._agenda.wallets(place, PAGE)
        for row in self._coalition.store.wallets(ids).values():
            self._look(row)
        return next_

    def _look(self, row: WalletRow | TallyRow) -> None:
        today = self._today()
        for name, matter in MATTERS.items():
            try:
                found = list(matter.of_wallet(self._coalition, row))
            except StoreUnavailable:
                raise
            except Exception as error:  # of one wallet, which stops no other
                self._fail(Due(today, row.wallet.id, name, row.wallet.seq), error)
                continue
            for due in found:
                # Noted before it is attended to: what goes wrong with it is then as with any hint.
                self._agenda.note(due)
                if due.day <= today:
                    self._attend(due)

    def _attend(self, due: Due) -> None:
        """One hint: struck out, or noted for another day, unless something came in between."""
        self._looked += 1
        try:
            done, next_ = matter_of(due).attend(self._coalition, due)
        except StoreUnavailable:
            self._unavailable += 1
            if self._unavailable == MAX_UNAVAILABLE:
                raise
            self._clear = False
        except Exception as error:  # of one wallet, which stops no other
            if isinstance(error, Refused) and error.code is Code.CONTENDED:
                self._clear = False
            else:
                self._fail(due, error)
        else:
            self._unavailable = 0
            self._done.update(done)
            self._move(due, next_)

    def _fail(self, due: Due, error: Exception) -> None:
        self._failed.append(Failure(due, f"{type(error).__name__}: {error}"))
        _log.error("put off until tomorrow: %s of wallet %s: %r", due.matter, due.wallet, error)
        self._move(due, _day_after(self._today()))

    def _move(self, due: Due, day: str | None) -> None:
        if day is not None:
            self._agenda.note(due._replace(day=day))
        if day != due.day:
            self._agenda.strike(due)

    def _take_time(self) -> None:
        if self._remaining_s() <= 0:
            raise _TimeIsUp

    def _today(self) -> str:
        return day_of(self._coalition.now())


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
