"""What a programme version would have given for past orders. Nothing is written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.canonical import MAX_INTEGER
from ledger.names import At
from loyalty.actors import Actor, MemberActor
from loyalty.programmes import Version, read_programme
from loyalty.purchases import Basket, check_basket, order_of
from loyalty.refusals import Code, Refused
from loyalty.rules.orders import Order
from loyalty.texts import check_at, check_id

ORDERS_MAX = 1_000
"""Of one request; `tallystick programme dry-run` takes any number."""


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
        for each in outcomes:
            points[each.rule] += each.points
            given[each.rule] += each.miss is None
            if each.miss is not None:
                misses[each.rule][each.miss.code] += 1
    rules = tuple(
        RuleTotal(id_, given[id_], points[id_], dict(missed.most_common()))
        for id_, missed in misses.items()
    )
    return DryRun(count, earning, points.total(), rules)


def try_document(actor: Actor, document: object, purchases: Sequence[tuple[str, Basket]]) -> DryRun:
    """The same of a document that nobody has published, for operators and partners.

    purchases: partners and what was bought there; all with their time. Raises Refused.
    """
    if isinstance(actor, MemberActor):
        raise Refused(Code.NOT_PERMITTED, "an operator or a partner tries programmes")
    if len(purchases) > ORDERS_MAX:
        raise Refused(Code.LIMIT_EXCEEDED, f"at most {ORDERS_MAX} orders at once", "orders")
    for number, (partner, basket) in enumerate(purchases):
        place = ("orders", str(number))
        check_id(partner, *place, "partner")
        check_basket(basket, *place)
        check_at(str(basket.purchased_at), *place, "purchasedAt")
    found = dry_run(
        read_programme(document),
        (order_of(partner, basket, At(str(basket.purchased_at))) for partner, basket in purchases),
    )
    if found.points > MAX_INTEGER:
        raise Refused(Code.LIMIT_EXCEEDED, "together more than 2^53 - 1 points", "orders")
    return found
