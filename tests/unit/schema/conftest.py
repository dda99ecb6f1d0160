"""A coalition for each test."""

import pytest

from sealing.proving import Prover
from tests.coalition import House
from tests.sealing import SealedHouse


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def sealed() -> SealedHouse:
    """One whose ledger is sealed when a test says so: `sealed.sealed()`."""
    house = SealedHouse()
    house.prover = Prover(house.store, house.heads, house.log, house.own)
    return house
