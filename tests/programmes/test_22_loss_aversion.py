"""Row 22: 120 points that lapse on 31 March: one notice at 30 days and one at 7, exactly."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from typing import Any

import pytest

from loyalty.actors import PartnerActor
from loyalty.clock.running import Report, run
from tests.coalition import as_member, own_id, verified
from tests.programmes.ticking import ALL_DAY_S, TickingShop

KIOSK = PartnerActor("kiosk")
# 120 points of a purchase on 1 December wait until the 15th, and lapse after 31 March.
AT_30 = {"currency": "KEEP", "points": 120, "expires": "2027-03-31", "days": 30, "days_left": 30}
AT_7 = {**AT_30, "days": 7, "days_left": 7}


@pytest.fixture
def shop() -> TickingShop:
    return TickingShop("22_loss_aversion.json")


@pytest.fixture
def member(shop: TickingShop) -> str:
    """Who bought for $120 on 1 December."""
    member = shop.enrolled()
    shop.buys(member, 12_000, "kiosk")
    return member


def parts(shop: TickingShop, member: str) -> tuple[int, int, int]:
    """What is available, what is pending, what has lapsed and is still there."""
    wallet = shop.wallet(member, "KEEP")
    return wallet["available"], wallet["pending"], wallet["lapsed"]


def told(shop: TickingShop, member: str) -> list[dict[str, Any]]:
    """What this member was told, without its id."""
    found = [each for each in shop.told() if each["member"] == own_id(member)]
    return [{name: said for name, said in each.items() if name != "member"} for each in found]


def test_one_notice_at_30_days_and_one_at_7_exactly(shop: TickingShop, member: str) -> None:
    """Every day the clock runs; on 1 March and on 24 March it tells, and on 1 April they go."""
    days: dict[str, list[dict[str, Any]]] = {}
    shop.on("2026-12-02")
    while (day := shop.clock.date().isoformat()) < "2027-04-03":
        before = len(told(shop, member))
        shop.tick()
        if new := told(shop, member)[before:]:
            days[day] = new
        expected = {True: (120, 0, 0), False: (0, 0, 0)}[day < "2027-04-01"]
        assert parts(shop, member) == ((0, 120, 0) if day < "2026-12-15" else expected)
        shop.later(days=1)
    assert days == {"2027-03-01": [AT_30], "2027-03-24": [AT_7]}
    totals = verified(shop.store).totals
    assert totals["partner:kiosk:expired", "KEEP"] == 120  # type: ignore[index]


def test_running_again_tells_nobody_twice(shop: TickingShop, member: str) -> None:
    """Ten times a day, after a sweep too, and when the stream delivers again."""
    for day in ("2026-12-15", "2027-03-01", "2027-03-24", "2027-04-01"):
        shop.on(day)
        for number in range(10):
            shop._followed.clear()
            shop.tick(every_wallet=number % 2 == 1)
    assert told(shop, member) == [AT_30, AT_7]
    assert parts(shop, member) == (0, 0, 0)
    verified(shop.store)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2027-02-28", []),
        ("2027-03-06", [{**AT_30, "days_left": 25}]),
        ("2027-03-24", [AT_7]),
        ("2027-03-31", [{**AT_7, "days_left": 0}]),
        ("2027-04-01", []),
    ],
)
def test_a_clock_that_is_late_tells_what_is_due_by_then(
    shop: TickingShop, member: str, day: str, said: list[dict[str, Any]]
) -> None:
    """Once, with the days that are left; of several the latest, and nothing of what is gone."""
    shop.through("2026-12-15", "2026-12-16")
    shop.on(day)
    for _ in range(2):
        shop.tick()
    assert told(shop, member) == said


def test_who_has_spent_them_is_told_nothing(shop: TickingShop, member: str) -> None:
    """After the first notice 100 are spent: the 20 that are left are just worth a second."""
    shop.through("2026-12-15", "2027-03-02")
    shop.redeems(member, "paper")
    shop.through("2027-03-03", "2027-03-31")
    assert told(shop, member) == [AT_30, {**AT_7, "points": 20}]


def test_too_few_points_are_not_worth_a_notice(shop: TickingShop, member: str) -> None:
    """19 of 20: nobody is told; one more comes on 27 March, and all 20 are told of at once."""
    other = shop.enrolled()
    shop.buys(other, 1_900, "kiosk")
    shop.through("2026-12-02", "2027-03-26")
    assert told(shop, other) == []
    given = shop.input(toMemberId=other, currency="KEEP", points=1)
    shop.done(as_member(member), "transferPoints", given)
    shop.through("2027-03-27", "2027-03-31")
    assert told(shop, other) == [{**AT_7, "points": 20, "days_left": 4}]


def test_what_comes_after_a_notice_is_in_the_next_one(shop: TickingShop, member: str) -> None:
    """A purchase of 20 December, recorded on 10 February, lapses on the same day."""
    shop.through("2026-12-15", "2027-02-10", every=14)
    giver = shop.enrolled()
    shop.on("2027-02-10")
    shop.buys(giver, 5_000, "kiosk", purchasedAt="2026-12-20T12:00:00.000Z")
    shop.through("2027-02-11", "2027-03-02")
    given = shop.input(toMemberId=member, currency="KEEP", points=50)
    shop.done(as_member(giver), "transferPoints", given)
    shop.through("2027-03-03", "2027-03-31")
    assert told(shop, member) == [AT_30, {**AT_7, "points": 170}]


def test_points_that_come_after_the_day_of_a_notice_are_told_of_at_once(
    shop: TickingShop, member: str
) -> None:
    """Who had none on 1 March is given some on the 10th: 21 days are left."""
    shop.through("2026-12-15", "2027-03-10")
    friend = shop.enrolled()
    given = shop.input(toMemberId=friend, currency="KEEP", points=60)
    shop.done(as_member(member), "transferPoints", given)
    shop.through("2027-03-11", "2027-03-31")
    late = {**AT_30, "points": 60, "days_left": 20}
    assert told(shop, friend) == [late, {**AT_7, "points": 60}]


def test_lost_records_of_the_stream_lose_nothing(shop: TickingShop, member: str) -> None:
    """No hint tells of the purchase: the sweep of every wallet finds it, and from then on all is as
    if one had."""
    shop.follow = lambda *_: None  # type: ignore[method-assign]
    shop.through("2026-12-02", "2026-12-20")
    assert parts(shop, member) == (0, 120, 0)
    shop.tick(every_wallet=True)
    assert parts(shop, member) == (120, 0, 0)
    shop.tick(every_wallet=True)
    shop.through("2026-12-21", "2027-04-02")
    assert told(shop, member) == [AT_30, AT_7]
    assert parts(shop, member) == (0, 0, 0)


def test_sixteen_clocks_at_once_do_it_once(shop: TickingShop, member: str) -> None:
    """On each of the days on which something is due."""
    lock, random = Lock(), Random(3)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    shop.coalition = replace(shop.coalition, random_bytes=bits)
    done: list[int] = []

    def tick(_: int) -> Report:
        return run(shop.coalition, shop.agenda, lambda: ALL_DAY_S)

    for day in ("2026-12-15", "2027-03-01", "2027-03-24", "2027-04-01"):
        shop.on(day)
        shop.follow()
        with ThreadPoolExecutor(16) as pool:
            reports = list(pool.map(tick, range(16)))
        assert not any(report.failed for report in reports)
        done.append(sum(sum(report.done.values()) for report in reports))
    assert done == [1, 1, 1, 1]
    assert told(shop, member) == [AT_30, AT_7]
    assert parts(shop, member) == (0, 0, 0)
    verified(shop.store)


def test_a_return_before_the_confirmation_takes_what_waits(shop: TickingShop, member: str) -> None:
    """Half goes back on the 14th; on the 15th the other half is confirmed, and told of in March."""
    shop.on("2026-12-14")
    rows = shop.store.wallet_history(shop.wallet_id(member), None, 1)
    asked = shop.input(transactionId=shop.transaction(rows[0].transaction), points=60)
    shop.done(KIOSK, "reverseTransaction", shop.signed(KIOSK, "reverse", asked))
    assert parts(shop, member) == (0, 60, 0)
    shop.tick()
    shop.through("2026-12-15", "2027-03-31")
    shop.on("2027-03-31")
    assert parts(shop, member) == (60, 0, 0)
    assert told(shop, member) == [{**AT_30, "points": 60}, {**AT_7, "points": 60}]


def test_the_clock_confirms_by_the_purchases_day(shop: TickingShop) -> None:
    """Recorded a week late, on 8 December: still on the 15th, and by the system."""
    member = shop.enrolled()
    shop.on("2026-12-08")
    shop.buys(member, 3_000, "kiosk", purchasedAt="2026-12-01T23:59:59.999Z")
    shop.through("2026-12-09", "2026-12-14")
    assert parts(shop, member) == (0, 30, 0)
    shop.on("2026-12-15")
    assert shop.tick().done == {"confirmed": 1}
    assert parts(shop, member) == (30, 0, 0)
    row = shop.store.wallet(shop.wallet_id(member))
    assert row is not None
    assert row.kind == "confirm"
    assert [lot.expires for lot in row.wallet.lots] == ["2027-03-31"]
    entry = shop.store.transactions([row.transaction])[row.transaction].entry
    assert entry is not None
    assert b'"by":{"party":"system:clock"}' in entry


def test_what_a_partner_has_confirmed_the_clock_does_not(shop: TickingShop, member: str) -> None:
    """Its hint comes to nothing."""
    shop.tick()
    row = shop.store.wallet(shop.wallet_id(member))
    assert row is not None
    asked = shop.input(earnId=shop.transaction(row.transaction))
    shop.done(KIOSK, "confirmTransaction", shop.signed(KIOSK, "confirm", asked))
    shop.on("2026-12-15")
    report = shop.tick()
    assert (report.looked, report.done) == (1, {})
    assert parts(shop, member) == (120, 0, 0)
