"""What a coalition keeps beside its ledger, as a store writes and reads it."""

import msgspec
import pytest

from tests.requests_of_each import EACH, ready


@pytest.mark.parametrize("name", EACH)
def test_what_each_mutation_keeps_is_read_as_it_was_written(name: str) -> None:
    """In memory a record is never written out; in DynamoDB it is JSON, which must lose nothing."""
    house, mutation, actor, input_ = ready(name)
    house.done(actor, mutation, input_)
    for (kind, _), row in house.store._records.items():
        assert msgspec.json.decode(msgspec.json.encode(row.record), type=kind) == row.record
