"""The log's head in DynamoDB, in the table of the rows: `LOG`/`HEAD`, and `T#<id>`/`L` for indexes.

What each condition of a swap is for:

    LOG/HEAD     at the checkpoint that was read   one history, whoever else seals
    G/E#<seq>    not there                         no block lacks a governance entry of before it
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from random import uniform
from typing import Any

from pynamodb.transactions import TransactWrite

from ledger.names import TransactionId
from loyalty.ports import Outcome, Sleep, StoreUnavailable
from sealing.ports import Head, Swap
from storage import rows
from storage.dynamodb import DynamoStore, repeatable

BATCH_MAX_ITEMS = 25
"""DynamoDB's limit on one batch of writes."""

MAX_SENDS = 8
_FIRST_PAUSE_S = 0.05
_MAX_PAUSE_S = 1.0


class DynamoHeads:
    """A `sealing.ports.Heads` in the table of a `DynamoStore`. Safe to share between threads."""

    def __init__(self, store: DynamoStore, sleep: Sleep = time.sleep) -> None:
        self._store = store
        self._sleep = sleep

    @repeatable
    def read(self) -> Head | None:
        item = self._store.get(*rows.HEAD)
        return None if item is None else rows.head_of(item)

    def swap(self, old: bytes | None, new: Head) -> Swap:
        """Raises StoreUnavailable where surely nothing was done, but might be another time."""
        store, item = self._store, self._store.item
        write = TransactWrite(connection=store.connection)
        write.condition_check(
            item,
            rows.GOVERNANCE_PK,
            rows.seq_sk(new.governance_seq + 1),
            condition=item.pk.does_not_exist(),
        )
        same = item.pk.does_not_exist() if old is None else item.entry == old
        write.save(rows.head_item(item, new), condition=same)
        outcome = store.send(write)
        if outcome is Outcome.BUSY:
            raise StoreUnavailable("the log's head was not written: the store is busy")
        if outcome is Outcome.MOVED:
            return self._lost(old, new) if store.sends.unanswered else Swap.LOST
        return Swap.DONE if outcome is Outcome.DONE else Swap.UNKNOWN

    def _lost(self, old: bytes | None, new: Head) -> Swap:
        """What a swap came to whose condition failed, after a send that got no answer: what is in
        the way may be what that send wrote."""
        try:
            found = self.read()
        except StoreUnavailable:
            return Swap.UNKNOWN
        if found == new:
            return Swap.DONE
        # A checkpoint never comes back. Another one may have followed on ours.
        return Swap.LOST if old == (found and found.checkpoint) else Swap.UNKNOWN

    def place(self, indexes: Mapping[TransactionId, int]) -> None:
        item = self._store.item
        for batch in _batches(indexes):
            self._put([rows.index_item(item, *each).serialize() for each in batch])

    @repeatable
    def _put(self, items: Sequence[dict[str, Any]]) -> None:
        """Writes items, those again that DynamoDB leaves out of a batch."""
        name = self._store.table.name
        for attempt in range(MAX_SENDS):
            if attempt:
                bound = min(_FIRST_PAUSE_S * 2**attempt, _MAX_PAUSE_S)
                self._sleep(uniform(0, bound))  # noqa: S311 - a pause
            answer = self._store.connection.batch_write_item(name, put_items=items)
            left = answer.get("UnprocessedItems", {}).get(name, ())
            if not left:
                return
            items = [each["PutRequest"]["Item"] for each in left]
        raise StoreUnavailable(f"{len(items)} indexes were not written in {MAX_SENDS} sends")

    @repeatable
    def index(self, id_: TransactionId) -> int | None:
        item = self._store.get(*rows.index_key(id_))
        return None if item is None else item.number


def _batches(
    indexes: Mapping[TransactionId, int],
) -> Iterator[list[tuple[TransactionId, int]]]:
    each = iter(indexes.items())
    while batch := list(islice(each, BATCH_MAX_ITEMS)):
        yield batch
