"""The queue of deliveries in DynamoDB, in the table of the rows.

A delivery is one item, which is there for good, and while it is due or dead a second one, which is
where it is found by its time. Both change in one transaction:

    DELIVERY#<endpoint>/<event>  at the version that was read: of two that take it up, one does
    DUE#<shard>/<at>#…          written and removed with it
    DEAD#<endpoint>/<at>#…      likewise
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from zlib import crc32

import msgspec
from pynamodb.transactions import TransactWrite

from ledger.names import At
from loyalty.ports import Outcome, StoreUnavailable
from loyalty.webhooks.ports import Delivery, State, cursor_of
from storage.dynamodb import DynamoStore, repeatable
from storage.rows import Item

SHARDS = 8
"""Over how many partitions what is due is spread."""


class DynamoQueue:
    """A `loyalty.webhooks.ports.Queue` in the table of a `DynamoStore`. For threads."""

    def __init__(self, store: DynamoStore) -> None:
        self._store = store

    def put(self, new: Delivery, old: Delivery | None) -> bool:
        item = self._store.item
        write = TransactWrite(connection=self._store.connection)
        same = item.pk.does_not_exist() if old is None else item.number == old.version
        state = msgspec.json.encode(new)
        before, after = _place(old), _place(new)
        if before is not None and before != after:
            write.delete(item(*before))
        write.save(item(*_key(new), state=state, number=new.version), condition=same)
        if after is not None:
            write.save(item(*after, state=state))
        outcome = self._store.send(write)
        if outcome is Outcome.DONE:
            return True
        if outcome is Outcome.MOVED and not self._store.sends.unanswered:
            return False
        # An earlier send of ours may be what is in the way.
        return self._settled(new)

    def _settled(self, new: Delivery) -> bool:
        if self.get(new.endpoint, new.event) == new:
            return True
        raise StoreUnavailable("a delivery was not written: the store is busy or does not answer")

    @repeatable
    def get(self, endpoint: str, event: str) -> Delivery | None:
        item = self._store.get(f"DELIVERY#{endpoint}", event)
        return None if item is None else _delivery(item)

    def due(self, at: At, limit: int) -> Sequence[Delivery]:
        # "~" is after the "#" that follows a time.
        shards = (self._page(f"DUE#{shard}", "", f"{at}~", limit) for shard in range(SHARDS))
        return list(islice(merge(*shards, key=cursor_of), limit))

    def dead(self, endpoint: str, after: str, limit: int) -> Sequence[Delivery]:
        found = self._page(f"DEAD#{endpoint}", after, "~", limit + 1)
        return [each for each in found if cursor_of(each) > after][:limit]

    @repeatable
    def _page(self, pk: str, first: str, last: str, limit: int) -> list[Delivery]:
        item = self._store.item
        between = item.sk.between(first or " ", last)
        found: Iterator[Item] = item.query(pk, between, consistent_read=True, limit=limit)
        return [_delivery(each) for each in found]


def _key(delivery: Delivery) -> tuple[str, str]:
    return f"DELIVERY#{delivery.endpoint}", delivery.event


def _place(delivery: Delivery | None) -> tuple[str, str] | None:
    """Where a delivery is found by its time; None where nobody looks for it by that."""
    if delivery is None or delivery.state is State.DELIVERED:
        return None
    if delivery.state is State.DEAD:
        return f"DEAD#{delivery.endpoint}", cursor_of(delivery)
    shard = crc32(delivery.event.encode()) % SHARDS
    return f"DUE#{shard}", f"{cursor_of(delivery)}#{delivery.endpoint}"


def _delivery(item: Item) -> Delivery:
    return msgspec.json.decode(item.state or b"", type=Delivery)
