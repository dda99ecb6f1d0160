"""What `corrected_dynamodb` promises of calls and of memory, however large a table is."""

from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamRecord, Table

from tests.unit.local.moto_dynamodb.faults import calls_at
from tests.unit.local.moto_dynamodb.rows import check, fill, key, newest, put, refused, transact


def test_a_transaction_costs_the_same_in_a_large_table(client: Any) -> None:
    """Two puts and a cancelled pair make as many calls at 5,000 rows as at 200."""

    def write() -> None:
        transact(client, put("p1", "new"), put("p2", "new"))
        refused(client, put("p3", "new"), check("absent"))

    assert calls_at(client, 200, write) == calls_at(client, 5000, write)


def test_a_query_costs_the_same_in_a_large_table(client: Any) -> None:
    """The newest row of a partition is found with as many calls at 5,000 rows as at 200."""

    def read() -> None:
        assert newest(client, "p7") == [key("p7", "e#000079")]

    assert calls_at(client, 200, read) == calls_at(client, 5000, read)


def test_copies_of_items_are_not_kept(client: Any) -> None:
    """Reading and refusing leave nothing in moto's lists of every model it ever made."""
    fill(20)
    tracked = len(Item.instances_tracked), len(StreamRecord.instances_tracked)
    tables = len(Table.instances_tracked)
    newest(client, "p1")
    refused(client, put("p1"), check("absent"))
    transact(client, put("p1"))
    assert (len(Item.instances_tracked), len(StreamRecord.instances_tracked)) == tracked
    assert len(Table.instances_tracked) == tables
