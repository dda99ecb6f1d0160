"""Points split between partners."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from loyalty.funding import issued_by, split
from loyalty.rules.deciding import Outcome

WEIGHTS = st.dictionaries(
    st.sampled_from(["air", "bank", "hotel", "rail"]), st.integers(1, 100), min_size=1
)


@given(st.integers(0, 2**53), WEIGHTS)
def test_nothing_is_lost_and_nobody_is_a_point_off(points: int, weights: dict[str, int]) -> None:
    """Shares add up, each is its exact one rounded down or up, and who has more weight has no
    less."""
    found = split(points, weights)
    assert sum(found.values()) == points
    whole = sum(weights.values())
    for name, share in found.items():
        assert abs(share - Fraction(points * weights[name], whole)) < 1
    by_weight = sorted((weight, found[name]) for name, weight in weights.items())
    for (less, one), (more, other) in pairwise(by_weight):
        assert less == more or one <= other


def test_what_is_left_goes_to_the_largest_remainder() -> None:
    """Of 7 points by 50, 30, 20: 3.5, 2.1, 1.4 are 4, 2, 1; of equals the first by name gets it."""
    assert split(7, {"rail": 50, "bank": 30, "air": 20}) == {"rail": 4, "bank": 2, "air": 1}
    assert split(1, {"rail": 50, "bank": 50}) == {"rail": 0, "bank": 1}


def test_rules_without_funding_are_the_tills_own() -> None:
    """5 of the till's own and 10 that two others fund."""
    outcomes = [Outcome("base", 5), Outcome("bonus", 10)]
    funding = {"bonus": {"hotel": 60, "air": 40}}
    assert issued_by("rail", outcomes, funding) == (("rail", 5), ("air", 4), ("hotel", 6))
    assert issued_by("rail", outcomes[1:], funding) == (("air", 4), ("hotel", 6))
    assert issued_by("hotel", outcomes, funding) == (("hotel", 11), ("air", 4))
