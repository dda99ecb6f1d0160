"""The clock's agenda in DynamoDB, in the table of the rows: `D#<day>#<shard>`/`<wallet>/<matter>`.

What each condition is for:

    note     not there, or told of by an earlier entry   a follower that was slow takes nothing back
    strike   at the entry that it was read at            what came in between is not lost
"""

from collections.abc import Sequence

from botocore.exceptions import ClientError
from pynamodb.exceptions import DeleteError, PutError
from pynamodb.expressions.condition import Condition

from ledger.names import WalletId
from loyalty.clock.agenda import Due, Position
from storage import rows
from storage.dynamodb import DynamoStore, repeatable

_CONDITION = "ConditionalCheckFailedException"


class DynamoAgenda:
    """A `loyalty.clock.agenda.Agenda` in the table of a `DynamoStore`. Safe between threads."""

    def __init__(self, store: DynamoStore) -> None:
        self._store = store

    @repeatable
    def note(self, due: Due) -> None:
        item = self._store.item
        earlier: Condition = item.pk.does_not_exist() | (item.number < due.seq)
        try:
            rows.due_item(item, due).save(condition=earlier)
        except PutError as error:
            _passed_over(error)

    @repeatable
    def strike(self, due: Due) -> None:
        item = self._store.item
        try:
            rows.due_item(item, due).delete(condition=item.number == due.seq)
        except DeleteError as error:
            _passed_over(error)

    @repeatable
    def page(self, day: str, shard: str, after: Due | None, limit: int) -> Sequence[Due]:
        item = self._store.item
        past = None if after is None else item.sk > rows.due_key(after)[1]
        found = item.query(rows.due_pk(day, shard), past, consistent_read=True, limit=limit)
        return [rows.due_of(each) for each in found]

    @repeatable
    def wallets(self, place: str, limit: int) -> tuple[Sequence[WalletId], str | None]:
        item = self._store.item
        pk, _, sk = place.partition("/")
        items = item.scan(
            item.pk.startswith(rows.WALLET_PKS),
            consistent_read=True,
            last_evaluated_key={"pk": {"S": pk}, "sk": {"S": sk}} if place else None,
            attributes_to_get=["pk", "sk"],
        )
        # The rows of a wallet come together; those of the one before are of the page before.
        found: list[WalletId] = []
        for each in items:
            if each.pk == pk:
                continue
            if len(found) == limit:
                return found, place
            pk, place = each.pk, f"{each.pk}/{each.sk}"
            found.append(rows.wallet_of(each))
        return found, None

    @repeatable
    def position(self) -> Position | None:
        item = self._store.get(*rows.POSITION)
        return None if item is None else rows.position_of(item)

    @repeatable
    def move(self, position: Position) -> None:
        rows.position_item(self._store.item, position).save()


def _passed_over(error: PutError | DeleteError) -> None:
    """Where the condition did not hold there is nothing to do. Raises whatever else went wrong."""
    cause = error.cause
    if not isinstance(cause, ClientError) or cause.response["Error"].get("Code") != _CONDITION:
        raise error
