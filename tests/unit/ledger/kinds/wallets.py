"""Ann's and Bob's wallets, and by which rule making an entry is refused."""

import pytest

from ledger.errors import RuleBroken
from ledger.wallets import Wallet
from tests.unit.ledger.strategies import STARS, Writer


def ann(book: Writer) -> Wallet:
    return book.wallet("ann")


def bob(book: Writer) -> Wallet:
    return book.wallet("bob")


def lots(wallet: Wallet) -> list[tuple[str, str, int]]:
    return [tuple(lot) for lot in wallet.lots]


def totals(book: Writer) -> dict[str, int]:
    """The accounts outside wallets that are not 0, of stars."""
    return {
        account: amount
        for (account, currency), amount in book.history.totals.items()
        if amount and currency == STARS
    }


def refused(action, *arguments, **more) -> str:
    """The rule by which making such an entry is refused."""
    with pytest.raises(RuleBroken) as error:
        action(*arguments, **more)
    return error.value.rule
