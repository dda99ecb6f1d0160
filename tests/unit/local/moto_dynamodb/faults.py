"""What shows a fault of bare moto, and its absence where moto is corrected."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodbstreams.models import dynamodbstreams_backends

from tests.unit.local.moto_dynamodb.rows import (
    ACCOUNT,
    REGION,
    check,
    connect,
    delete,
    fill,
    key,
    refused,
    stored,
    table,
)


def stream_of(client: Any) -> Callable[[], list[tuple[str, str]]]:
    """A reader of the (event, partition key) pairs streamed from now on."""
    streams = connect("dynamodbstreams")
    arn = client.describe_table(TableName="rows")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="LATEST")[
        "ShardIterator"
    ]

    def read() -> list[tuple[str, str]]:
        records = streams.get_records(ShardIterator=iterator)["Records"]
        return [(r["eventName"], r["dynamodb"]["Keys"]["pk"]["S"]) for r in records]

    return read


def calls(action: Callable[[], Any]) -> tuple[int, int]:
    """How many calls an action makes: all those of moto's DynamoDB and ours, and deep copies."""
    ours = deep_copies = 0

    def count_call(frame: Any, event: str, _: Any) -> None:
        nonlocal ours, deep_copies
        code = frame.f_code
        if event == "call" and (
            "moto/dynamodb" in code.co_filename or "moto_dynamodb" in code.co_filename
        ):
            ours += 1
        elif event == "call" and code.co_name == "deepcopy":
            deep_copies += 1

    previous = sys.getprofile()
    sys.setprofile(count_call)
    try:
        action()
    finally:
        sys.setprofile(previous)
    return ours, deep_copies


def calls_at(client: Any, rows: int, action: Callable[[], Any]) -> tuple[int, int]:
    table().items.clear()
    fill(rows)
    action()  # whatever is set up on first use is not counted
    return calls(action)


def lose_a_write(client: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a row between the items of a failing transaction, and return what is left of it."""
    delete_item = DynamoDBBackend.delete_item

    def interrupted(backend: DynamoDBBackend, *args: Any, **named: Any) -> Any:
        backend.put_item("rows", key("meanwhile"))
        return delete_item(backend, *args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(DynamoDBBackend, "delete_item", interrupted)
        refused(client, delete("any"), check("absent"))
    return stored(client, "meanwhile")


def fail_halfway(client: Any) -> Any:
    """The item after an update whose second clause its stored type does not allow."""
    client.put_item(TableName="rows", Item={**key("a"), "word": {"S": "x"}})
    with pytest.raises(ClientError, match="ValidationException"):
        client.update_item(
            TableName="rows",
            Key=key("a"),
            UpdateExpression="SET fresh = :one ADD word :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    return stored(client, "a")


def followed(reads: int) -> int:
    """How many iterators are kept after a reader followed the stream for so many reads."""
    streams = connect("dynamodbstreams")
    arn = streams.list_streams(TableName="rows")["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    answer = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )
    iterator = answer["ShardIterator"]
    for _ in range(reads):
        iterator = streams.get_records(ShardIterator=iterator)["NextShardIterator"]
    return len(dynamodbstreams_backends[ACCOUNT][REGION].shard_iterators)
