"""Deciding a purchase of 20 lines by 50 rules and by 500, beside one bare signature."""

from collections.abc import Iterator
from typing import Any

from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from bench.figures import Figure, at_most, in_turns
from ledger.names import At
from loyalty.programmes import Version, read_programme
from loyalty.rules.orders import Line, Order

_CALLS = 200
_LINES = 20
_MESSAGE = bytes(700)
"""About as long as an earn's entry."""


def figures() -> Iterator[Figure]:
    few, many, order = _programme(50), _programme(500), _order()
    _, secret = crypto_sign_seed_keypair(b"b" * 32)
    hold = [len(each.award(order).outcomes) for each in (few, many)]
    made = f"{_LINES} lines; {hold[0]} and {hold[1]} rules hold"
    bare = in_turns(lambda: crypto_sign(_MESSAGE, secret), lambda: few.award(order), calls=_CALLS)
    yield at_most("decide by 50 rules", bare.ratio, 12, "x one bare signature", made)
    more = in_turns(lambda: few.award(order), lambda: many.award(order), calls=_CALLS)
    yield at_most("decide by 500 rules", more.ratio, 3, "x by 50", made)


def _programme(count: int) -> Version:
    """A base rule and offers: most name a category, one of 25 multiplies and names a tender."""
    return read_programme(
        {
            "id": "bench",
            "version": 1,
            "name": "Bench",
            "currency": "STARS",
            "earn": [_rule(number) for number in range(count)],
            "rewards": [],
            "expiry": {"after": "never"},
        }
    )


def _rule(number: int) -> dict[str, Any]:
    rule = {
        "id": f"rule-{number}",
        "effect": "points_per_amount",
        "partners": ["grocer"],
        "money": "USD",
        "points": 1 + number % 3,
        "per_minor": 100,
        "rounding": "floor",
    }
    if number == 0:
        return rule
    if number % 25 == 1:
        double = {"effect": "multiplier", "percent": 200, "rounding": "floor"}
        kept = {name: rule[name] for name in ("id", "partners", "money")}
        return {**kept, **double, "when": [{"condition": "tender", "any_of": [f"card-{number}"]}]}
    products = {"condition": "products", "categories": [f"category-{number}"]}
    return {**rule, "when": [products, {"condition": "minimum", "minor": 100}]}


def _order() -> Order:
    """Twelve of its lines are of categories that both programmes have offers for."""
    lines = tuple(
        Line(f"sku-{number}", f"category-{number * 4 + 2}", 199 + number)
        for number in range(_LINES)
    )
    total = sum(line.amount_minor for line in lines)
    at = At("2026-11-21T12:00:00.000Z")
    return Order("grocer", "USD", total, at, lines, "store", "s1", "card-26")
