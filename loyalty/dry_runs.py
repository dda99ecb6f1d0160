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
from loyalty.rules.counts import Tally
from loyalty.rules.deciding import Outcome
from loyalty.rules.orders import Order
from loyalty.tallies import NO_TALLY
from loyalty.texts import check_at, check_id, check_label

ORDERS_MAX = 1_000
"""Of one request; `tallystick programme dry-run` takes any number."""


class Past(NamedTuple):
    """An order of the past. member: who bought, by any name; empty: nobody knows."""

    order: Order
    member: str = ""


class RuleTotal(NamedTuple):
    """What one rule would have given. misses: by code, why it gave nothing how often."""

    rule: str
    orders: int
    points: int
    misses: dict[str, int]


class DryRun(NamedTuple):
    """orders: how many there were; earning: how many of them earned; points: all that would have
    been issued, which is what the coalition would have owed before anything was spent; tiers: how
    many members would have had which after their last order.
    """

    orders: int
    earning: int
    points: int
    rules: tuple[RuleTotal, ...]
    tiers: dict[str, int]

    def cost_minor(self, per_1000_points: int) -> int:
        """What the points cost in minor units, to the nearest, halves up.

        per_1000_points: in minor units; 900 is 0.9 cents a point.
        """
        return (2 * self.points * per_1000_points + 1_000) // 2_000


def dry_run(version: Version, orders: Iterable[Past]) -> DryRun:
    """Decides each order as a purchase of its time would be decided by this version.

    It remembers each member's orders from the first one on.
    """
    tallies: dict[str, Tally] = {}
    count = earning = 0
    points: Counter[str] = Counter()
    given: Counter[str] = Counter()
    misses: dict[str, Counter[str]] = {rule.id: Counter() for rule in version.programme.earn}
    for order, member in orders:
        outcomes = _decided(version, order, member, tallies)
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
    tiers = Counter(each.tier for each in tallies.values() if each.tier)
    return DryRun(count, earning, points.total(), rules, dict(sorted(tiers.items())))


def _decided(
    version: Version, order: Order, member: str, tallies: dict[str, Tally]
) -> list[Outcome]:
    """What every rule comes to; what is remembered of the member is put among the tallies."""
    if not member:
        return version.rules.explained(order)
    tally = tallies.get(member, NO_TALLY)
    order = version.seen(order, tally)
    outcomes = version.rules.explained(order)
    deltas = version.counting.deltas(order, outcomes)
    tallies[member] = version.counting.changed(tally, deltas, order.at).tally
    return outcomes


class PastPurchase(NamedTuple):
    """At which partner what was bought, with its time, by whom."""

    partner: str
    basket: Basket
    member: str = ""


def try_document(actor: Actor, document: object, purchases: Sequence[PastPurchase]) -> DryRun:
    """The same of a document that nobody has published, for operators and partners.

    Raises Refused.
    """
    if isinstance(actor, MemberActor):
        raise Refused(Code.NOT_PERMITTED, "an operator or a partner tries programmes")
    if len(purchases) > ORDERS_MAX:
        raise Refused(Code.LIMIT_EXCEEDED, f"at most {ORDERS_MAX} orders at once", "orders")
    for number, (partner, basket, member) in enumerate(purchases):
        place = ("orders", str(number))
        check_id(partner, *place, "partner")
        if member:
            check_label(member, *place, "member")
        check_basket(basket, *place)
        check_at(str(basket.purchased_at), *place, "purchasedAt")
    found = dry_run(
        read_programme(document),
        (
            Past(order_of(partner, basket, At(str(basket.purchased_at))), member)
            for partner, basket, member in purchases
        ),
    )
    if found.points > MAX_INTEGER:
        raise Refused(Code.LIMIT_EXCEEDED, "together more than 2^53 - 1 points", "orders")
    return found
