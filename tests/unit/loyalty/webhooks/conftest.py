"""A house whose events go to endpoints."""

import pytest

from tests.coalition import House
from tests.webhooks import Outbox


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def outbox(house: House) -> Outbox:
    return Outbox(house)
