"""Moto's DynamoDB with two tables, bare and corrected."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from local.moto_dynamodb import corrected_dynamodb
from tests.unit.local.moto_dynamodb.rows import Clock, connect


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of moto as it is published, with the tables `rows` (streamed) and `counters`."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = connect("dynamodb")
        client.create_table(
            TableName="rows",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "due")
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-due",
                    "KeySchema": [
                        {"AttributeName": "due", "KeyType": "HASH"},
                        {"AttributeName": "sk", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        client.create_table(
            TableName="counters",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@pytest.fixture
def clock() -> Clock:
    """The clock by which client request tokens grow old."""
    return Clock()


@pytest.fixture
def client(bare: Any, clock: Clock) -> Iterator[Any]:
    """The same client and tables, corrected."""
    with corrected_dynamodb(clock):
        yield bare
