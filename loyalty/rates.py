"""What a programme says of exchange: what its points are worth in another currency.

    "exchange": [{"to": "MILES", "give": 400, "get": 250, "expiry": {"after": "days", "days": 365}}]

A rate is directional and exact: for every 400 points given 250 are got, by proportion, rounded
down. Nobody may come home from a round of exchanges with more than it took: the product of the
rates around a cycle is never above 1. Rounding down cannot change that, since each step gives at
most its rate.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated

from msgspec import Meta

from loyalty.expiry import AnyExpiry
from loyalty.rules.orders import Data, Positive

Pair = tuple[str, str]
"""From one currency to another."""


class Rate(Data, frozen=True):
    """So many points of the programme's own currency for so many of another.

    expiry: of the points got; absent: that of the other currency's programme which lasts least.
    """

    to: Annotated[str, Meta(pattern=r"^[A-Z0-9]{2,12}$")]
    give: Positive
    get: Positive
    expiry: AnyExpiry | None = None

    @property
    def worth(self) -> Fraction:
        return Fraction(self.get, self.give)

    def received(self, points: int) -> int:
        return points * self.get // self.give

    @property
    def least(self) -> int:
        """How many points it takes to get one."""
        return -(-self.give // self.get)


Rates = Annotated[tuple[Rate, ...], Meta(max_length=100)]


def gaining_cycle(worth: Mapping[Pair, Fraction]) -> tuple[str, ...] | None:
    """Currencies around which a point becomes more than one, in order; None if there are none.

    Bellman's and Ford's search, with products of rationals in place of sums: `best` is the most
    that a point of any currency can become in so many steps. If n steps better it still among n
    currencies, the walk that does so passes one of them twice, with a gain between.
    """
    currencies = {currency for pair in worth for currency in pair}
    best = dict.fromkeys(currencies, Fraction(1))
    rounds: list[dict[str, str]] = []
    for _ in currencies:
        bettered, came_from = dict(best), dict[str, str]()
        for (from_, to), rate in worth.items():
            if best[from_] * rate > bettered[to]:
                bettered[to], came_from[to] = best[from_] * rate, from_
        if not came_from:
            return None
        best = bettered
        rounds.append(came_from)
    return _cycle(rounds) if rounds else None


def _cycle(rounds: list[dict[str, str]]) -> tuple[str, ...]:
    """What the walk goes round that bettered something in the last round. rounds: where each step
    came from; what is bettered in one comes from what was bettered in the one before.
    """
    walk = [next(iter(rounds[-1]))]
    for came_from in reversed(rounds):
        before = came_from[walk[-1]]
        if before in walk:
            return tuple(reversed(walk[walk.index(before) :]))
        walk.append(before)
    raise AssertionError("n steps among n currencies pass one of them twice")


def around(cycle: tuple[str, ...], worth: Mapping[Pair, Fraction]) -> Fraction:
    """What one point becomes on the way around."""
    product = Fraction(1)
    for pair in steps(cycle):
        product *= worth[pair]
    return product


def steps(cycle: tuple[str, ...]) -> list[Pair]:
    """From each to the next, and from the last to the first."""
    return list(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
