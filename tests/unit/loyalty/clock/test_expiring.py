"""What has lapsed goes, however many lots that are, and whatever its member does meanwhile."""

from typing import Any

import pytest

from ledger.names import Expires
from ledger.wallets import Lot
from loyalty.clock import expiring
from loyalty.clock.notices import points_by_day
from loyalty.clock.running import run
from loyalty.ports import Commit, Outcome
from tests.coalition import as_member, verified
from tests.programmes.ticking import ALL_DAY_S, TickingShop

LOTS = 130
"""Of which an entry takes 64."""


@pytest.fixture
def shop() -> TickingShop:
    """Whose points last 200 days, each purchase's by itself, and do not wait."""
    shop = TickingShop("22_loss_aversion.json")
    expiry = {"after": "days", "days": 200}
    shop.publishes(
        {**shop.document, "version": 2, "expiry": expiry, "confirmation": {"days": 0}}, "kiosk"
    )
    return shop


@pytest.fixture
def member(shop: TickingShop) -> str:
    """Who bought every day, until all of it but the last purchase's has lapsed."""
    member = shop.enrolled()
    for _ in range(LOTS):
        shop.buys(member, 100, "kiosk")
        shop.later(days=1)
    shop.follow()
    shop.later(days=200)
    shop.buys(member, 500, "kiosk")
    return member


def expired(shop: TickingShop) -> int:
    """How many entries took what lapsed; no point but the last five is left."""
    history = verified(shop.store)
    assert [wallet.balances.available for wallet in history.wallets.values()] == [5]
    return sum(row.kind == "expire" for rows in shop.store._wallets.values() for row in rows)


@pytest.mark.parametrize("entries", [1, 2, 40])
def test_any_number_of_lots_goes(
    shop: TickingShop, member: str, entries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """64 to an entry, as many entries to a commit as it has room for, all in one run."""
    monkeypatch.setattr(expiring, "ENTRIES_MAX", entries)
    before = len(shop.store._transactions)
    assert shop.tick().done == {"expired": 1}
    assert expired(shop) == 3
    # Beside each entry's own row, one for each request.
    assert len(shop.store._transactions) - before == 3 + -(-3 // entries)


def meanwhile(shop: TickingShop, monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Runs the clock; between its reading and its first commit something happens."""
    commit = shop.store.commit
    outcomes: list[Outcome] = []

    def commits(each: Commit) -> Outcome:
        monkeypatch.setattr(shop.store, "commit", commit)
        happens()
        outcomes.append(commit(each))
        return outcomes[-1]

    shop.follow()
    monkeypatch.setattr(shop.store, "commit", commits)
    report = run(shop.coalition, shop.agenda, lambda: ALL_DAY_S)
    assert outcomes == [Outcome.MOVED]
    assert not report.failed


def test_a_member_who_spends_meanwhile_has_them_expire_with_that(
    shop: TickingShop, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is spent is what has not lapsed; the clock finds nothing left to do."""
    other = shop.enrolled()
    given = shop.input(toMemberId=other, currency="KEEP", points=2)
    meanwhile(shop, monkeypatch, lambda: shop.done(as_member(member), "transferPoints", given))
    assert (shop.has(member), shop.has(other)) == (3, 2)
    kinds = [row.kind for row in shop.store._wallets[shop.wallet_id(member)]]
    assert kinds[-4:] == ["expire", "expire", "expire", "transfer"]
    verified(shop.store)


def test_a_member_who_buys_meanwhile_keeps_what_that_gives(
    shop: TickingShop, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock decides anew, on the wallet as the purchase left it."""
    meanwhile(shop, monkeypatch, lambda: shop.buys(member, 700, "kiosk"))
    assert shop.has(member) == 12
    assert shop.wallet(member, "KEEP")["lapsed"] == 0
    verified(shop.store)


def test_points_of_the_calendars_last_day_never_lapse() -> None:
    """No day follows it on which they could."""
    lots = (Lot(Expires("9999-12-31"), "kiosk", 5), Lot(Expires("never"), "kiosk", 5))
    assert points_by_day(lots) == {}
