"""The correction of moto comes and goes."""

from typing import Any

import pytest
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamRecord, Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from local.moto_dynamodb import corrected_dynamodb
from tests.unit.local.moto_dynamodb.rows import (
    connect,
    count,
    counted,
    put,
    start_counter,
    stored,
    transact,
)

CORRECTED = [
    (DynamoHandler, "call_action"),
    (DynamoHandler, "transact_write_items"),
    (DynamoDBStreamsHandler, "call_action"),
    (DynamoDBBackend, "transact_write_items"),
    (DynamoDBBackend, "update_item"),
    (Table, "query"),
    (Item, "__new__"),
    (StreamRecord, "__new__"),
]


def test_moto_is_as_it_was_on_exit(bare: Any) -> None:
    """Every replaced method is put back, also when the block raises, and moto works on."""
    before = [vars(owner).get(name) for owner, name in CORRECTED]

    def fail_inside() -> None:
        with corrected_dynamodb():
            during = [vars(owner).get(name) for owner, name in CORRECTED]
            assert not any(a is b for a, b in zip(before, during, strict=True))
            transact(bare, put("written"))
            raise LookupError

    with pytest.raises(LookupError):
        fail_inside()
    after = [vars(owner).get(name) for owner, name in CORRECTED]
    assert all(a is b for a, b in zip(before, after, strict=True))
    transact(bare, put("later"))
    assert stored(bare, "written")
    assert stored(bare, "later")


def test_it_may_be_entered_around_mock_aws() -> None:
    """Backends that moto makes or resets after the entry are corrected as well."""
    with corrected_dynamodb(), mock_aws():
        client = connect("dynamodb")
        client.create_table(
            TableName="counters",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        start_counter(client)
        for _ in range(2):
            transact(client, count("c", 1), ClientRequestToken="once")
        assert counted(client, "c") == 1
