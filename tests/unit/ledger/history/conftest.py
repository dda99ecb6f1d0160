"""A book that an operator keeps."""

import pytest

from tests.unit.ledger.strategies import Writer


@pytest.fixture
def book() -> Writer:
    """Ann has 100 of acme to 5 January, 100 of brew for ever; Bob has 50 of cafe."""
    book = Writer()
    book.earned = book.earn(book.wallet("ann"), "acme", 100, "2026-01-05")
    book.earn(book.wallet("ann"), "brew", 100)
    book.earn(book.wallet("bob"), "cafe", 50)
    return book
