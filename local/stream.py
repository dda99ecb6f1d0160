"""The stream of a table on this machine: what rings for sealer and clock, and tells of requests."""

from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from storage.dynamodb import DynamoStore

_PAGE = 1_000


class Doorbell:
    """Reads the stream of a table from where the first of these switches it on. Not for threads.

    Of its records, those of wallets and of governance: a deployment's event source mapping has the
    same filter, so that what the sealer writes itself does not wake it. rings: another filter, by
    the first part of a record's key.
    """

    def __init__(self, store: DynamoStore, rings: Callable[[str], bool] | None = None) -> None:
        self._rings = rings or _rings
        table, name = store.connection.client, store.table.name
        if "LatestStreamArn" not in table.describe_table(TableName=name)["Table"]:
            table.update_table(
                TableName=name,
                StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
            )
        arn = table.describe_table(TableName=name)["Table"]["LatestStreamArn"]
        # moto serves streams at no endpoint that names the account.
        config = Config(account_id_endpoint_mode="disabled")
        self._client = boto3.client("dynamodbstreams", store.table.region, config=config)
        stream = self._client.describe_stream(StreamArn=arn)["StreamDescription"]
        self._iterator = self._client.get_shard_iterator(
            StreamArn=arn,
            ShardId=stream["Shards"][0]["ShardId"],
            ShardIteratorType="TRIM_HORIZON",
        )["ShardIterator"]

    def rung(self) -> list[dict[str, Any]]:
        """All records since the last time, oldest first."""
        records: list[dict[str, Any]] = []
        while True:
            answer = self._client.get_records(ShardIterator=self._iterator, Limit=_PAGE)
            self._iterator = answer["NextShardIterator"]
            page = answer["Records"]
            records += [each for each in page if self._rings(each["dynamodb"]["Keys"]["pk"]["S"])]
            if len(page) < _PAGE:
                return records


def _rings(key: str) -> bool:
    return key == "G" or key.startswith("W#")
