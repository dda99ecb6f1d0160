"""What a coalition keeps beside its ledger, as a store writes and reads it."""

from importlib import import_module
from pkgutil import walk_packages

import msgspec
import pytest

import loyalty
from loyalty.ports import Record
from loyalty.records.gift_cards import GiftCard
from tests.requests_of_each import EACH, ready


@pytest.mark.parametrize("name", EACH)
def test_what_each_mutation_keeps_is_read_as_it_was_written(name: str) -> None:
    """In memory a record is never written out; in DynamoDB it is JSON, which must lose nothing."""
    house, mutation, actor, input_ = ready(name)
    house.done(actor, mutation, input_)
    for (kind, _), row in house.store._records.items():
        assert msgspec.json.decode(msgspec.json.encode(row.record), type=kind) == row.record


def test_no_two_records_share_a_name() -> None:
    """A store keeps a record under the name of its class."""
    modules = [each.name for each in walk_packages(loyalty.__path__, "loyalty.")]
    kinds = [
        kind
        for name in modules
        for kind in vars(import_module(name)).values()
        if isinstance(kind, type) and issubclass(kind, Record) and kind.__module__ == name
    ]
    assert GiftCard in kinds
    names = [kind.__name__ for kind in kinds]
    assert sorted(names) == sorted(set(names))
