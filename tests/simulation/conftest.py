"""What simulations leave as they found it."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def logging_goes_on() -> Iterator[None]:
    """A simulation silences the log of what it makes fail, in the whole process."""
    yield
    logging.disable(logging.NOTSET)
