"""Deciding a purchase of 20 lines by 50 rules and by 500, beside one bare signature."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any

from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from bench.figures import Figure, at_most
from ledger.names import At
from loyalty.programmes import Version, read_programme
from loyalty.rules.orders import Line, Order

_TURNS = 15
_CALLS = 200
_LINES = 20
_MESSAGE = bytes(700)
"""About as long as an earn's entry."""


def figures() -> Iterator[Figure]:
    few, many, order = _programme(50), _programme(500), _order()
    turns = [(_bare_s(), _seconds(few, order), _seconds(many, order)) for _ in range(_TURNS)]
    hold = [len(each.award(order).outcomes) for each in (few, many)]
    made = f"{_LINES} lines, of which {hold[0]} and {hold[1]} rules hold"
    ratios = [(one / bare, two / one) for bare, one, two in turns]
    first, second = (median(each) for each in zip(*ratios, strict=True))
    yield at_most("decide by 50 rules", first, 12, "x one bare signature", made)
    yield at_most("decide by 500 rules", second, 3, "x by 50", made)


def _programme(count: int) -> Version:
    """A base rule and offers: most name categories, some a tender or a channel, two multiply."""
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
    """Half of its lines are of categories that both programmes have offers for."""
    lines = tuple(
        Line(f"sku-{number}", f"category-{number * 4 + 2}", 199 + number)
        for number in range(_LINES)
    )
    total = sum(line.amount_minor for line in lines)
    at = At("2026-11-21T12:00:00.000Z")
    return Order("grocer", "USD", total, at, lines, "store", "s1", "card-26")


def _seconds(version: Version, order: Order) -> float:
    start = perf_counter()
    for _ in range(_CALLS):
        version.award(order)
    return (perf_counter() - start) / _CALLS


def _bare_s() -> float:
    _, secret = crypto_sign_seed_keypair(b"b" * 32)
    start = perf_counter()
    for _ in range(_CALLS):
        crypto_sign(_MESSAGE, secret)
    return (perf_counter() - start) / _CALLS
