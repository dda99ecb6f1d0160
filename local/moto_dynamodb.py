"""moto's in-process DynamoDB, corrected where it differs from AWS in what we rely on.

A developer's machine has moto in place of AWS. moto 5.2.5 (`moto/dynamodb`) has these faults,
each replaced here for as long as `corrected_dynamodb()` is entered:

- `TransactWriteItems` deep-copies the whole table once per item, and on failure puts the whole copy
  back: 10 s for two puts at 50,000 rows, and the acknowledged writes of other threads are lost.
  Corrected: only the rows named by the transaction are copied, and only those are put back.
- No operation is atomic under threads. Corrected: one lock around each DynamoDB request.
- A stream tells, to whoever already reads it, of writes that are then rolled back, and nothing of
  what follows; an update that makes its item is told twice. Corrected: one record for each row
  that changed, once that is certain.
- An `UpdateItem` that fails halfway leaves the first half. Corrected: it is put back.
- `ClientRequestToken` is ignored. Corrected: remembered for ten minutes after success.
- An update that the stored item does not allow (an absent attribute, an operand of the wrong type)
  is a `ValidationException` of the whole transaction. AWS, and this module, cancel the transaction
  with a `ValidationError` at that item's position among the reasons.
- A transaction may exceed 4 MB. Corrected: `ValidationException`.
- `Query` sorts the whole table. Corrected: it reads one partition; on a global index, whose rows
  moto keeps nowhere, it still visits each row of the table but sorts only the matching ones.
- Every copy of every item, stream record and shard iterator ever made is kept until the backend is
  reset. Corrected: they are not tracked, so a long replay does not fill the memory; and of the
  iterators that GetRecords gives, as many can be used as a reader asks for in minutes.

Each correction calls moto's own evaluation of expressions. When moto mends a fault, the test that
shows it in bare moto fails, and its part here can go.
Rules: AWS API reference, TransactWriteItems and TransactionCanceledException.
"""

import copy
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from threading import RLock
from typing import Any, NamedTuple
from unittest.mock import patch

from moto.core.responses import ActionResult
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    AttributeDoesNotExist,
    DynamodbException,
    IncorrectDataType,
    InvalidUpdateExpressionInvalidDocumentPath,
    ItemSizeToUpdateTooLarge,
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamRecord, Table
from moto.dynamodb.models.utilities import DynamoJsonEncoder
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.models import DynamoDBStreamsBackend, ShardIterator
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

MAX_TRANSACTION_ITEMS = 100
MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
TOKEN_LIFETIME_S = 600.0
MAX_ITERATORS = 1_000
"""AWS keeps each for five minutes."""

# Faults of an update that depend on the stored item, so AWS finds them only inside the transaction.
ITEM_FAULTS = (
    AttributeDoesNotExist,
    IncorrectDataType,
    InvalidUpdateExpressionInvalidDocumentPath,
    ItemSizeToUpdateTooLarge,
)

Reason = tuple[str | None, str | None, dict[str, Any] | None]  # code, message, old item


class Row(NamedTuple):
    """One place in a table, whether or not an item stands there."""

    table: Table
    hash_key: DynamoType
    range_key: DynamoType | None

    def read(self) -> Item | None:
        return self.table.get_item(self.hash_key, self.range_key)

    def put_back(self, item: Item | None) -> None:
        rows: Any = self.table.items
        key = self.hash_key
        if self.range_key is not None:
            rows, key = rows[self.hash_key], self.range_key
        if item is None:
            rows.pop(key, None)
        else:
            rows[key] = item


def _row(backend: DynamoDBBackend, table_name: str, attributes: dict[str, Any]) -> Row:
    table = backend.get_table(table_name)
    return Row(table, *backend.get_keys_value(table, attributes))


@contextmanager
def _all_or_nothing(rows: list[Row]) -> Iterator[list[Item | None]]:
    """Yield the items at `rows`; put them back on an error, else stream the rows that changed."""
    before = [copy.deepcopy(row.read()) for row in rows]
    shards = {row.table: row.table.stream_shard for row in rows}
    try:
        for table in shards:
            table.stream_shard = None  # moto would write a record before the outcome is known
        yield before
    except BaseException:
        for row, old in zip(rows, before, strict=True):
            row.put_back(old)
        raise
    finally:
        for table, shard in shards.items():
            table.stream_shard = shard
    for row, old in zip(rows, before, strict=True):
        new, shard = row.read(), shards[row.table]
        # Item.__eq__ knows no None; DynamoDB streams no record of a write that changes nothing.
        changed = old is not new if old is None or new is None else old != new
        if shard is not None and changed:
            shard.add(old, new)


def _write(backend: DynamoDBBackend, kind: str, op: dict[str, Any], old: Item | None) -> Reason:
    """Do one write of a transaction, and say why it cancels the transaction if it does."""
    names, values = op.get("ExpressionAttributeNames"), op.get("ExpressionAttributeValues")
    expressions: tuple[dict[str, Any], dict[str, Any]] = (names or {}, values or {})
    if not get_filter_expression(op.get("ConditionExpression"), *expressions).expr(old):
        wanted = op.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        item = old.to_json()["Attributes"] if old is not None and wanted else None
        return "ConditionalCheckFailed", "The conditional request failed", item
    try:
        if kind == "Put":
            backend.put_item(op["TableName"], op["Item"])
        elif kind == "Update":
            backend.update_item(op["TableName"], op["Key"], op["UpdateExpression"], *expressions)
        elif kind == "Delete":
            backend.delete_item(op["TableName"], op["Key"])
    except ITEM_FAULTS as fault:
        return "ValidationError", fault.message, None
    return None, None, None


def _transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    if len(transact_items) > MAX_TRANSACTION_ITEMS:
        raise TooManyTransactionsException
    if any(len(item) != 1 for item in transact_items):
        raise TransactWriteSingleOpException
    ops = [next(iter(item.items())) for item in transact_items]
    rows = [_row(backend, op["TableName"], op.get("Key") or op["Item"]) for _, op in ops]
    if len(set(rows)) < len(rows):
        raise MultipleTransactionsException
    with _all_or_nothing(rows) as before:
        reasons = [_write(backend, *op, old) for op, old in zip(ops, before, strict=True)]
        if any(code for code, _, _ in reasons):
            raise TransactionCanceledException(reasons)
        images = zip(before, (row.read() for row in rows), strict=True)
        if sum(max(i.size() if i else 0 for i in pair) for pair in images) > MAX_TRANSACTION_BYTES:
            raise MockValidationException("Aggregate size of the transaction's items exceeds 4 MB")


def _without_replays(transact: Callable[..., Any], clock: Callable[[], float]) -> Any:
    """`DynamoHandler.transact_write_items` that applies a ClientRequestToken once."""

    @wraps(transact)
    def once(handler: DynamoHandler) -> Any:
        request = dict(handler.body)
        token = request.pop("ClientRequestToken", None)
        if token is None:
            return transact(handler)
        canonical = json.dumps(request, sort_keys=True, cls=DynamoJsonEncoder)
        digest = hashlib.sha256(canonical.encode()).digest()
        # Kept on the backend because moto's reset empties it. In the order of completion.
        tokens: dict[str, tuple[bytes, float]]
        tokens = vars(handler.dynamodb_backend).setdefault("_client_request_tokens", {})
        while tokens and clock() - next(iter(tokens.values()))[1] > TOKEN_LIFETIME_S:
            del tokens[next(iter(tokens))]
        if token not in tokens:
            result = transact(handler)
            tokens[token] = digest, clock()
            return result
        if tokens[token][0] != digest:
            raise DynamodbException(
                ERROR_TYPE_PREFIX + "IdempotentParameterMismatchException",
                "The request uses the same client token as a previous, but non-identical request.",
            )
        return ActionResult({"ConsumedCapacity": [], "ItemCollectionMetrics": {}})

    return once


def _undone_on_failure(update_item: Callable[..., Any]) -> Any:
    @wraps(update_item)
    def update(backend: DynamoDBBackend, table: str, key: Any, *rest: Any, **named: Any) -> Any:
        with _all_or_nothing([_row(backend, table, key)]):
            return update_item(backend, table, key, *rest, **named)

    return update


def _candidates(table: Table, conditions: dict[str, DynamoType]) -> list[Item]:
    """The items whose attributes equal `conditions`, which name a query's partition key."""
    partitions: dict[DynamoType, Any] = table.items
    if (key := conditions.get(table.hash_key_attr)) is not None:
        partition = partitions.get(key, {})
        if table.range_key_attr is None:
            return [partition] if partition else []
        # In order already, so that moto's own sort has little left to do.
        return [partition[k] for k in sorted(partition, key=lambda k: k.cast_value)]
    items = (i for p in partitions.values() for i in (p.values() if table.range_key_attr else [p]))
    wanted = conditions.items()
    # DynamoType.__eq__ knows no None.
    return [i for i in items if all(n in i.attrs and i.attrs[n] == value for n, value in wanted)]


def _reading_one_partition(query: Callable[..., Any]) -> Any:
    @wraps(query)
    def narrowed(table: Table, hash_key: DynamoType | None, *rest: Any, **named: Any) -> Any:
        index_name = rest[6] if len(rest) > 6 else named.get("index_name")
        conditions = dict(named.get("hash_key_conditions") or [])
        if index_name is None and hash_key is not None:
            conditions = {table.hash_key_attr: hash_key}
        if not conditions:
            return query(table, hash_key, *rest, **named)
        view = object.__new__(type(table))  # copy.copy would be tracked by moto for ever
        vars(view).update(vars(table), all_items=lambda: _candidates(table, conditions))
        return query(view, hash_key, *rest, **named)

    return narrowed


def _forgetting_iterators(get_records: Callable[..., Any]) -> Any:
    @wraps(get_records)
    def get(backend: DynamoDBStreamsBackend, *rest: Any, **named: Any) -> Any:
        answer = get_records(backend, *rest, **named)
        iterators = backend.shard_iterators
        while len(iterators) > MAX_ITERATORS:
            del iterators[next(iter(iterators))]
        return answer

    return get


def _untracked(cls: type, *_: Any, **__: Any) -> Any:
    return object.__new__(cls)


@contextmanager
def corrected_dynamodb(clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Correct every DynamoDB backend of moto in this process, inside or around `mock_aws()`.

    `clock` gives the seconds by which a ClientRequestToken grows old. Enter it once, before the
    threads that use it start, and leave it after they end.
    """
    lock = RLock()

    def locked(call_action: Callable[..., Any]) -> Any:
        @wraps(call_action)
        def one_at_a_time(handler: Any) -> Any:
            with lock:  # held until the answer is serialised: moto answers with the live item
                return call_action(handler)

        return one_at_a_time

    replay = _without_replays(DynamoHandler.transact_write_items, clock)
    forgetting = _forgetting_iterators(DynamoDBStreamsBackend.get_records)
    corrections: list[tuple[type, str, Any]] = [
        (DynamoHandler, "call_action", locked(DynamoHandler.call_action)),
        (DynamoDBStreamsHandler, "call_action", locked(DynamoDBStreamsHandler.call_action)),
        (DynamoHandler, "transact_write_items", replay),
        (DynamoDBBackend, "transact_write_items", _transact_write_items),
        (DynamoDBBackend, "update_item", _undone_on_failure(DynamoDBBackend.update_item)),
        (Table, "query", _reading_one_partition(Table.query)),
        (Item, "__new__", _untracked),
        (StreamRecord, "__new__", _untracked),
        (DynamoDBStreamsBackend, "get_records", forgetting),
        (ShardIterator, "__new__", _untracked),
    ]
    with ExitStack() as stack:
        for owner, name, correction in corrections:
            stack.enter_context(patch.object(owner, name, correction))
        yield
