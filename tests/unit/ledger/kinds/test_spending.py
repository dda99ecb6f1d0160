"""Points go: spent, held, expired."""

import pytest

from ledger.errors import PointsMissing
from ledger.tx import Balances
from ledger.wallets import EXPIRE_MAX_LOTS, Lot
from tests.unit.ledger.kinds.wallets import ann, bob, lots, refused, totals
from tests.unit.ledger.strategies import MILES


def test_what_is_spent_goes_by_expiry_and_then_by_issuer(book):
    """A redeem takes the lots that end first, ties by issuer, `never` last."""
    book.earn(ann(book), "acme", 10)
    book.earn(ann(book), "brew", 10, "2026-02-01")
    book.earn(ann(book), "acme", 10, "2026-02-01")
    spent = book.redeem(ann(book), "cafe", 25)
    assert lots(ann(book)) == [("never", "acme", 5)]
    assert [tuple(row) for row in book.standing(spent).rows] == [
        ("2026-02-01", "acme", 10),
        ("2026-02-01", "brew", 10),
        ("never", "acme", 5),
    ]


def test_points_are_spent_to_the_end_of_their_last_day_and_not_after(book):
    """A lot counts on its own day until midnight UTC; a moment later it has lapsed."""
    book.earn(ann(book), "acme", 10, "2026-01-01")
    book.wait(hours=11, minutes=59, seconds=59)
    book.redeem(ann(book), "brew", 1)
    book.wait(seconds=1)
    assert refused(book.redeem, ann(book), "brew", 1) == "lots.lapsed"
    for action in (book.hold, book.adjust_down):
        assert refused(action, ann(book), 1) == "lots.lapsed"
    assert refused(book.transfer, ann(book), bob(book), 1) == "lots.lapsed"
    book.expire(ann(book))
    assert ann(book).balances == Balances()
    assert totals(book)["partner:acme:expired"] == 9


def test_nothing_is_spent_that_is_not_there(book):
    """A redeem, a hold, a transfer and an adjustment of more than is available are refused."""
    book.earn(ann(book), "acme", 10)
    for action in (book.hold, book.adjust_down):
        with pytest.raises(PointsMissing):
            action(ann(book), 11)
    with pytest.raises(PointsMissing):
        book.redeem(ann(book), "brew", 11)
    with pytest.raises(PointsMissing):
        book.transfer(ann(book), bob(book), 11)


@pytest.mark.parametrize("amount", [0, -5])
def test_no_kind_moves_nothing_or_less(book, amount):
    """Zero and negative amounts are refused by every kind that takes one."""
    first = book.earn(ann(book), "acme", 10)
    waiting = book.earn(ann(book), "acme", 10, None)
    spent = book.redeem(ann(book), "brew", 5)
    held = book.hold(ann(book), 5)
    wallet, miles = ann(book), book.wallet("ann", MILES)
    for action, arguments in (
        (book.earn, (wallet, "acme", amount)),
        (book.confirm, (wallet, waiting, amount)),
        (book.redeem, (wallet, "brew", amount)),
        (book.hold, (wallet, amount)),
        (book.capture, (wallet, held, "brew", amount)),
        (book.transfer, (wallet, bob(book), amount)),
        (book.exchange, (wallet, miles, amount, 5)),
        (book.exchange, (wallet, miles, 5, amount)),
        (book.reverse, (wallet, first, amount)),
        (book.refund, (wallet, spent, amount)),
        (book.adjust_up, (wallet, amount)),
        (book.adjust_down, (wallet, amount)),
    ):
        assert refused(action, *arguments) == "tx.amount", action


def test_captures_take_a_holds_rows_in_order_and_a_void_puts_back_the_rest(book):
    """Points held keep their lots: the first are captured, the last come back, lapsed ones too."""
    book.earn(ann(book), "acme", 10, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-10")
    held = book.hold(ann(book), 20)
    assert ann(book).balances == Balances(held=20)
    first = book.capture(ann(book), held, "cafe", 4)
    assert book.standing(first).rows == (Lot("2026-01-05", "acme", 4),)
    second = book.capture(ann(book), held, "cafe", 9)
    assert book.standing(second).rows == (
        Lot("2026-01-05", "acme", 6),
        Lot("2026-01-10", "brew", 3),
    )
    assert refused(book.capture, ann(book), held, "cafe", 8) == "tx.of.amount"
    book.wait(days=30)
    book.void(ann(book), held)
    assert lots(ann(book)) == [("2026-01-10", "brew", 7)]
    assert refused(book.void, ann(book), held) == "tx.amount"
    assert refused(book.hold, ann(book), 1) == "lots.lapsed"
    assert totals(book)["partner:cafe:burned"] == 13


def test_a_void_pays_arrears_from_the_first_of_its_rows(book):
    """Where several rows come back to a wallet in arrears, the first of them pay."""
    first = book.earn(ann(book), "acme", 10, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-10")
    held = book.hold(ann(book), 20)
    book.reverse(ann(book), first, 10)
    book.void(ann(book), held)
    assert lots(ann(book)) == [("2026-01-10", "brew", 10)]
    assert ann(book).balances == Balances(10)


def test_an_expire_takes_all_that_has_lapsed_for_each_issuer(book):
    """Lapsed lots go to their issuers' accounts, the operator's own to its own; others stay."""
    book.earn(ann(book), "acme", 3, "2026-01-02")
    book.earn(ann(book), "acme", 4, "2026-01-03")
    book.earn(ann(book), "brew", 5, "2026-01-02")
    book.earn(ann(book), "brew", 6, "2026-01-05")
    book.adjust_up(ann(book), 7, "2026-01-01")
    assert refused(book.expire, ann(book)) == "tx.expire"
    book.wait(days=3)
    book.expire(ann(book))
    assert lots(ann(book)) == [("2026-01-05", "brew", 6)]
    found = {key: amount for key, amount in totals(book).items() if key.endswith("expired")}
    assert found == {"partner:acme:expired": 7, "partner:brew:expired": 5, "operator:expired": 7}


def test_an_expire_takes_at_most_64_lots(book):
    """Of 65 lapsed lots the first 64 go, and the next expire takes the last."""
    for days in range(65):
        book.earn(ann(book), "acme", 1, book.after_days(days))
    book.wait(days=80)
    book.expire(ann(book))
    assert EXPIRE_MAX_LOTS == 64
    assert lots(ann(book)) == [(book.after_days(-16), "acme", 1)]
    book.expire(ann(book))
    assert ann(book).balances == Balances()
