"""What `corrected_dynamodb` promises of streams."""

from typing import Any

import pytest
from moto.dynamodbstreams.models import ShardIterator

from local import moto_dynamodb
from tests.unit.local.moto_dynamodb.faults import followed, stream_of
from tests.unit.local.moto_dynamodb.rows import check, delete, key, put, refused, transact


def test_the_stream_tells_of_committed_writes_only(client: Any) -> None:
    """One record for each row changed: none for a rollback, a check or an unchanged row."""
    transact(client, put("changed"), put("deleted"), put("checked"), put("same"))
    read = stream_of(client)
    refused(client, put("refused"), delete("deleted"), check("absent"))
    assert read() == []
    update = {
        "TableName": "rows",
        "Key": key("made"),
        "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    transact(
        client,
        {"Update": update},
        put("changed", n={"N": "1"}),
        delete("deleted"),
        check("checked"),
        put("same"),
        delete("never there"),
    )
    assert read() == [("INSERT", "made"), ("MODIFY", "changed"), ("REMOVE", "deleted")]


def test_single_writes_are_streamed(client: Any) -> None:
    """PutItem, UpdateItem (once, even if it makes its item) and DeleteItem leave a record each."""
    read = stream_of(client)
    client.put_item(TableName="rows", Item=key("put"))
    client.update_item(
        TableName="rows", Key=key("made"), AttributeUpdates={"n": {"Value": {"N": "1"}}}
    )
    client.delete_item(TableName="rows", Key=key("put"))
    assert read() == [("INSERT", "put"), ("INSERT", "made"), ("REMOVE", "put")]


def test_a_stream_can_be_followed_for_hours(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The iterators that were read long ago are forgotten; none is tracked besides."""
    monkeypatch.setattr(moto_dynamodb, "MAX_ITERATORS", 5)
    tracked = len(ShardIterator.instances_tracked)
    assert followed(20) == 5
    assert len(ShardIterator.instances_tracked) == tracked
