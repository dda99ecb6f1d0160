"""Points go to another wallet, in its currency or in another."""

from ledger.tx import Balances
from ledger.wallets import Wallet
from tests.unit.ledger.kinds.wallets import ann, bob, lots, refused
from tests.unit.ledger.strategies import MILES, STARS


def test_a_transfer_keeps_expiry_and_issuer(book):
    """Lots are split, not renewed: the receiver has them with the same last day and issuer."""
    book.earn(ann(book), "acme", 10, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-10")
    book.transfer(ann(book), bob(book), 15)
    assert lots(ann(book)) == [("2026-01-10", "brew", 5)]
    assert lots(bob(book)) == [("2026-01-05", "acme", 10), ("2026-01-10", "brew", 5)]


def test_a_transfer_to_a_wallet_in_arrears_pays_them_from_the_first_row(book):
    """Arrears of the receiver are paid by the lots that end first."""
    owing = book.earn(bob(book), "acme", 7)
    book.redeem(bob(book), "cafe", 7)
    book.reverse(bob(book), owing, 7)
    book.earn(ann(book), "acme", 5, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-10")
    book.transfer(ann(book), bob(book), 15)
    assert lots(bob(book)) == [("2026-01-10", "brew", 8)]


def test_a_transfer_is_between_two_wallets_of_one_currency(book):
    """A wallet gives nothing to itself, and stars do not become miles by a transfer."""
    book.earn(ann(book), "acme", 10)
    assert refused(book.transfer, ann(book), ann(book), 1) == "tx.transfer.wallets"
    miles = book.wallet("ann", MILES)
    assert refused(book.transfer, ann(book), miles, 1) == "tx.transfer.currency"


def test_an_exchange_keeps_issuers_by_their_share(book):
    """Each row gets the floor of its share, the first also the remainder, rows of 0 none."""
    book.earn(ann(book), "acme", 5, "2026-01-05")
    book.earn(ann(book), "brew", 5, "2026-01-06")
    book.earn(ann(book), "cafe", 1, "2026-01-07")
    book.exchange(ann(book), book.wallet("ann", MILES), 11, 10, "2027-01-01")
    # Shares 4.54, 4.54 and 0.9: floors 4, 4, 0; the remainder 2 to the first.
    assert lots(book.wallet("ann", MILES)) == [("2027-01-01", "acme", 6), ("2027-01-01", "brew", 4)]
    accounts = {key: amount for key, amount in book.history.totals.items() if "exchange" in key[0]}
    name = f"exchange:{STARS}:{MILES}"
    assert accounts == {(name, STARS): 11, (name, MILES): -10}


def test_an_exchange_is_between_two_currencies(book):
    """Stars for stars is no exchange."""
    book.earn(ann(book), "acme", 10)
    assert refused(book.exchange, ann(book), bob(book), 1, 1) == "tx.exchange.currency"


def test_an_exchange_pays_arrears_in_the_other_currency(book):
    """Miles in arrears are paid from the first row of what stars become."""

    def miles() -> Wallet:
        return book.wallet("ann", MILES)

    owing = book.earn(miles(), "acme", 3)
    book.redeem(miles(), "acme", 3)
    book.reverse(miles(), owing, 3)
    book.earn(ann(book), "brew", 2, "2026-01-05")
    book.earn(ann(book), "cafe", 2, "2026-01-06")
    book.exchange(ann(book), miles(), 4, 4)
    assert lots(miles()) == [("never", "cafe", 1)]
    book.earn(ann(book), "brew", 2)
    second = book.earn(miles(), "acme", 5)
    book.redeem(miles(), "acme", 6)
    book.reverse(miles(), second, 5)
    book.exchange(ann(book), miles(), 2, 2)
    assert miles().balances == Balances(arrears=-3)
