"""A book of entries."""

import pytest

from tests.unit.ledger.strategies import Writer


@pytest.fixture
def book() -> Writer:
    return Writer()
