"""Points come: earned, confirmed, and taken back before they were."""

from ledger.canonical import MAX_INTEGER
from ledger.tx import Balances
from tests.unit.ledger.kinds.wallets import ann, lots, refused, totals
from tests.unit.ledger.strategies import MILES


def test_an_earn_opens_one_lot_of_its_partner(book):
    """Available points are one lot with the partner as issuer; the partner has issued them."""
    book.earn(ann(book), "acme", 7, "2026-01-01")
    assert lots(ann(book)) == [("2026-01-01", "acme", 7)]
    assert totals(book) == {"partner:acme:issued": -7}


def test_lots_of_one_expiry_and_issuer_are_one_lot(book):
    """A second earn with the same expiry and issuer makes the lot larger."""
    book.earn(ann(book), "acme", 7, "2026-02-01")
    book.earn(ann(book), "acme", 5, "2026-02-01")
    assert lots(ann(book)) == [("2026-02-01", "acme", 12)]


def test_no_lot_is_opened_lapsed(book):
    """The last day on which points can be spent is today or later."""
    assert refused(book.earn, ann(book), "acme", 7, "2025-12-31") == "lots.opened_lapsed"
    waiting = book.earn(ann(book), "acme", 7, None)
    made = refused(book.confirm, ann(book), waiting, 7, "2025-12-31")
    assert made == "lots.opened_lapsed"
    assert refused(book.adjust_up, ann(book), 7, "2025-12-31") == "lots.opened_lapsed"
    book.earn(ann(book), "acme", 7)
    miles = book.wallet("ann", MILES)
    made = refused(book.exchange, ann(book), miles, 7, 7, "2025-12-31")
    assert made == "lots.opened_lapsed"


def test_a_pending_earn_is_confirmed_in_parts_and_no_further(book):
    """Points that wait become available as they are confirmed; a confirm takes nothing back."""
    first = book.earn(ann(book), "acme", 100, None)
    assert ann(book).balances == Balances(pending=100)
    assert ann(book).lots == ()
    book.confirm(ann(book), first, 60, "2026-03-01")
    assert ann(book).balances == Balances(60, 0, 40, 0)
    assert lots(ann(book)) == [("2026-03-01", "acme", 60)]
    assert book.standing(first)[6:8] == (100, 40)
    assert refused(book.confirm, ann(book), first, 41) == "tx.of.amount"


def test_a_confirm_pays_arrears_first(book):
    """Points confirmed for a wallet in arrears pay those, and only the rest opens a lot."""
    first = book.earn(ann(book), "acme", 10)
    waiting = book.earn(ann(book), "brew", 25, None)
    book.redeem(ann(book), "cafe", 10)
    book.reverse(ann(book), first, 10)
    book.confirm(ann(book), waiting, 10)
    assert ann(book).balances == Balances(0, 0, 15, 0)
    book.confirm(ann(book), waiting, 15)
    assert lots(ann(book)) == [("never", "brew", 15)]


def test_a_reverse_takes_what_still_waits_of_that_earn_first(book):
    """Pending of the same earn goes first, then available; another earn's pending stays."""
    first = book.earn(ann(book), "acme", 100, None)
    book.earn(ann(book), "acme", 50, None)
    book.confirm(ann(book), first, 60)
    book.reverse(ann(book), first, 70)
    assert ann(book).balances == Balances(30, 0, 50, 0)
    assert book.standing(first)[6:8] == (30, 0)


def test_a_reverse_of_what_only_waits_needs_no_expire_before_it(book):
    """Only what lowers available is refused while the wallet has a lapsed lot."""
    book.earn(ann(book), "acme", 5, "2026-01-01")
    waiting = book.earn(ann(book), "acme", 10, None)
    book.wait(days=1)
    book.reverse(ann(book), waiting, 10)
    assert ann(book).balances == Balances(available=5)


def test_a_reverse_takes_the_partners_own_lots_first(book):
    """The issuer's lots go before earlier ones of others, then the others, earliest first."""
    book.earn(ann(book), "cafe", 10, "2026-02-01")
    book.earn(ann(book), "brew", 10, "2026-01-15")
    first = book.earn(ann(book), "acme", 12, "2026-03-01")
    book.redeem(ann(book), "brew", 5)
    book.reverse(ann(book), first, 12)
    assert lots(ann(book)) == [("2026-01-15", "brew", 5), ("2026-02-01", "cafe", 10)]
    second = book.earn(ann(book), "acme", 12, "2026-03-01")
    book.hold(ann(book), 17)
    assert lots(ann(book)) == [("2026-03-01", "acme", 10)]
    book.earn(ann(book), "brew", 4, "2026-01-15")
    book.reverse(ann(book), second, 12)
    assert lots(ann(book)) == [("2026-01-15", "brew", 2)]


def test_an_adjustment_up_opens_a_lot_of_the_operator(book):
    """Points that the operator gives are its own, unless they come back from something."""
    book.adjust_up(ann(book), 10, "2026-02-01")
    assert lots(ann(book)) == [("2026-02-01", "operator", 10)]
    book.adjust_down(ann(book), 4)
    assert totals(book) == {"operator:adjusted": -6}


def test_a_wallet_holds_at_most_2_to_the_53_less_1(book):
    """A sum past the largest integer of canonical JSON is refused when it is made."""
    book.earn(ann(book), "acme", MAX_INTEGER)
    assert refused(book.earn, ann(book), "acme", 1) == "wallet.limit"
    assert refused(book.earn, ann(book), "acme", 1, "2026-05-01") == "wallet.limit"
