"""A coalition for each test."""

from collections.abc import Iterator

import pytest

from tests.coalition import House, contents


@pytest.fixture
def house() -> Iterator[House]:
    """One whose ledger holds no fault, whatever is done to it."""
    house = House()
    yield house
    house.verify()


@pytest.fixture
def untouched(house: House) -> Iterator[None]:
    """Nothing is written, whatever is asked."""
    before = contents(house.store)
    yield
    assert contents(house.store) == before
