"""What points come to in money."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from loyalty.prices import Price

PRICES = st.builds(
    lambda minor, per_points, rounding: Price(
        money="USD", minor=minor, per_points=per_points, rounding=rounding
    ),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
    st.sampled_from(["floor", "half_up"]),
)


@given(PRICES, st.integers(0, 2**53))
def test_it_is_the_nearest_or_the_one_below(price: Price, points: int) -> None:
    """Exactly, however many there are, and the same when they are taken back."""
    worth = Fraction(points * price.minor, price.per_points)
    found = price.of(points).minor
    if price.rounding == "floor":
        assert 0 <= worth - found < 1
    else:
        assert Fraction(-1, 2) < found - worth <= Fraction(1, 2)
    assert price.of(-points).minor == -found
