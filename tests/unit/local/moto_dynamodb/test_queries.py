"""What `corrected_dynamodb` promises of queries."""

from typing import Any

import pytest

from local.moto_dynamodb import corrected_dynamodb
from tests.unit.local.moto_dynamodb.rows import key, start_counter


def pages(client: Any, **query: Any) -> list[str]:
    paginator = client.get_paginator("query")
    found = paginator.paginate(TableName="rows", PaginationConfig={"PageSize": 2}, **query)
    return [f"{item['pk']['S']}/{item['sk']['S']}" for page in found for item in page["Items"]]


@pytest.mark.parametrize("forward", [True, False])
def test_a_query_finds_what_bare_moto_finds(bare: Any, forward: bool) -> None:
    """Order and pages are moto's own, by table and by index, whatever the order of writing."""
    for n in (3, 1, 4, 5, 9, 2, 6):
        bare.put_item(TableName="rows", Item={**key("a", f"e#{n}"), "due": {"S": f"{n % 2}"}})
        bare.put_item(TableName="rows", Item=key(f"other-{n}", f"e#{n}"))
    queries = [
        {"KeyConditionExpression": "pk = :k", "ExpressionAttributeValues": {":k": {"S": key}}}
        for key in ("a", "other-1", "nobody")
    ]
    queries.append(
        {
            "KeyConditionExpression": "pk = :k AND sk BETWEEN :from AND :to",
            "ExpressionAttributeValues": {
                ":k": {"S": "a"},
                ":from": {"S": "e#2"},
                ":to": {"S": "e#6"},
            },
        }
    )
    queries.append(
        {
            "IndexName": "by-due",
            "KeyConditionExpression": "due = :k",
            "ExpressionAttributeValues": {":k": {"S": "1"}},
        }
    )
    expected = [pages(bare, ScanIndexForward=forward, **query) for query in queries]
    with corrected_dynamodb():
        found = [pages(bare, ScanIndexForward=forward, **query) for query in queries]
    assert found == expected
    assert [len(rows) for rows in found] == [7, 1, 0, 5, 4]


def test_a_query_of_a_table_without_sort_key(client: Any) -> None:
    """Where the partition key is the whole key, a query finds the one item or none."""
    start_counter(client)
    found = [
        client.query(
            TableName="counters",
            KeyConditionExpression="pk = :k",
            ExpressionAttributeValues={":k": {"S": pk}},
        )["Count"]
        for pk in ("c", "absent")
    ]
    assert found == [1, 0]
