"""How points come into a wallet and go out of it, against point-by-point arithmetic."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.canonical import MAX_INTEGER
from ledger.errors import PointsMissing
from ledger.names import At, day_of
from ledger.tx import Balances
from ledger.wallets import (
    Change,
    Lot,
    Wallet,
    after,
    changed_lots,
    credit,
    debit,
    first_points,
    lapsed,
    lapsed_lots,
    lot_changes,
    negative,
    owed,
    take,
    without_first,
)
from tests.unit.ledger.strategies import QUICK, STARS, rule_of, wallet_id

AT = At("2026-06-15T12:00:00.000Z")
days = st.sampled_from(["2026-06-15", "2026-06-16", "2026-12-31", "never"])
issuers = st.sampled_from(["acme", "brew", "operator"])
rows = st.lists(st.builds(Lot, days, issuers, st.integers(1, 9)), max_size=6)


def points(lots) -> list[tuple[str, str]]:
    """One item for each point."""
    return [(expires, issuer) for expires, issuer, quantity in lots for _ in range(quantity)]


def wallet_of(lots, arrears: int = 0) -> Wallet:
    held = changed_lots((), lots)
    available = sum(lot.quantity for lot in held)
    return Wallet(wallet_id("w"), STARS, balances=Balances(available, 0, 0, arrears), lots=held)


@QUICK
@given(rows, st.integers(0, 60))
def test_the_first_points_and_the_rest_are_the_whole(lots, amount):
    """Rows are cut at a point: what is before it and what is after it, in order."""
    assert points(first_points(lots, amount)) == points(lots)[:amount]
    assert points(without_first(lots, amount)) == points(lots)[amount:]
    assert all(row.quantity > 0 for row in first_points(lots, amount))
    assert all(row.quantity > 0 for row in without_first(lots, amount))


@QUICK
@given(rows, st.integers(0, 60))
def test_what_comes_in_pays_arrears_from_the_first_row(lots, owing):
    """Arrears rise to 0 at most; the points that are left keep their rows, one for each lot."""
    change = credit(wallet_of([], -owing), lots)
    rest = points(lots)[owing:]
    assert change.parts == Balances(len(rest), 0, 0, min(owing, len(points(lots))))
    assert sorted(points(change.lots)) == sorted(rest)
    assert len({lot[:2] for lot in change.lots}) == len(change.lots)
    balances = after(change)
    assert not (balances.available and balances.arrears)


@QUICK
@given(rows, st.integers(1, 60), st.none() | issuers)
def test_what_goes_out_goes_in_order(lots, amount, first):
    """Earliest expiry first, ties by issuer; one issuer's before all others where it is named."""
    wallet = wallet_of(lots)
    available = wallet.balances.available
    if amount > available:
        with pytest.raises(PointsMissing) as missing:
            take(wallet, amount, AT, first)
        assert (missing.value.wanted, missing.value.there) == (amount, available)
        return
    order = sorted(points(lots), key=lambda point: (bool(first) and point[1] != first, point))
    taken = take(wallet, amount, AT, first)
    assert points(taken) == order[:amount]
    left = changed_lots(wallet.lots, negative(taken))
    assert points(left) == sorted(order[amount:])


@QUICK
@given(rows, rows)
def test_lots_after_changes_are_sorted_and_above_0(lots, more):
    """Adding and taking back again leads to the same lots; nothing goes below 0."""
    before = changed_lots((), lots)
    both = changed_lots(before, more)
    assert list(both) == sorted(both)
    assert sorted(points(both)) == sorted(points(lots) + points(more))
    assert changed_lots(both, negative(changed_lots((), more))) == before
    assume(lots)
    assert rule_of(changed_lots, before, [before[0]._replace(quantity=-100)]) == "lots.negative"


def test_a_lot_lapses_when_its_day_is_over():
    """On its last day it counts, on the next it does not; `never` always counts."""
    lot = Lot("2026-06-15", "acme", 1)
    assert not lapsed(lot, "2026-06-15T23:59:59.999Z")
    assert lapsed(lot, "2026-06-16T00:00:00.000Z")
    assert not lapsed(Lot("never", "acme", 1), "9999-12-31T23:59:59.999Z")
    assert day_of(AT) == "2026-06-15"


def test_nothing_is_taken_past_a_lapsed_lot():
    """While one lot has lapsed no other is spent, even of an issuer that goes first."""
    old, new = Lot("2026-06-14", "acme", 1), Lot("never", "brew", 9)
    wallet = wallet_of([old, new])
    assert lapsed_lots(wallet, AT) == (old,)
    assert rule_of(take, wallet, 1, AT) == "lots.lapsed"
    assert rule_of(take, wallet, 1, AT, "brew") == "lots.lapsed"
    assert rule_of(debit, wallet, 1, AT) == "lots.lapsed"
    assert take(wallet, 0, AT) == ()


def test_sums_stay_within_2_to_the_53_less_1():
    """Each part and the arrears have the same limit."""
    for part in ("available", "held", "pending"):
        wallet = Wallet(wallet_id("w"), STARS, balances=Balances(**{part: MAX_INTEGER}))
        assert after(Change(wallet, Balances())) == wallet.balances
        assert rule_of(after, Change(wallet, Balances(**{part: 1}))) == "wallet.limit"
    wallet = Wallet(wallet_id("w"), STARS, balances=Balances(arrears=-MAX_INTEGER))
    assert after(Change(wallet, Balances())) == wallet.balances
    assert rule_of(after, Change(wallet, Balances(arrears=-1))) == "wallet.limit"


def test_what_is_owed_is_all_but_arrears():
    """Available, held and pending points are owed to the member."""
    assert owed(Balances(1, 20, 300, -4)) == 321


def test_rows_of_a_transaction_are_sorted_by_wallet_then_lot():
    """The `lots` of an entry name each wallet's changes in the ledger's order."""
    first, second = sorted([wallet_id("a"), wallet_id("b")])
    low, high = Lot("2026-06-15", "acme", -1), Lot("never", "acme", 2)
    changes = [
        Change(Wallet(second, STARS), Balances(), (high,)),
        Change(Wallet(first, STARS), Balances(), (high, low)),
    ]
    assert [row[:2] for row in lot_changes(changes)] == [
        (first, "2026-06-15"),
        (first, "never"),
        (second, "never"),
    ]
