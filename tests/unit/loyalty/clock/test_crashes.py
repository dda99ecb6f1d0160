"""The clock's process ends at any of its writes: whatever is left, the next run does, and nothing
twice."""

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.clock.following import follow
from loyalty.clock.running import run
from storage.memory_agenda import MemoryAgenda
from tests.coalition import verified
from tests.programmes.ticking import ALL_DAY_S, TickingShop

WRITES = ("note", "strike", "close", "sweep")


class Killed(BaseException):
    """The process ended. Nothing in the product may catch it and go on."""


class Dying:
    """Writes of a shop's clock, of which one is its process's last. after: it is still done."""

    def __init__(self, shop: TickingShop, last: int, *, after: bool) -> None:
        self.writes = 0
        self._last, self._after = last, after
        self._undo: list[Callable[[], None]] = []
        for owner, name in [(shop.store, "commit"), *((shop.agenda, each) for each in WRITES)]:
            self._undo.append(lambda owner=owner, name=name: delattr(owner, name))  # type: ignore[misc]
            setattr(owner, name, self._wrapped(getattr(owner, name)))

    def _wrapped(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def writes(*given: Any) -> Any:
            self.writes += 1
            if self.writes == self._last and not self._after:
                raise Killed
            found = write(*given)
            if self.writes == self._last:
                raise Killed
            return found

        return writes

    def mend(self) -> None:
        for undo in self._undo:
            undo()


def due_today() -> TickingShop:
    """On 3 April: points of two members have lapsed, two are to be told that others will, and those
    of one are to be confirmed."""
    shop = TickingShop("22_loss_aversion.json")
    told, lapsed, both, waits = (shop.enrolled() for _ in range(4))
    for member in (lapsed, both):
        shop.buys(member, 12_000, "kiosk")
    shop.on("2027-01-10")
    for member in (told, both):
        shop.buys(member, 7_000, "kiosk")
    shop.on("2027-02-01")
    shop.tick()
    shop.on("2027-03-20")
    shop.buys(waits, 3_000, "kiosk")
    shop.tick()
    shop.on("2027-04-03")
    return shop


def ran(shop: TickingShop, *, sweeping: bool) -> None:
    run(shop.coalition, shop.agenda, lambda: ALL_DAY_S, every_wallet=sweeping)


def goes_on(shop: TickingShop) -> None:
    """The next run, and those of the days on which more is due: no hint may have been lost."""
    shop.tick()
    for day in ("2027-04-23", "2027-05-01", "2027-07-02"):
        shop.on(day)
        shop.tick()


def outcome(shop: TickingShop) -> object:
    """What members have and were told in the end, and how many entries of which kind it took."""
    history = verified(shop.store)
    kinds = sorted(row.kind for rows in shop.store._wallets.values() for row in rows)
    balances = {id_: (each.balances, each.lots) for id_, each in history.wallets.items()}
    return balances, sorted(map(str, shop.told())), kinds


def test_it_is_all_due_today() -> None:
    """Or the crashes below would show little."""
    shop = due_today()
    report = run(shop.coalition, shop.agenda, lambda: ALL_DAY_S)
    assert report.done == {"expired": 2, "notices": 2, "confirmed": 1}


@pytest.mark.parametrize("after", [False, True], ids=["not done", "done"])
@pytest.mark.parametrize("sweeping", [False, True], ids=["by hints", "by a sweep"])
def test_a_clock_that_ends_at_any_write_is_gone_on_with(sweeping: bool, after: bool) -> None:
    """At each of them in turn, done or not done: the next run leaves what one run would have."""
    calm = due_today()
    counting = Dying(calm, 0, after=after)
    ran(calm, sweeping=sweeping)
    counting.mend()
    goes_on(calm)
    expected = outcome(calm)
    assert counting.writes > 12
    for last in range(1, counting.writes + 1):
        shop = due_today()
        dying = Dying(shop, last, after=after)
        with pytest.raises(Killed):
            ran(shop, sweeping=sweeping)
        dying.mend()
        goes_on(shop)
        assert outcome(shop) == expected, last
        assert shop.agenda.sweeping() is None


@pytest.mark.parametrize("after", [False, True], ids=["not done", "done"])
def test_a_follower_that_ends_is_delivered_the_same_again(after: bool) -> None:
    """And the clock that comes after it does all that is due."""
    calm = due_today()
    goes_on(calm)
    expected = outcome(calm)
    last, died = 0, True
    while died:
        last += 1
        shop = due_today()
        shop.agenda = MemoryAgenda(shop.store)
        dying = Dying(shop, last, after=after)
        try:
            followed(shop)
            died = False
        except Killed:
            pass
        dying.mend()
        followed(shop)
        goes_on(shop)
        assert outcome(shop) == expected
    assert last > 4


def followed(shop: TickingShop) -> None:
    """The stream from its beginning."""
    for id_ in sorted(shop.store.wallet_ids()):
        follow(shop.coalition, shop.agenda, id_, 1)
