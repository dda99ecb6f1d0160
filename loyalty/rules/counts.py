"""What is counted of a member's orders: sums by day, to which an order adds its part.

Everything that a programme remembers between two orders is such a sum: money spent, visits, points
that a cap allows, what rounding kept. So a return takes away exactly what its order added, and in
any order of events the sums are the same.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import msgspec

_EPOCH = date(1970, 1, 1).toordinal()
EVER = 0
"""The day of sums that have none."""

Sums = Mapping[int, int]
"""By day, or by the first day of a period."""
Counts = Mapping[str, Sums]
"""By what is counted."""


class Delta(NamedTuple):
    """What an order adds to one sum."""

    key: str
    day: int
    amount: int


class Tally(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one programme remembers of a wallet's orders. It is kept in the wallet's row.

    tier: the one that was told last; paid: last days of tiers that were paid for; since: the days
    on which they were, without a break until then.
    """

    counts: Mapping[str, Mapping[int, int]] = msgspec.field(default_factory=dict, name="c")
    tier: str = msgspec.field(default="", name="t")
    paid: Mapping[str, int] = msgspec.field(default_factory=dict, name="p")
    since: Mapping[str, int] = msgspec.field(default_factory=dict, name="f")


def day_number(at: str) -> int:
    """Of a moment or a day, as text: days since 1970-01-01, in UTC."""
    return date.fromisoformat(at[:10]).toordinal() - _EPOCH


def day_of_number(number: int) -> date:
    return date.fromordinal(number + _EPOCH)


def added(counts: Counts, deltas: Iterable[Delta]) -> dict[str, dict[int, int]]:
    """The sums with these added; what comes to 0 is left out."""
    changed = {key: dict(sums) for key, sums in counts.items()}
    for key, day, amount in deltas:
        sums = changed.setdefault(key, {})
        sums[day] = sums.get(day, 0) + amount
    return _without_zeros(changed)


def _without_zeros(counts: Mapping[str, Sums]) -> dict[str, dict[int, int]]:
    found = {key: {day: each for day, each in sums.items() if each} for key, sums in counts.items()}
    return {key: sums for key, sums in found.items() if sums}


def taken_back(deltas: Iterable[Delta], whole: int, before: int, after: int) -> tuple[Delta, ...]:
    """What a return takes from the sums: of `whole`, `before` had come back, now `after` have.

    Each step takes its share rounded towards 0, and the last all that is left of it.
    """
    return tuple(
        Delta(key, day, _share(amount, before, whole) - _share(amount, after, whole))
        for key, day, amount in deltas
    )


def _share(amount: int, part: int, whole: int) -> int:
    share = abs(amount) * part // whole
    return share if amount > 0 else -share
