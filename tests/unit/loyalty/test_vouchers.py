"""The list of vouchers that a member was handed."""

from loyalty.records.rewards import HandedVouchers
from loyalty.vouchers import LISTED_MAX, list_handed
from tests.coalition import House


def test_the_newest_hundred_are_listed() -> None:
    """And where none is handed nothing is written, so that the order meets nobody there."""
    coalition = House().coalition
    codes = tuple(str(number) for number in range(101))
    (put,) = list_handed(coalition, "m", codes)
    assert put.record == HandedVouchers(vouchers=codes[:100])
    assert LISTED_MAX == 100
    assert list_handed(coalition, "m", ()) == ()
