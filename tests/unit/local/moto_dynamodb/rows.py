"""Rows of the tables `rows` and `counters`: written, refused and read."""

from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

REGION = "eu-central-1"
ACCOUNT = "123456789012"


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@cache
def connect(service: str) -> Any:
    """A client, made once because that takes longer than most of the tests here."""
    session = boto3.session.Session("testing", "testing", region_name=REGION)
    # moto serves streams at no endpoint that names the account.
    return session.client(service, config=Config(account_id_endpoint_mode="disabled"))


def key(pk: str, sk: str = "0") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def put(pk: str, sk: str = "0", new: bool = False, **attributes: Any) -> dict[str, Any]:
    op = {"TableName": "rows", "Item": {**key(pk, sk), **attributes}}
    if new:
        op["ConditionExpression"] = "attribute_not_exists(pk)"
    return {"Put": op}


def count(pk: str, step: int) -> dict[str, Any]:
    """An update of an existing counter, which AWS refuses for one that is not there."""
    return {
        "Update": {
            "TableName": "counters",
            "Key": {"pk": {"S": pk}},
            "UpdateExpression": "SET n = n + :step",
            "ExpressionAttributeValues": {":step": {"N": str(step)}},
        }
    }


def delete(pk: str, sk: str = "0") -> dict[str, Any]:
    return {"Delete": {"TableName": "rows", "Key": key(pk, sk)}}


def check(pk: str, condition: str = "attribute_exists(pk)") -> dict[str, Any]:
    op = {"TableName": "rows", "Key": key(pk), "ConditionExpression": condition}
    return {"ConditionCheck": op}


def transact(client: Any, *items: dict[str, Any], **parameters: Any) -> None:
    client.transact_write_items(TransactItems=list(items), **parameters)


def refused(client: Any, *items: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    """The error response to a transaction that must fail."""
    with pytest.raises(ClientError) as caught:
        transact(client, *items, **parameters)
    return dict(caught.value.response)


def stored(client: Any, pk: str, sk: str = "0") -> Any:
    return client.get_item(TableName="rows", Key=key(pk, sk)).get("Item")


def counted(client: Any, pk: str) -> int:
    item = client.get_item(TableName="counters", Key={"pk": {"S": pk}})["Item"]
    return int(item["n"]["N"])


def newest(client: Any, pk: str) -> list[dict[str, Any]]:
    """The newest entry of a partition, as a ledger reads the head of a chain."""
    answer = client.query(
        TableName="rows",
        KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": "e#"}},
        ScanIndexForward=False,
        Limit=1,
    )
    return list(answer["Items"])


def table(name: str = "rows") -> Table:
    return dynamodb_backends[ACCOUNT][REGION].tables[name]


def fill(rows: int) -> None:
    """Write straight into moto's table, ten rows to a partition."""
    for n in range(rows):
        table().put_item({**key(f"p{n // 10}", f"e#{n:06}")})


def start_counter(client: Any) -> None:
    client.put_item(TableName="counters", Item={"pk": {"S": "c"}, "n": {"N": "0"}})
