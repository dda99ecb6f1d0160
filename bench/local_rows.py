"""The local server's DynamoDB: a transfer costs the same however many rows the table has."""

from collections.abc import Callable, Iterator
from itertools import count

from bench.figures import Figure, at_most, in_turns
from local.aws import REGION, local_store
from storage.dynamodb import DynamoStore, Table
from storage.rows import wallet_item
from tests.contract.builders import buys, enrolled, founded, gives, wallet_row

_FEW, _MANY = 1_000, 100_000
_TRANSFERS = 20
_TURNS = 9


def figures() -> Iterator[Figure]:
    """Two members give to each other, in a small table and in a large one."""
    with local_store():
        few, many = _transfers_among(_FEW), _transfers_among(_MANY)
        turns = in_turns(few, many, calls=_TRANSFERS, turns=_TURNS)
    yield at_most(
        "transfer on the local server",
        turns.ratio,
        1.5,
        f"x at {_FEW:,} rows",
        f"{turns.second_s * 1e3:.1f} ms at {_MANY:,} rows beside {turns.first_s * 1e3:.1f} ms",
    )


def _transfers_among(rows: int) -> Callable[[], object]:
    """A transfer in a table with so many rows of other wallets."""
    store = DynamoStore(Table(f"rows-{rows}", REGION))
    store.create_table()
    with store.item.batch_write() as batch:
        for number in range(rows):
            batch.save(wallet_item(store.item, wallet_row(10 + number, 1)))
    coalition = founded(store)
    ana, ben = enrolled(coalition, 2)
    buys(coalition, ana, 1_000_000_00, "receipt")
    numbers = count()
    return lambda: gives(coalition, ana, ben, 1, f"gift-{next(numbers)}")
