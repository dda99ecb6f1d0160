"""`loyalty.throttling.RequestCounts` in DynamoDB, in the table of the rows.

    RATE#<party>  <minute>  n how many, x when it may be erased (seconds since 1970)

One atomic ADD for each mutation and each dear query: 1 WRU beside the 4 and more of what a mutation
commits, and one more trip to the table. `x` is the table's TTL attribute and stands on these rows
alone: nothing else is ever erased by its age. They wake nobody: the stream's readers filter by
other keys.
"""

from storage.dynamodb import DynamoStore, repeatable

_KEPT_S = 3_600


class DynamoRequestCounts:
    """Counts that all processes share. For threads."""

    def __init__(self, store: DynamoStore) -> None:
        self._store = store

    @repeatable
    def counted(self, party: str, minute: int, requests: int) -> int:
        item = self._store.item(f"RATE#{party}", str(minute))
        # Sent again by botocore it may count twice: the party waits for one more than it sent.
        item.update([item.__class__.number.add(requests), item.__class__.until.set(_until(minute))])
        return item.number or 0


def _until(minute: int) -> int:
    return 60 * minute + _KEPT_S
