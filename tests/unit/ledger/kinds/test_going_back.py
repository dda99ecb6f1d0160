"""An entry goes back to an earlier one, as often and as far as it may."""

from ledger import kinds
from ledger.kinds import opened_by
from ledger.tx import Balances
from ledger.wallets import Lot
from tests.unit.ledger.kinds.wallets import ann, bob, lots, refused, totals


def test_returning_everything_after_spending_leaves_arrears_that_the_next_earn_pays(book):
    """Earn 100, spend 80, return all: 80 in arrears; the next earn of 100 leaves 20 available."""
    first = book.earn(ann(book), "acme", 100)
    book.redeem(ann(book), "brew", 80)
    book.reverse(ann(book), first, 100)
    assert ann(book).balances == Balances(0, 0, 0, -80)
    assert totals(book) == {"partner:brew:burned": 80}
    book.earn(ann(book), "acme", 100)
    assert ann(book).balances == Balances(20, 0, 0, 0)
    assert lots(ann(book)) == [("never", "acme", 20)]
    assert totals(book) == {"partner:acme:issued": -100, "partner:brew:burned": 80}


def test_a_partial_return_takes_its_share_once(book):
    """Of an earn of 100, 30 and then 70 can be returned, and nothing more."""
    first = book.earn(ann(book), "acme", 100)
    book.reverse(ann(book), first, 30)
    assert book.standing(first).stands == 70
    assert refused(book.reverse, ann(book), first, 71) == "tx.of.amount"
    book.reverse(ann(book), first, 70)
    assert refused(book.reverse, ann(book), first, 1) == "tx.of.amount"
    assert ann(book).balances == Balances()


def test_a_refund_gives_back_what_was_consumed_last_with_its_own_expiry(book):
    """Rows come back last consumed first, each with its issuer and expiry, until none is left."""
    book.earn(ann(book), "acme", 10, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-10")
    spent = book.redeem(ann(book), "cafe", 20)
    book.refund(ann(book), spent, 12)
    assert lots(ann(book)) == [("2026-01-05", "acme", 2), ("2026-01-10", "brew", 10)]
    assert book.standing(spent).rows == (Lot("2026-01-05", "acme", 8),)
    assert refused(book.refund, ann(book), spent, 9) == "tx.of.amount"
    book.refund(ann(book), spent, 8)
    assert totals(book)["partner:acme:issued"] == -10
    assert "partner:cafe:burned" not in totals(book)


def test_a_refund_gives_all_that_has_lapsed_one_later_expiry(book):
    """Lapsed rows of several expiries get the same later day; those that have not keep theirs."""
    book.earn(ann(book), "acme", 5, "2026-01-05")
    book.earn(ann(book), "acme", 5, "2026-01-06")
    book.earn(ann(book), "brew", 5, "2026-01-07")
    book.earn(ann(book), "brew", 5, "2026-01-20")
    spent = book.redeem(ann(book), "cafe", 20)
    book.wait(days=10)
    assert refused(book.refund, ann(book), spent, 10) == "tx.refund.expiry"
    assert refused(book.refund, ann(book), spent, 10, "2026-01-10") == "lots.opened_lapsed"
    book.refund(ann(book), spent, 20, "2026-02-01")
    assert lots(ann(book)) == [
        ("2026-01-20", "brew", 5),
        ("2026-02-01", "acme", 10),
        ("2026-02-01", "brew", 5),
    ]


def test_a_refund_pays_arrears_from_the_row_consumed_last(book):
    """In arrears the row that comes back first pays, be it lapsed or not."""
    first = book.earn(ann(book), "acme", 10, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-20")
    spent = book.redeem(ann(book), "cafe", 20)
    book.reverse(ann(book), first, 10)
    book.wait(days=10)
    book.refund(ann(book), spent, 7, "2026-02-01")
    assert ann(book).balances == Balances(arrears=-3)
    book.refund(ann(book), spent, 13, "2026-02-01")
    assert lots(ann(book)) == [("2026-02-01", "acme", 10)]


def test_a_refund_of_a_capture_gives_back_the_holds_rows(book):
    """A capture keeps the rows that it took of the hold, and a refund returns those."""
    book.earn(ann(book), "acme", 10, "2026-02-05")
    book.earn(ann(book), "brew", 10, "2026-02-10")
    held = book.hold(ann(book), 20)
    book.capture(ann(book), held, "cafe", 5)
    second = book.capture(ann(book), held, "cafe", 10)
    book.refund(ann(book), second, 7)
    assert lots(ann(book)) == [("2026-02-05", "acme", 2), ("2026-02-10", "brew", 5)]
    assert ann(book).balances == Balances(available=7, held=5)


def test_what_expired_or_was_given_away_can_be_given_again_once(book):
    """An adjustment `of` an expire or a transfer restores issuers, last consumed first, no more."""
    book.earn(ann(book), "acme", 3, "2026-01-02")
    book.earn(ann(book), "brew", 4, "2026-01-03")
    book.earn(ann(book), "cafe", 5, "2026-06-03")
    book.wait(days=5)
    gone = book.expire(ann(book))
    book.adjust_up(ann(book), 5, "2026-03-01", gone)
    assert lots(ann(book))[:2] == [("2026-03-01", "acme", 1), ("2026-03-01", "brew", 4)]
    assert refused(book.adjust_up, ann(book), 3, "2026-03-01", gone) == "tx.of.amount"
    book.adjust_up(ann(book), 2, "2026-03-01", gone)
    given = book.transfer(ann(book), bob(book), 2)
    book.adjust_up(ann(book), 2, "2026-04-01", given)
    assert ("2026-04-01", "acme", 2) in lots(ann(book))
    assert refused(book.adjust_up, ann(book), 1, "2026-04-01", given) == "tx.of.amount"


def test_each_kind_goes_back_only_to_the_kinds_that_it_may(book):
    """A hold is not reversed, an earn not voided, a redeem not captured, and so on."""
    earned = book.earn(ann(book), "acme", 100)
    spent = book.redeem(ann(book), "brew", 10)
    held = book.hold(ann(book), 10)
    given = book.transfer(ann(book), bob(book), 10)
    for action, good, more in (
        (book.confirm, {earned}, (1,)),
        (book.capture, {held}, ("brew", 1)),
        (book.void, {held}, ()),
        (book.refund, {spent}, (1,)),
        (lambda w, of, n: book.adjust_up(w, n, of=of), {given}, (1,)),
    ):
        for of in {earned, spent, held, given} - good:
            assert refused(action, ann(book), of, *more) == "tx.of.kind"
    for of in (spent, held, given):
        made = refused(kinds.reverse, ann(book), book.standing(of), 1, book.at)
        assert made == "tx.of.kind"


def test_nothing_goes_back_at_another_wallet(book):
    """Whatever names an earlier transaction touches the wallet of that transaction."""
    earned = book.earn(ann(book), "acme", 100)
    book.earn(bob(book), "acme", 100)
    held = book.hold(ann(book), 10)
    spent = book.redeem(ann(book), "brew", 10)
    assert refused(book.reverse, bob(book), earned, 1) == "tx.of.wallet"
    assert refused(book.capture, bob(book), held, "brew", 1) == "tx.of.wallet"
    assert refused(book.void, bob(book), held) == "tx.of.wallet"
    assert refused(book.refund, bob(book), spent, 1) == "tx.of.wallet"
    given = book.transfer(ann(book), bob(book), 1)
    assert refused(book.adjust_up, bob(book), 1, of=given) == "tx.of.wallet"


def test_an_earn_says_by_itself_what_can_be_gone_back_to(book):
    """What an earn opens can be read from its entry alone; other kinds have none to read."""
    for expires in ("never", None):
        effect = kinds.earn(ann(book), "acme", 9, book.at, expires)
        tx = book.tx("earn", effect, "partner:acme")
        book.add(tx)
        assert opened_by(tx) == book.standing(tx.id)
    tx = book.tx("hold", kinds.hold(ann(book), 1, book.at))
    assert refused(opened_by, tx) == "tx.of.kind"
