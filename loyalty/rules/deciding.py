"""From rules and an order to points, with a reason for every rule.

Rules are found by what an order says of itself, not by asking each: `Rules` knows them by partner,
event, money and the words that a condition needs. Asking each is left for whoever wants all the
reasons.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from loyalty.rules.counts import EVER, Delta, day_number
from loyalty.rules.effects import Effect
from loyalty.rules.guards import unmet
from loyalty.rules.orders import Miss, Order, Token


class Outcome(NamedTuple):
    """What one rule came to. miss: why it gives nothing; points, or the reward whose voucher: what
    it gives; deltas: what it adds to what is counted, which may be all that it does.
    """

    rule: str
    points: int
    miss: Miss | None = None
    voucher: str = ""
    deltas: tuple[Delta, ...] = ()


_Place = tuple[str, str, str]
"""Partner, event and money, which is empty for whatever is no purchase."""


class _Index(NamedTuple):
    """Numbers of rules, by place: of those that need no word, and by a word that each of the others
    needs.
    """

    always: dict[_Place, list[int]]
    by_token: dict[tuple[_Place, Token], list[int]]


class Rules:
    """The rules of a programme version, ready to decide."""

    def __init__(self, rules: Sequence[Effect]) -> None:
        self._rules = rules
        self._groups = {rule.id: rule.best_of for rule in rules if rule.best_of}
        self.funding = {rule.id: rule.funding for rule in rules if rule.funding}

    @cached_property
    def _index(self) -> _Index:
        # Made when it is first needed: who only sends a document does not pay for it.
        index = _Index({}, {})
        for number, rule in enumerate(self._rules):
            words = (condition.tokens() for condition in rule.when)
            # The condition that names fewest is the one that leads to the rule least often.
            tokens = min(filter(None, words), key=len, default=frozenset())
            for partner in dict.fromkeys(rule.partners):
                place = (partner, rule.on, rule.money or "")
                for token in tokens:
                    index.by_token.setdefault((place, token), []).append(number)
                if not tokens:
                    index.always.setdefault(place, []).append(number)
        return index

    def decided(self, order: Order) -> list[Outcome]:
        """The rules that give something for an order, or count it, in the order of the document."""
        found = self._outcomes(self._candidates(order), order)
        return [each for each in found if each.miss is None or each.deltas]

    def explained(self, order: Order) -> list[Outcome]:
        """What every rule comes to, with a reason where that is nothing."""
        found = {each.rule: each for each in self._outcomes(range(len(self._rules)), order)}
        return [found[rule.id] for rule in self._rules]

    def _candidates(self, order: Order) -> Iterable[int]:
        place = (order.partner, order.event, order.money)
        found = set(self._index.always.get(place, ()))
        for token in order.tokens():
            found.update(self._index.by_token.get((place, token), ()))
        return sorted(found)

    def _outcomes(self, numbers: Iterable[int], order: Order) -> list[Outcome]:
        rules = [self._rules[number] for number in numbers]
        plain = [_outcome(rule, order, 0) for rule in rules if not rule.multiplies]
        plain = _best(plain, self._groups)
        given = sum(each.points for each in plain)
        more = [_outcome(rule, order, given) for rule in rules if rule.multiplies]
        return plain + _best(more, self._groups)


def _outcome(rule: Effect, order: Order, given: int) -> Outcome:
    left = _left(rule, order)
    if isinstance(left, Miss):
        return Outcome(rule.id, 0, left)
    once = [condition.once(rule.id, order) for condition in rule.when]
    given_before = next((each for each in once if isinstance(each, Miss)), None)
    if given_before is not None:
        return Outcome(rule.id, 0, given_before)
    marks = [each for each in once if isinstance(each, Delta)]
    if rule.voucher:
        return Outcome(rule.id, 0, None, rule.voucher, tuple(marks))
    counts = order.standing.counts
    carried = counts.get(rule.carries, {}).get(EVER, 0)
    points, kept = rule.rounded(rule.worth(left, given), carried)
    if rule.at_most is not None:
        points = min(points, rule.at_most)
    deltas = [Delta(rule.carries, EVER, kept - carried)] if kept != carried else []
    if not points:
        miss = Miss("ROUNDS_TO_NOTHING", "too little")
        return Outcome(rule.id, 0, miss, deltas=tuple(deltas))
    if rule.caps:
        day = day_number(order.at)
        points = min(points, *(cap.left(rule.id, counts, day) for cap in rule.caps))
        if not points:
            miss = Miss("CAP_REACHED", "no more in this while")
            return Outcome(rule.id, 0, miss, deltas=tuple(deltas))
        deltas += [cap.delta(rule.id, day, points) for cap in rule.caps]
    return Outcome(rule.id, points, deltas=(*deltas, *marks))


def _left(rule: Effect, order: Order) -> Order | Miss:
    """What the conditions of a rule leave of an order."""
    if order.partner not in rule.partners:
        return Miss("PARTNER_NOT_ELIGIBLE", f"not a rule of {order.partner}")
    if order.event != rule.on:
        return Miss("EVENT_NOT_ELIGIBLE", f"given for a {rule.on}, not for a {order.event}")
    if order.money != (rule.money or ""):
        return Miss("MONEY_NOT_ELIGIBLE", f"counts {rule.money}, not {order.money}")
    if rule.funding and not order.gone.isdisjoint(rule.funding):
        return Miss("FUNDER_LEFT", "a partner that funds it is not one of the coalition now")
    for condition in rule.when:
        left = condition.narrowed(order)
        if isinstance(left, Miss):
            return left
        order = left
    missed = unmet(rule.guard, order) if rule.guard else None
    return missed or order


def _best(outcomes: list[Outcome], groups: dict[str, str]) -> list[Outcome]:
    """Of each group the outcome with most points, the first of equals; the others give nothing."""
    best: dict[str, Outcome] = {}
    for each in outcomes:
        group = groups.get(each.rule)
        if group and (group not in best or _merit(each) > _merit(best[group])):
            best[group] = each
    return [_or_less(each, best.get(groups.get(each.rule, ""), each)) for each in outcomes]


def _merit(outcome: Outcome) -> tuple[int, bool]:
    """Of two that give nothing, the one that keeps a remainder is the better."""
    return outcome.points, bool(outcome.deltas)


def _or_less(outcome: Outcome, best: Outcome) -> Outcome:
    if best is outcome or not (outcome.points or outcome.deltas):
        return outcome
    return Outcome(outcome.rule, 0, Miss("OTHER_IS_BETTER", f"{best.rule} gives as much or more"))
