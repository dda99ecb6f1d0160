"""What an operator writes who holds the entry key and signs whatever it likes.

Every forgery here is whole: postings add up, `after` and `lots` follow from them, chains continue,
and the true entry key signs. Each is refused by the rule that it breaks.
"""

from ledger.kinds import Effect
from ledger.tx import Balances, Posting
from ledger.wallets import Change, Lot, Wallet
from tests.unit.ledger.strategies import STARS, Writer


def ann(book: Writer) -> Wallet:
    return book.wallet("ann")


def bob(book: Writer) -> Wallet:
    return book.wallet("bob")


def partner(name: str, part: str, amount: int, currency: str = STARS) -> Posting:
    return Posting(f"partner:{name}:{part}", currency, amount)


def moved(wallet: Wallet, lots: list[Lot], *others: Posting, **parts: int) -> Effect:
    """An effect written by hand."""
    return Effect((Change(wallet, Balances(**parts), tuple(lots)),), others)


ACME = Lot("2026-01-05", "acme", 0)
BREW = Lot("never", "brew", 0)


def lot(like: Lot, quantity: int) -> Lot:
    return like._replace(quantity=quantity)
