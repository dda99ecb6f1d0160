"""What `corrected_dynamodb` promises of transactions: all or nothing, DynamoDB's limits, tokens."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

import pytest

from tests.unit.local.moto_dynamodb.faults import fail_halfway, lose_a_write
from tests.unit.local.moto_dynamodb.rows import (
    Clock,
    check,
    count,
    counted,
    delete,
    key,
    newest,
    put,
    refused,
    start_counter,
    stored,
    transact,
)

THREADS = 8


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
