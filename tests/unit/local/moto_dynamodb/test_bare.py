"""The faults of bare moto: when one of these fails, its correction can be deleted."""

from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import Item

from tests.unit.local.moto_dynamodb.faults import (
    calls_at,
    fail_halfway,
    followed,
    lose_a_write,
    stream_of,
)
from tests.unit.local.moto_dynamodb.rows import (
    check,
    count,
    counted,
    fill,
    key,
    newest,
    put,
    refused,
    start_counter,
    transact,
)


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
