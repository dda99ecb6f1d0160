"""What rules make of an order: the ones that are found are those that hold, and each says why."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import MAX_INTEGER
from ledger.names import At
from loyalty.rules.deciding import Rules
from loyalty.rules.effects import AnyEffect, Effect
from loyalty.rules.orders import Line, Order

AT = At("2026-11-21T12:00:00.000Z")
WORDS = ("web", "app", "kiosk")
PARTNERS = ("grocer", "fuel")


def rules(*documents: dict[str, Any]) -> Rules:
    """Rules as a programme file has them; every one of the grocer, in USD, if it says no other."""
    given = [
        {"id": f"rule-{number}", "partners": ["grocer"], "money": "USD", **document}
        for number, document in enumerate(documents)
    ]
    return Rules(msgspec.convert(given, list[AnyEffect]))


def order(amount: int = 1_000, **more: Any) -> Order:
    return Order(**{"partner": "grocer", "money": "USD", "at": AT, "amount_minor": amount, **more})


def points(*documents: dict[str, Any], of: Order) -> list[int]:
    return [each.points for each in rules(*documents).explained(of)]


def code(condition: dict[str, Any], of: Order) -> str | None:
    """Why a rule of 5 points with this condition gives nothing; None: it gives them."""
    (found,) = rules({**FIXED, "when": [condition]}).explained(of)
    assert bool(found.points) == (found.miss is None)
    return found.miss and found.miss.code


FIXED = {"effect": "fixed", "points": 5}
A_DOLLAR = {"effect": "points_per_amount", "points": 1, "per_minor": 100, "rounding": "floor"}
DOUBLE = {"effect": "multiplier", "percent": 200, "rounding": "floor"}

CONDITIONS = st.one_of(
    st.builds(
        lambda kind, words: {"condition": kind, "any_of": words},
        st.sampled_from(["channel", "store", "tender"]),
        st.lists(st.sampled_from(WORDS), min_size=1, unique=True),
    ),
    st.builds(lambda words: {"condition": "products", "categories": words}, st.just(["food"])),
    st.builds(lambda words: {"condition": "products", "except_skus": words}, st.just(["a1"])),
    st.builds(lambda minor: {"condition": "minimum", "minor": minor}, st.integers(1, 2_000)),
    st.just({"condition": "attribute", "name": "stars", "any_of": ["4", "5"]}),
)
EFFECTS = st.builds(
    lambda effect, when, partners, group, on: {
        **effect,
        **on,
        "when": when,
        "partners": partners,
        **({} if group is None else {"best_of": group}),
    },
    st.sampled_from([FIXED, A_DOLLAR, DOUBLE]),
    st.lists(CONDITIONS, max_size=3),
    st.lists(st.sampled_from(PARTNERS), min_size=1, unique=True),
    st.sampled_from([None, "one", "two"]),
    st.sampled_from([{}, {}, {"on": "visit", "money": None}]),
)
LINES = st.lists(
    st.builds(
        Line, st.sampled_from(["a1", "b2"]), st.sampled_from(["food", "toys"]), st.integers(0, 900)
    ),
    max_size=3,
)
VISITS = st.builds(
    lambda partner, store, stars: order(
        0, partner=partner, money="", event="visit", store=store, attributes=stars
    ),
    st.sampled_from(PARTNERS),
    st.sampled_from(["", *WORDS]),
    st.sampled_from([(), (("stars", "4"),), (("stars", "1"),)]),
)
PURCHASES = st.builds(
    lambda partner, rest, lines, words: order(
        rest + sum(line.amount_minor for line in lines),
        partner=partner,
        lines=tuple(lines),
        channel=words[0],
        store=words[1],
        tender=words[2],
    ),
    st.sampled_from(PARTNERS),
    st.integers(1, 2_000),
    LINES,
    st.tuples(*[st.sampled_from(["", *WORDS])] * 3),
)
ORDERS = st.one_of(PURCHASES, VISITS)


@given(st.lists(EFFECTS, max_size=12), ORDERS)
def test_the_rules_that_are_found_are_those_that_hold(documents: Any, of: Order) -> None:
    """Looking rules up by what an order says gives what asking each of them gives."""
    made = rules(*documents)
    explained = made.explained(of)
    assert sorted(made.decided(of)) == sorted(each for each in explained if each.points)
    assert [each.rule for each in explained] == [f"rule-{n}" for n in range(len(documents))]
    assert all((each.miss is None) == (each.points > 0) for each in explained)


@pytest.mark.parametrize("name", ["channel", "store", "tender"])
def test_a_place_is_one_of_those_named(name: str) -> None:
    """Another place has a code of its own; so has an order that says nothing."""
    condition = {"condition": name, "any_of": ["web", "app"]}
    assert code(condition, order(**{name: "app"})) is None
    assert code(condition, order(**{name: "kiosk"})) == f"{name.upper()}_NOT_ELIGIBLE"
    assert code(condition, order()) == f"{name.upper()}_NOT_ELIGIBLE"


def test_a_minimum_counts_what_is_left() -> None:
    """At 999 of 1,000 nothing, at 1,000 all; after `products` only its lines."""
    minimum = {"condition": "minimum", "minor": 1_000}
    assert code(minimum, order(1_000)) is None
    assert code(minimum, order(999)) == "BELOW_MINIMUM"
    food = {"condition": "products", "categories": ["food"]}
    (found,) = rules({**FIXED, "when": [food, minimum]}).explained(
        order(2_000, lines=(Line("a1", "food", 999), Line("b2", "toys", 1_001)))
    )
    assert found.miss is not None
    assert found.miss.code == "BELOW_MINIMUM"


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    """So two periods that meet share no moment."""
    day = {"since": "2026-11-21T12:00:00.000Z", "until": "2026-11-21T12:00:00.001Z"}
    assert code({"condition": "period", **day}, order()) is None
    for other in ("2026-11-21T11:59:59.999Z", "2026-11-21T12:00:00.001Z"):
        assert code({"condition": "period", **day}, order(at=other)) == "OUTSIDE_PERIOD"


@pytest.mark.parametrize(
    ("condition", "counts"),
    [
        ({"categories": ["food"]}, 3),
        ({"skus": ["b2"]}, 8),
        ({"categories": ["food"], "skus": ["b2"]}, 9),
        ({"except_categories": ["food"]}, 6),
        ({"categories": ["food", "toys"], "except_skus": ["b2"]}, 1),
        ({"categories": ["shoes"]}, 0),
    ],
)
def test_only_lines_that_count_earn(condition: dict[str, Any], counts: int) -> None:
    """Lines of $1, $2 and $6: those of the categories or articles, without those left out."""
    lines = (Line("a1", "food", 100), Line("b2", "food", 200), Line("b2", "toys", 600))
    products = {"condition": "products", **condition}
    of = order(1_500, lines=lines)
    assert points({**A_DOLLAR, "when": [products]}, of=of) == [counts]


def test_a_line_of_nothing_does_not_count() -> None:
    """A free sample opens no offer."""
    products = {"condition": "products", "categories": ["food"]}
    assert code(products, order(lines=(Line("a1", "food", 0),))) == "NO_ELIGIBLE_PRODUCT"
    assert code(products, order(lines=(Line("a1", "food", 1),))) is None


def test_a_multiplier_builds_on_what_the_others_give() -> None:
    """Double and one and a half of 10: 10 and 5 more, whichever stands first."""
    half = {**DOUBLE, "percent": 150}
    assert points(DOUBLE, A_DOLLAR, half, of=order(1_000)) == [10, 10, 5]
    assert points(DOUBLE, half, of=order(1_000)) == [0, 0]


def test_of_a_group_the_best_counts() -> None:
    """10 beside 5 gives 10; of equals the one that stands first."""
    best = {"best_of": "offer"}
    assert points({**FIXED, **best}, {**A_DOLLAR, **best}, FIXED, of=order(1_000)) == [0, 10, 5]
    assert points({**FIXED, **best}, {**A_DOLLAR, **best}, of=order(500)) == [5, 0]


def test_a_rule_gives_at_most_its_cap() -> None:
    """$10 at a point a dollar, of which 7 are given; the multiplier builds on those."""
    assert points({**A_DOLLAR, "at_most": 7}, DOUBLE, of=order(1_000)) == [7, 7]


@pytest.mark.parametrize(("amount", "given_"), [(49, 0), (50, 1), (149, 1), (150, 2)])
def test_a_half_is_rounded_up(amount: int, given_: int) -> None:
    """A point a dollar to the nearest: 50 cents are one."""
    assert points({**A_DOLLAR, "rounding": "half_up"}, of=order(amount)) == [given_]


def test_the_largest_amounts_are_exact() -> None:
    """Cash back of 2^53 - 1 cents, to the cent."""
    back = {"effect": "percentage", "basis_points": 3_333, "rounding": "half_up"}
    assert points(back, of=order(MAX_INTEGER)) == [(MAX_INTEGER * 3_333 * 2 + 10_000) // 20_000]


def test_every_kind_is_registered_under_a_name_of_its_own() -> None:
    """What a document may say is what there is a module for."""
    assert issubclass(msgspec.convert({**FIXED, "id": "aa", **HERE}, AnyEffect).__class__, Effect)
    with pytest.raises(msgspec.ValidationError, match="effect"):
        msgspec.convert({**FIXED, "effect": "magic", "id": "aa", **HERE}, AnyEffect)


HERE = {"partners": ["grocer"], "money": "USD"}
