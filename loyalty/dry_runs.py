"""What a programme version would have given for past orders. Nothing is written."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from loyalty.programmes import Version
from loyalty.rules.orders import Order


class RuleTotal(NamedTuple):
    """What one rule would have given. misses: by code, why it gave nothing how often."""

    rule: str
    orders: int
    points: int
    misses: dict[str, int]


class DryRun(NamedTuple):
    """orders: how many there were; earning: how many of them earned; points: all that would have
    been issued, which is what the coalition would have owed before anything was spent.
    """

    orders: int
    earning: int
    points: int
    rules: tuple[RuleTotal, ...]

    def cost_minor(self, per_1000_points: int) -> int:
        """What the points cost in minor units, to the nearest, halves up.

        per_1000_points: in minor units; 900 is 0.9 cents a point.
        """
        return (2 * self.points * per_1000_points + 1_000) // 2_000


def dry_run(version: Version, orders: Iterable[Order]) -> DryRun:
    """Decides each order as a purchase of its time would be decided by this version."""
    count = earning = 0
    points: Counter[str] = Counter()
    given: Counter[str] = Counter()
    misses: dict[str, Counter[str]] = {rule.id: Counter() for rule in version.programme.earn}
    for order in orders:
        outcomes = version.rules.explained(order)
        count += 1
        earning += any(each.points for each in outcomes)
        for rule, amount, miss in outcomes:
            points[rule] += amount
            given[rule] += amount > 0
            if miss is not None:
                misses[rule][miss.code] += 1
    rules = tuple(
        RuleTotal(id_, given[id_], points[id_], dict(missed.most_common()))
        for id_, missed in misses.items()
    )
    return DryRun(count, earning, points.total(), rules)
