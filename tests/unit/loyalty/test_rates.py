"""Exchange rates: exact, rounded down, and never a gain on the way round."""

from fractions import Fraction
from itertools import combinations, permutations, product
from math import prod

from hypothesis import example, given
from hypothesis import strategies as st

from loyalty.rates import Pair, Rate, around, gaining_cycle, steps

CURRENCIES = ["AA", "BB", "CC", "DD"]
PAIRS = [pair for pair in product(CURRENCIES, CURRENCIES) if pair[0] != pair[1]]

terms = st.integers(1, 12) | st.integers(2**53 - 4, 2**53 - 1)
tables = st.dictionaries(
    st.sampled_from(PAIRS),
    st.builds(lambda get, give: Rate(to="AA", give=give, get=get), terms, terms),
)


def worth(table: dict[Pair, Rate]) -> dict[Pair, Fraction]:
    return {pair: rate.worth for pair, rate in table.items()}


def brute(table: dict[Pair, Fraction]) -> Fraction:
    """The most that a point becomes around any cycle, by going round all of them."""
    cycles = (
        order
        for count in range(2, len(CURRENCIES) + 1)
        for chosen in combinations(CURRENCIES, count)
        for order in permutations(chosen)
    )
    ways = (steps(cycle) for cycle in cycles)
    return max(
        (prod(table[pair] for pair in way) for way in ways if all(pair in table for pair in way)),
        default=Fraction(0),
    )


@given(tables)
def test_a_gaining_cycle_is_found_if_and_only_if_there_is_one(table: dict[Pair, Rate]) -> None:
    """As going round every cycle says; and what is found is a cycle of the table that gains."""
    found = gaining_cycle(worth(table))
    assert (found is not None) == (brute(worth(table)) > 1)
    if found is not None:
        assert len(set(found)) == len(found)
        assert around(found, worth(table)) > 1


@given(tables, st.lists(st.integers(0, 10), max_size=12), st.integers(1, 2**53 - 1))
def test_no_walk_comes_home_with_more(
    table: dict[Pair, Rate], choices: list[int], points: int
) -> None:
    """Whatever the order of exchanges, with rounding at each, where no cycle gains."""
    if gaining_cycle(worth(table)) is not None:
        return
    at, has = "AA", points
    for choice in choices:
        ways = [pair for pair in table if pair[0] == at]
        if not ways:
            break
        pair = ways[choice % len(ways)]
        at, has = pair[1], table[pair].received(has)
        assert at != "AA" or has <= points


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**9))
@example(give=8, get=5, points=400)
def test_what_is_got_is_the_floor_of_the_proportion(give: int, get: int, points: int) -> None:
    """And `least` is the first amount that gives anything."""
    rate = Rate(to="AA", give=give, get=get)
    assert rate.received(points) * give <= points * get < (rate.received(points) + 1) * give
    assert (points >= rate.least) == (rate.received(points) > 0)


def test_there_and_back_at_par_is_no_gain() -> None:
    """400 N to 250 A and back at 8 for 5: just as many, and one more for the last is refused."""
    there = {("NN", "AA"): Fraction(250, 400)}
    assert gaining_cycle({**there, ("AA", "NN"): Fraction(8, 5)}) is None
    assert gaining_cycle({**there, ("AA", "NN"): Fraction(8 * 10**15 + 1, 5 * 10**15)})


def test_a_table_without_rates_gains_nothing() -> None:
    """Nothing to go round."""
    assert gaining_cycle({}) is None


def test_a_long_round_is_found() -> None:
    """Sixty currencies at par, with a gain of one in 2^53 on one step."""
    names = [f"C{number}" for number in range(60)]
    table = {pair: Fraction(1) for pair in steps(tuple(names))}
    assert gaining_cycle(table) is None
    table["C7", "C8"] = Fraction(2**53 - 1, 2**53 - 2)
    found = gaining_cycle(table)
    assert found is not None
    assert sorted(found) == sorted(names)
