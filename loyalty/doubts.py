"""What a programme may say, but hardly means: rules that can never give anything, and the like."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from loyalty.programmes import Programme
from loyalty.rules.conditions import Condition
from loyalty.rules.conditions.clock_times import Weekday
from loyalty.rules.conditions.period import Period
from loyalty.rules.conditions.places import Channel, Store, Tender
from loyalty.rules.conditions.products import Products
from loyalty.rules.effects import Effect


class Doubt(NamedTuple):
    """path: names of members and numbers of items."""

    path: tuple[str, ...]
    message: str


def doubts(programme: Programme, at: str) -> list[Doubt]:
    """All of them, in the order of the document. at: the moment that it is looked at."""
    found = [doubt for each in _DOUBTS for doubt in each(programme, at)]
    return sorted(found, key=lambda doubt: [each.rjust(9) for each in doubt.path])


def _over(programme: Programme, at: str) -> Iterator[Doubt]:
    """Periods that are past."""
    for path, conditions in _conditions(programme):
        for index, each in enumerate(conditions):
            if isinstance(each, Period) and each.over(at):
                yield Doubt((*path, str(index)), f"this period was over at {each.until}")


def _contradicting(programme: Programme, at: str) -> Iterator[Doubt]:
    """Conditions of one rule that cannot hold together."""
    del at
    for path, conditions in _conditions(programme):
        for (first, one), (second, other) in combinations(enumerate(conditions), 2):
            if _excludes(one, other):
                said = f"it never holds together with number {first + 1} of the same list"
                yield Doubt((*path, str(second)), said)
        for index, each in enumerate(conditions):
            if isinstance(each, Products) and _empty(each):
                yield Doubt((*path, str(index)), "it leaves out all that it lets in")


def _conditions(programme: Programme) -> Iterator[tuple[tuple[str, ...], Sequence[Condition]]]:
    """Of rules and of rewards, with the place of their list."""
    for number, rule in enumerate(programme.earn):
        yield ("earn", str(number), "when"), rule.when
    for number, reward in enumerate(programme.rewards):
        yield ("rewards", str(number), "valid"), reward.valid


def _excludes(one: Condition, other: Condition) -> bool:
    if isinstance(one, Period) and isinstance(other, Period):
        return one.until <= other.since or other.until <= one.since
    if isinstance(one, Weekday) and isinstance(other, Weekday):
        return one.time_zone == other.time_zone and not one.any_of & other.any_of
    for kind in (Channel, Store, Tender):
        if isinstance(one, kind) and isinstance(other, kind):
            return not one.any_of & other.any_of
    return False


def _empty(products: Products) -> bool:
    wanted = bool(products.categories or products.skus)
    categories = products.categories <= products.except_categories
    return wanted and categories and products.skus <= products.except_skus


def _nothing_to_multiply(programme: Programme, at: str) -> Iterator[Doubt]:
    """Multipliers at partners where no other rule gives points."""
    del at
    given = {place for rule in programme.earn if not rule.multiplies for place in _places(rule)}
    for number, rule in enumerate(programme.earn):
        for partner, event, money in sorted(_places(rule), key=str) if rule.multiplies else ():
            if (partner, event, money) not in given:
                said = f"no rule gives points at {partner} in {money} that it could multiply"
                yield Doubt(("earn", str(number), "partners"), said)


def _places(rule: Effect) -> set[tuple[str, str, str | None]]:
    return {(partner, rule.on, rule.money) for partner in rule.partners}


def _alone(programme: Programme, at: str) -> Iterator[Doubt]:
    """Groups of one rule, which is always the best."""
    del at
    groups = [rule.best_of for rule in programme.earn]
    for number, group in enumerate(groups):
        if group is not None and groups.count(group) == 1:
            said = f"no other rule is of the group {group}"
            yield Doubt(("earn", str(number), "best_of"), said)


def _useless(programme: Programme, at: str) -> Iterator[Doubt]:
    """Programmes in which nothing can be earned, or had."""
    del at
    if not programme.earn and programme.giving is None:
        yield Doubt(("earn",), "nothing earns points")
    if not programme.rewards:
        yield Doubt(("rewards",), "points buy nothing")


_DOUBTS = (_over, _contradicting, _nothing_to_multiply, _alone, _useless)
