"""What a programme remembers: the same whatever comes back, and in whatever parts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.names import At
from loyalty.programmes import Version, read_programme
from loyalty.refusals import Code, Refused
from loyalty.rules.counting import LATE_DAYS
from loyalty.rules.counts import Delta, Tally, added, day_number, taken_back
from loyalty.rules.orders import Order
from loyalty.tallies import Counted, counted, read_tallies, tallies_text
from loyalty.texts import PURCHASE_MAX_AGE

NOW = "2026-11-21T12:00:00.000Z"
BASE = {
    "effect": "points_per_amount",
    "id": "base",
    "partners": ["shop"],
    "money": "USD",
    "points": 3,
    "per_minor": 700,
    "rounding": "carry",
}
DOCUMENT: dict[str, Any] = {
    "id": "shop",
    "version": 1,
    "name": "Shop",
    "currency": "SHOP",
    "measures": [
        {"id": "spend", "count": "spend", "money": "USD", "over": {"over": "rolling", "days": 90}},
        {"id": "points", "count": "points", "over": {"over": "calendar", "period": "year"}},
        {"id": "visits", "count": "visits", "over": {"over": "ever"}},
    ],
    "tiers": {
        "measure": "points",
        "grace_days": 10,
        "levels": [{"id": "silver", "name": "Silver", "at": 20}, {"id": "vip", "name": "VIP"}],
    },
    "badges": [{"id": "ten", "name": "Ten visits", "measure": "visits", "at": 10}],
    "earn": [{**BASE, "caps": [{"points": 50, "in": "month"}]}],
    "rewards": [],
    "expiry": {"after": "never"},
}
SHOP = read_programme(DOCUMENT)
WINDOWS: list[dict[str, Any]] = [
    {"over": "rolling", "days": 90},
    {"over": "ever"},
    *(
        {"over": over, "period": period}
        for over in ("calendar", "streak")
        for period in ("day", "week", "month", "quarter", "year")
    ),
]


def bought(version: Version, tally: Tally, minor: int, at: str = NOW) -> tuple[int, Counted, Tally]:
    """Points, what is kept with the order, what is remembered after it."""
    order = version.seen(Order("shop", "USD", minor, At(at)), tally)
    award = version.award(order)
    change = version.counting.changed(tally, award.deltas, at)
    return award.points, counted("shop", award.deltas), change.tally


@given(st.lists(st.integers(1, 4_000), max_size=25))
def test_carried_points_are_those_of_the_sum(amounts: list[int]) -> None:
    """However an amount is split into orders, the points are those of all of it."""
    version = read_programme({**DOCUMENT, "earn": [BASE]})
    tally, given_ = Tally(), 0
    for minor in amounts:
        points, _, tally = bought(version, tally, minor)
        given_ += points
    assert given_ == sum(amounts) * 3 // 700


@given(st.lists(st.integers(1, 4_000), min_size=1, max_size=12), st.data())
def test_what_comes_back_was_never_counted(amounts: list[int], data: st.DataObject) -> None:
    """In any order and in any parts: then the tally is as if nothing had been bought."""
    tally, orders = Tally(), []
    for minor in amounts:
        points, kept, tally = bought(SHOP, tally, minor)
        orders.append((max(points, 1), kept))
    for whole, kept in data.draw(st.permutations(orders)):
        parts = sorted(data.draw(st.sets(st.integers(1, whole), max_size=3)) | {whole})
        for before, after in zip([0, *parts], parts, strict=False):
            deltas = taken_back(kept.each(), whole, before, after)
            tally = SHOP.counting.changed(tally, deltas, NOW).tally
    assert tally == Tally()


@given(st.integers(-(2**53), 2**53), st.integers(1, 1_000), st.data())
def test_a_part_takes_its_share(amount: int, whole: int, data: st.DataObject) -> None:
    """Never more than the whole, and together all of it."""
    part = data.draw(st.integers(0, whole))
    (first,) = taken_back([Delta("k", 1, amount)], whole, 0, part)
    (rest,) = taken_back([Delta("k", 1, amount)], whole, part, whole)
    assert first.amount + rest.amount == -amount
    assert abs(first.amount) <= abs(amount)


@pytest.mark.parametrize(("amount", "back"), [(10, [-3, -3, -4]), (-10, [3, 3, 4])])
def test_what_does_not_divide_comes_back_last(amount: int, back: list[int]) -> None:
    """A part takes its share rounded towards 0, also of what an order took from a sum."""
    steps = [taken_back([Delta("k", 1, amount)], 3, part, part + 1) for part in range(3)]
    assert [delta.amount for (delta,) in steps] == back


def test_a_rolling_sum_forgets_what_no_order_can_reach() -> None:
    """A row does not grow with the years."""
    tally = Tally()
    for month in range(1, 13):
        _, _, tally = bought(SHOP, tally, 700, f"2026-{month:02d}-28T12:00:00.000Z")
    # 90 days, 60 for late orders, 10 of grace.
    assert len(tally.counts["m:spend"]) == 6
    assert tally.counts["m:visits"] == {0: 12}


def test_a_daily_cap_forgets_days_that_no_order_can_reach() -> None:
    """Sixty days before now, as long as an order may be late, and no year."""
    version = read_programme(
        {**DOCUMENT, "earn": [{**BASE, "caps": [{"points": 50, "in": "day"}]}]}
    )
    tally, first = Tally(), datetime(2026, 1, 1, 12, tzinfo=UTC)
    for number in range(200):
        _, _, tally = bought(version, tally, 700, f"{first + timedelta(number):%FT%T}.000Z")
    days = tally.counts["c:base:day"]
    assert len(days) == 61
    assert max(days) - min(days) == 60


@pytest.mark.parametrize("over", WINDOWS)
def test_no_more_is_kept_than_the_bound_on_a_programme_allows(over: dict[str, Any]) -> None:
    """Of somebody who buys each day for four years."""
    measure = {"id": "visits", "count": "visits", "over": over}
    caps = [{"points": 5, "in": over["period"]}] if "period" in over else []
    document = {**DOCUMENT, "measures": [measure], "badges": [], "earn": [{**BASE, "caps": caps}]}
    document["tiers"] = {**DOCUMENT["tiers"], "measure": "visits"}
    version = read_programme(document)
    tally, first, most = Tally(), datetime(2025, 1, 1, 12, tzinfo=UTC), 0
    for number in range(1_500):
        _, _, tally = bought(version, tally, 700, f"{first + timedelta(number):%FT%T}.000Z")
        most = max(most, len(tally.counts["m:visits"]))
        for cap in version.programme.earn[0].caps:
            kept = tally.counts.get(f"c:base:{cap.period}", {})
            assert len(kept) <= cap.places(LATE_DAYS)
    assert most <= version.programme.measures[0].over.places(LATE_DAYS + 10)


def test_what_is_kept_of_a_member_is_bounded() -> None:
    """Whatever a programme counts, every order writes it: refused before it is in force."""
    caps = [{"points": 50, "in": each} for each in ("day", "week")]
    rules = [{**BASE, "id": f"rule-{number}", "caps": caps} for number in range(60)]
    with pytest.raises(Refused) as refused:
        read_programme({**DOCUMENT, "earn": rules})
    assert refused.value.code is Code.LIMIT_EXCEEDED
    assert "4483 sums" in refused.value.message
    read_programme({**DOCUMENT, "earn": rules[:50]})
    year = {"count": "visits", "over": {"over": "rolling", "days": 400}}
    measures = [{**year, "id": f"measure-{number}"} for number in range(16)]
    with pytest.raises(Refused):
        read_programme({**DOCUMENT, "measures": [*DOCUMENT["measures"], *measures[3:]]})


def test_a_tier_is_told_when_it_changes_and_not_again() -> None:
    """Up by an order, down by what came back."""
    counting, tally, told = SHOP.counting, Tally(), []
    for minor in (4_000, 700, 700):
        order = SHOP.seen(Order("shop", "USD", minor, At(NOW)), tally)
        change = counting.changed(tally, SHOP.award(order).deltas, NOW)
        tally = change.tally
        told.append(change.tier)
    assert told == [None, "silver", None]
    back = [Delta("m:points", day, -amount) for day, amount in tally.counts["m:points"].items()]
    assert counting.changed(tally, back, NOW).tier == ""


def test_a_tier_that_was_paid_for_lasts_through_its_last_day() -> None:
    """And is the higher one then."""
    paid = Tally(paid={"vip": 100})
    assert [SHOP.counting.tier(paid, day) for day in (99, 100, 101)] == ["vip", "vip", ""]
    assert SHOP.counting.turns(paid, 100) == 101
    assert SHOP.counting.turns(paid, 101) is None


def test_a_late_order_finds_the_tier_that_was_paid_for_then() -> None:
    """It is remembered as long as an order of its last day may come in, and no longer."""
    oldest = day_number(NOW) - PURCHASE_MAX_AGE.days
    left = [
        SHOP.counting.changed(Tally(paid={"vip": last}), (), NOW).tally
        for last in (oldest, oldest - 1)
    ]
    assert [SHOP.counting.tier(tally, oldest) for tally in left] == ["vip", ""]
    assert left[1] == Tally()


def test_a_tier_ends_when_its_grace_is_over() -> None:
    """That is the day to look again, once: points of a calendar year, and ten days."""
    counting, ends = SHOP.counting, day_number("2027-01-11")
    tally = Tally({"m:points": {day_number("2026-01-01"): 20}})
    assert [counting.tier(tally, day) for day in (ends - 1, ends)] == ["silver", ""]
    found = [counting.turns(tally, day) for day in (day_number(NOW), ends - 1, ends)]
    assert found == [ends, ends, None]


def test_a_badge_is_told_when_it_is_earned_and_not_again() -> None:
    """Nor when the order that earned it comes back."""
    counting, tally, told, added_ = SHOP.counting, Tally(), [], []
    for _ in range(11):
        added_.append(SHOP.award(SHOP.seen(Order("shop", "USD", 1, At(NOW)), tally)).deltas)
        change = counting.changed(tally, added_[-1], NOW)
        tally = change.tally
        told.append(change.badges)
    assert told == [()] * 9 + [("ten",), ()]
    back = counting.changed(tally, taken_back(added_[9], 1, 0, 1), NOW)
    assert not back.badges
    assert "b:ten" not in back.tally.counts


@pytest.mark.parametrize("day", [-1_000, 0, 17_000, 20_000])
def test_a_tier_that_nobody_paid_for_is_nobodys(day: int) -> None:
    """On whatever day."""
    assert SHOP.counting.tier(Tally(), day) == ""


def test_a_month_has_its_cap() -> None:
    """50 points by the rule; what is spent beyond is not kept for the next month."""
    points, _, tally = bought(SHOP, Tally(), 100_000)
    assert points == 50
    assert bought(SHOP, tally, 7_000)[0] == 0
    assert bought(SHOP, tally, 7_000, "2026-12-01T00:00:00.000Z")[0] == 30


def test_every_cap_of_a_rule_counts() -> None:
    """30 points a day and 50 a month: the second day has 20, the third none."""
    caps = [{"points": 30, "in": "day"}, {"points": 50, "in": "month"}]
    shop = read_programme({**DOCUMENT, "earn": [{**BASE, "caps": caps}]})
    tally, given_ = Tally(), []
    for day in (1, 2, 3):
        points, _, tally = bought(shop, tally, 100_000, f"2026-11-{day:02d}T12:00:00.000Z")
        given_.append(points)
    assert given_ == [30, 20, 0]


def test_past_a_cap_nothing_is_given_and_nothing_is_taken() -> None:
    """A wallet merged from two, or a cap that was lowered: more was given than it allows."""
    tally = Tally({"c:base:month": {day_number("2026-11-01"): 80}})
    points, _, after = bought(SHOP, tally, 7_000)
    assert points == 0
    assert after.counts["c:base:month"] == tally.counts["c:base:month"]


def test_a_remainder_below_zero_is_made_up_for_first() -> None:
    """After a return: then an order gives no points, and never fewer than none."""
    version = read_programme({**DOCUMENT, "earn": [BASE]})
    tally = Tally({"r:base:700": {0: -5_000}})
    points, _, tally = bought(version, tally, 1_400)
    assert (points, tally.counts["r:base:700"]) == (0, {0: -800})
    points, _, tally = bought(version, tally, 700)
    assert (points, tally.counts["r:base:700"]) == (1, {0: 600})


def test_of_a_group_one_rule_keeps_its_remainder() -> None:
    """Neither of two gives a point: the first of them keeps what there is, the other nothing."""
    pair = [{**BASE, "id": id_, "best_of": "offer"} for id_ in ("one", "two")]
    _, _, tally = bought(read_programme({**DOCUMENT, "earn": pair}), Tally(), 100)
    assert {key for key in tally.counts if key.startswith("r:")} == {"r:one:700"}


def test_a_cap_counts_an_order_that_comes_in_late() -> None:
    """Of the year before, on the last day on which one may."""
    shop = read_programme({**DOCUMENT, "earn": [{**BASE, "caps": [{"points": 50, "in": "year"}]}]})
    _, _, tally = bought(shop, Tally(), 100_000, "2027-12-31T12:00:00.000Z")
    _, _, tally = bought(shop, tally, 700, "2028-02-29T12:00:00.000Z")
    assert bought(shop, tally, 7_000, "2027-12-31T12:00:00.000Z")[0] == 0


@given(
    st.dictionaries(
        st.text("abc", min_size=1, max_size=3),
        st.builds(
            lambda counts, tier: Tally(added({}, counts), tier),
            st.lists(
                st.builds(Delta, st.text("mc:", min_size=1), st.integers(0, 4_000), st.integers())
            ),
            st.sampled_from(["", "gold"]),
        ),
        max_size=3,
    )
)
def test_tallies_are_read_as_they_were_written(tallies: dict[str, Tally]) -> None:
    """Those of nothing are left out."""
    kept = {id_: each for id_, each in tallies.items() if each != Tally()}
    assert read_tallies(tallies_text(tallies)) == kept


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"tiers": {**DOCUMENT["tiers"], "measure": "nights"}}, ["tiers", "measure"], "points"),
        (
            {"badges": [{"id": "aa", "name": "A", "measure": "none", "at": 1}]},
            ["badges", "0", "measure"],
            "one of points, spend, visits",
        ),
        (
            {"earn": [{**BASE, "when": [{"condition": "tier", "any_of": ["gold"]}]}]},
            ["earn", "0", "when", "0", "any_of"],
            "one of silver, vip",
        ),
        (
            {"earn": [{**BASE, "when": [{"condition": "segment", "any_of": ["big"]}]}]},
            ["earn", "0", "when", "0", "any_of"],
            "none is there",
        ),
        (
            {"earn": [{**BASE, "when": [{"condition": "reaches", "measure": "points", "at": 1}]}]},
            ["earn", "0", "when", "0", "measure"],
            "one of spend, visits",
        ),
        (
            {
                "tiers": {
                    "measure": "points",
                    "levels": [
                        {"id": "aa", "name": "A", "at": 20},
                        {"id": "bb", "name": "B", "at": 20},
                    ],
                }
            },
            ["tiers"],
            "overlap",
        ),
        (
            {"measures": [{"id": "aa", "count": "spend", "over": {"over": "ever"}}]},
            ["measures", "0"],
            "money",
        ),
        (
            {"segments": [{"id": "aa", "measure": "spend", "at_least": 5, "less_than": 5}]},
            ["segments", "0"],
            "nobody",
        ),
    ],
)
def test_a_programme_that_names_what_it_has_not_is_refused(
    change: dict[str, Any], field: list[str], said: str
) -> None:
    """With the path, and what would be right."""
    with pytest.raises(Refused) as refused:
        read_programme({**DOCUMENT, **change})
    assert list(refused.value.field) == ["document", *field]
    assert said in refused.value.message
