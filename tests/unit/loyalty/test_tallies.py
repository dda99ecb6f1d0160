"""What programmes remember of a wallet: of two wallets that become one."""

from loyalty.rules.counts import Tally
from loyalty.tallies import both


def test_of_two_wallets_the_one_that_lives_on_says_what_was_told() -> None:
    """Or else the other; what was counted is added up, what was paid for lasts the longer."""
    one = Tally({"m:visits": {0: 3}}, "gold", {"vip": 10, "pro": 5})
    other = Tally({"m:visits": {0: 4}, "b:ten": {0: 1}}, "silver", {"vip": 20})
    assert both(one, other) == Tally(
        {"m:visits": {0: 7}, "b:ten": {0: 1}}, "gold", {"vip": 20, "pro": 5}
    )
    assert both(Tally(), other) == other


def test_a_tier_that_two_paid_for_is_had_since_the_first_did() -> None:
    """A tier that one of them paid for, since that one did."""
    one = Tally(paid={"vip": 10, "pro": 5}, since={"vip": 3, "pro": 1})
    other = Tally(paid={"vip": 20, "max": 9}, since={"vip": 2, "max": 8})
    assert both(one, other).since == {"vip": 2, "pro": 1, "max": 8}
