"""What `corrected_dynamodb` promises of moto's DynamoDB, and which faults bare moto still has."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamRecord, Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.models import ShardIterator, dynamodbstreams_backends
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from local import moto_dynamodb
from local.moto_dynamodb import corrected_dynamodb

REGION = "eu-central-1"
ACCOUNT = "123456789012"
THREADS = 8


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


# --- Transactions: all or nothing -----------------------------------------------------------


def test_nothing_acknowledged_is_lost_and_nothing_refused_is_kept(client: Any) -> None:
    """Eight threads of single writes and transactions, some failing, leave what they were told."""
    rounds = 12
    client.put_item(TableName="counters", Item={"pk": {"S": "all"}, "n": {"N": "0"}})
    client.put_item(TableName="counters", Item={"pk": {"S": "single"}, "n": {"N": "0"}})
    transact(client, put("taken"))
    start = Barrier(THREADS)

    def work(thread: int) -> list[int]:
        start.wait()
        won = []
        for n in range(rounds):
            name = f"{thread}-{n}"
            transact(client, put(f"a-{name}", new=True), put(f"b-{name}"), count("all", 1))
            client.put_item(TableName="rows", Item=key(f"single-{name}"))
            refused(client, put(f"refused-{name}"), count("all", 1000), put("taken", new=True))
            single = count("single", 1)["Update"]
            client.update_item(**single)
            with suppress(client.exceptions.ConditionalCheckFailedException):
                client.put_item(**put(f"contested-{n}", new=True)["Put"])
                won.append(n)
        return won

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            won = [n for each in pool.map(work, range(THREADS)) for n in each]
    finally:
        sys.setswitchinterval(interval)

    names = [f"{thread}-{n}" for thread in range(THREADS) for n in range(rounds)]
    kept = {f"{kind}-{name}" for kind in ("a", "b", "single") for name in names}
    kept |= {"taken"} | {f"contested-{n}" for n in range(rounds)}
    assert {item["pk"]["S"] for item in client.scan(TableName="rows")["Items"]} == kept
    assert counted(client, "all") == counted(client, "single") == len(names)
    assert sorted(won) == list(range(rounds))


def test_each_failing_item_is_a_reason_at_its_position(client: Any) -> None:
    """The reasons come one for each item: None for the innocent, and the old item where asked."""
    old = {**key("old"), "n": {"N": "7"}, "raw": {"B": b"\x00\xff"}, "tags": {"SS": ["a", "b"]}}
    client.put_item(TableName="rows", Item=old)
    shown = put("old", new=True)
    shown["Put"]["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    error = refused(client, put("fresh"), shown, check("absent"), delete("fresh", "1"))
    assert error["Error"]["Code"] == "TransactionCanceledException"
    assert error["Error"]["Message"].endswith(
        "[None, ConditionalCheckFailed, ConditionalCheckFailed, None]"
    )
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert error["CancellationReasons"] == [
        {"Code": "None"},
        {**failed, "Item": old},
        failed,
        {"Code": "None"},
    ]
    assert stored(client, "fresh") is None


def test_conditions_pass_and_every_kind_of_write_is_done(client: Any) -> None:
    """A put, an update, a delete and a condition check commit together, across tables."""
    transact(client, put("gone"), put("there"))
    client.put_item(TableName="counters", Item={"pk": {"S": "c"}, "n": {"N": "1"}})
    transact(client, put("made", new=True), count("c", 2), delete("gone"), check("there"))
    assert stored(client, "made") == key("made")
    assert stored(client, "gone") is None
    assert counted(client, "c") == 3


def test_an_update_and_a_delete_are_rolled_back(client: Any) -> None:
    """After a cancelled transaction each touched item is again as it was, nested values too."""
    before = {**key("kept"), "map": {"M": {"list": {"L": [{"N": "1"}]}}}}
    client.put_item(TableName="rows", Item=before)
    client.put_item(TableName="rows", Item={**key("deleted"), "n": {"N": "1"}})
    update = {
        "TableName": "rows",
        "Key": key("kept"),
        "UpdateExpression": "SET #m.#l[0] = :two, extra = :two",
        "ExpressionAttributeNames": {"#m": "map", "#l": "list"},
        "ExpressionAttributeValues": {":two": {"N": "2"}},
    }
    made = {**update, "Key": key("made"), "UpdateExpression": "SET extra = :two"}
    del made["ExpressionAttributeNames"]
    refused(client, {"Update": update}, {"Update": made}, delete("deleted"), check("absent"))
    assert stored(client, "kept") == before
    assert stored(client, "deleted") == {**key("deleted"), "n": {"N": "1"}}
    assert stored(client, "made") is None
    assert newest(client, "made") == []


def test_a_row_written_meanwhile_survives_a_rollback(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rollback puts back the rows of its own transaction, and no other."""
    assert lose_a_write(client, monkeypatch) == key("meanwhile")


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


def test_an_update_the_item_does_not_allow_is_a_reason(client: Any) -> None:
    """Counting up what is absent cancels with ValidationError at that position, and no more."""
    error = refused(client, put("fresh"), count("absent", 1))
    assert error["Error"]["Code"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in error["CancellationReasons"]] == [
        "None",
        "ValidationError",
    ]
    assert stored(client, "fresh") is None


def test_a_single_update_that_fails_halfway_changes_nothing(client: Any) -> None:
    """The first clause of a refused UpdateItem is not kept."""
    assert fail_halfway(client) == {**key("a"), "word": {"S": "x"}}


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


# --- DynamoDB's limits ----------------------------------------------------------------------


def test_a_hundred_items_are_allowed_and_one_more_is_not(client: Any) -> None:
    """A transaction holds at most 100 items."""
    transact(client, *(put(f"{n}") for n in range(100)))
    error = refused(client, *(put(f"more-{n}") for n in range(101)))
    assert error["Error"]["Code"] == "ValidationException"
    assert stored(client, "more-0") is None


def test_two_operations_on_one_item_are_refused(client: Any) -> None:
    """One item stands once in a transaction, whichever operation and table name form is used."""
    arn = client.describe_table(TableName="rows")["Table"]["TableArn"]
    twice = delete("same")
    twice["Delete"]["TableName"] = arn
    error = refused(client, put("fresh"), put("same"), twice)
    assert error["Error"]["Code"] == "ValidationException"
    assert "multiple operations on one item" in error["Error"]["Message"]
    assert stored(client, "fresh") is None


def test_a_transaction_of_more_than_4_mb_is_refused(client: Any) -> None:
    """The items of one transaction are together no larger than 4 MB."""
    large = {"S": "x" * 380_000}
    transact(client, *(put(f"{n}", text=large) for n in range(11)))
    error = refused(client, *(put(f"more-{n}", text=large) for n in range(12)))
    assert error["Error"]["Code"] == "ValidationException"
    assert stored(client, "more-0") is None


def test_a_table_that_is_not_there_is_named_as_such(client: Any) -> None:
    """A missing table is ResourceNotFoundException, not a cancelled transaction."""
    absent = {"Delete": {"TableName": "absent", "Key": key("a")}}
    error = refused(client, put("fresh"), absent)
    assert error["Error"]["Code"] == "ResourceNotFoundException"
    assert stored(client, "fresh") is None


# --- ClientRequestToken ---------------------------------------------------------------------


def start_counter(client: Any) -> None:
    client.put_item(TableName="counters", Item={"pk": {"S": "c"}, "n": {"N": "0"}})


def test_a_replayed_token_succeeds_without_applying_again(client: Any, clock: Clock) -> None:
    """Within ten minutes the same request and token is applied once; later it is a new request."""
    start_counter(client)
    transact(client, count("c", 1), put("raw", raw={"B": b"\xff"}), ClientRequestToken="once")
    clock.now += 599
    transact(client, count("c", 1), put("raw", raw={"B": b"\xff"}), ClientRequestToken="once")
    assert counted(client, "c") == 1
    clock.now += 2
    transact(client, count("c", 1), put("raw", raw={"B": b"\xff"}), ClientRequestToken="once")
    assert counted(client, "c") == 2


def test_a_token_with_other_parameters_is_a_mismatch(client: Any) -> None:
    """One token stands for one request."""
    start_counter(client)
    transact(client, count("c", 1), ClientRequestToken="once")
    error = refused(client, count("c", 2), ClientRequestToken="once")
    assert error["Error"]["Code"] == "IdempotentParameterMismatchException"
    assert counted(client, "c") == 1


def test_a_token_of_a_cancelled_transaction_is_free(client: Any) -> None:
    """What was not applied is tried again under the same token."""
    start_counter(client)
    refused(client, count("c", 1), check("late"), ClientRequestToken="once")
    transact(client, put("late"))
    transact(client, count("c", 1), check("late"), ClientRequestToken="once")
    assert counted(client, "c") == 1


# --- Streams --------------------------------------------------------------------------------


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


def test_a_stream_can_be_followed_for_hours(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The iterators that were read long ago are forgotten; none is tracked besides."""
    monkeypatch.setattr(moto_dynamodb, "MAX_ITERATORS", 5)
    tracked = len(ShardIterator.instances_tracked)
    assert followed(20) == 5
    assert len(ShardIterator.instances_tracked) == tracked


# --- Cost -----------------------------------------------------------------------------------


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


# --- Query ----------------------------------------------------------------------------------


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


# --- The correction comes and goes ----------------------------------------------------------

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


# --- Bare moto: when one of these fails, its correction can be deleted ----------------------


def test_bare_moto_copies_the_table_in_each_transaction(bare: Any) -> None:
    """The fault: deep copies grow with the rows of the table."""

    def write() -> None:
        transact(bare, put("p1", "new"), put("p2", "new"))

    _, small = calls_at(bare, 20, write)
    _, large = calls_at(bare, 80, write)
    assert large > 2 * small


def test_bare_moto_loses_a_row_written_meanwhile(
    bare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault: a rollback puts back the whole table."""
    assert lose_a_write(bare, monkeypatch) is None


def test_bare_moto_applies_a_replayed_token_again(bare: Any) -> None:
    """The fault: ClientRequestToken is ignored."""
    start_counter(bare)
    for _ in range(2):
        transact(bare, count("c", 1), ClientRequestToken="once")
    assert counted(bare, "c") == 2


def test_bare_moto_streams_what_it_rolls_back(bare: Any) -> None:
    """The fault: an open iterator reads records of a cancelled transaction."""
    read = stream_of(bare)
    refused(bare, put("refused"), check("absent"))
    assert read() == [("INSERT", "refused")]


def test_bare_moto_streams_a_made_item_twice(bare: Any) -> None:
    """The fault: an update that makes its item leaves two records."""
    read = stream_of(bare)
    update = {"n": {"Value": {"N": "1"}}}
    bare.update_item(TableName="rows", Key=key("made"), AttributeUpdates=update)
    assert read() == [("INSERT", "made")] * 2


def test_bare_moto_keeps_half_an_update(bare: Any) -> None:
    """The fault: the clauses before the one that failed are kept."""
    assert "fresh" in fail_halfway(bare)


def test_bare_moto_refuses_an_update_without_reasons(bare: Any) -> None:
    """The fault: an update the item does not allow gives no reason by position."""
    error = refused(bare, put("fresh"), count("absent", 1))
    assert error["Error"]["Code"] == "ValidationException"


def test_bare_moto_visits_every_row_in_a_query(bare: Any) -> None:
    """The fault: a query of one partition makes more calls in a larger table."""
    small, _ = calls_at(bare, 20, lambda: newest(bare, "p1"))
    large, _ = calls_at(bare, 80, lambda: newest(bare, "p1"))
    assert large > 2 * small


def test_bare_moto_allows_more_than_4_mb(bare: Any) -> None:
    """The fault: the size of a transaction has no limit."""
    transact(bare, *(put(f"{n}", text={"S": "x" * 380_000}) for n in range(12)))


def test_bare_moto_keeps_every_copy(bare: Any) -> None:
    """The fault: what a query answered stays in memory."""
    fill(20)
    tracked = len(Item.instances_tracked)
    newest(bare, "p1")
    assert len(Item.instances_tracked) > tracked


def test_bare_moto_keeps_every_iterator(bare: Any) -> None:
    """The fault: each read of a stream leaves one."""
    assert followed(20) == 21
