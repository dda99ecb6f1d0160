"""Deciding a purchase of 20 lines by 50 rules and by 500, beside one bare signature."""

from collections.abc import Iterator
from typing import Any

from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from bench.figures import Figure, at_most, in_turns
from ledger.names import At
from loyalty.programmes import Award, Version, read_programme
from loyalty.rules.counts import Tally, day_number
from loyalty.rules.orders import Line, Order
from loyalty.tallies import read_tallies, tallies_text

_CALLS = 200
_LINES = 20
_MESSAGE = bytes(700)
"""About as long as an earn's entry."""


def figures() -> Iterator[Figure]:
    few, many = _programme(50), _programme(500)
    _, secret = crypto_sign_seed_keypair(b"b" * 32)
    hold = [len(_decide(each).outcomes) for each in (few, many)]
    made = f"{_LINES} lines; {hold[0]} and {hold[1]} rules hold"
    bare = in_turns(lambda: crypto_sign(_MESSAGE, secret), lambda: _decide(few), calls=_CALLS)
    yield at_most("decide by 50 rules", bare.ratio, 12, "x one bare signature", made)
    more = in_turns(lambda: _decide(few), lambda: _decide(many), calls=_CALLS)
    yield at_most("decide by 500 rules", more.ratio, 3, "x by 50", made)


def _decide(version: Version) -> Award:
    """As a purchase is decided: what is remembered of who buys is read, and counts."""
    tally = read_tallies(_REMEMBERED)["bench"]
    return version.award(version.seen(_ORDER, tally))


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
            "measures": [
                {"id": "year", "count": "points", "over": {"over": "rolling", "days": 365}},
                {
                    "id": "visits",
                    "count": "visits",
                    "over": {"over": "calendar", "period": "month"},
                },
            ],
            "tiers": {
                "measure": "year",
                "grace_days": 30,
                "levels": [
                    {"id": "silver", "name": "Silver", "at": 500},
                    {"id": "gold", "name": "Gold", "at": 1_000},
                ],
            },
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


def _tally() -> bytes:
    """A year in which something was bought every second day, as the wallet's row has it."""
    last = day_number(_ORDER.at)
    sums = dict.fromkeys(range(last - 365, last, 2), 3)
    tally = Tally({"m:year": sums, "m:visits": {last - 20: 10}}, "silver")
    return tallies_text({"bench": tally})


_ORDER = _order()
_REMEMBERED = _tally()
