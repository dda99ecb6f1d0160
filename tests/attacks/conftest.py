"""A coalition for each test."""

import pytest

from tests.coalition import House


@pytest.fixture
def house() -> House:
    return House()
