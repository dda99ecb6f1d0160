"""The clock's agenda in DynamoDB, in the table of the rows: `D#<day>#<shard>`/`<wallet>/<matter>`,
and before the first of a day's `D#`/`<day>`.

What each condition is for:

    note     not there, or told of by an earlier entry   a follower that was slow takes nothing back
    strike   at the entry that it was read at            what came in between is not lost
"""

from collections.abc import Sequence

from botocore.exceptions import ClientError
from pynamodb.exceptions import DeleteError, PutError
from pynamodb.expressions.condition import Condition

from ledger.names import WalletId
from loyalty.clock.agenda import Due
from storage import rows
from storage.dynamodb import DynamoStore, repeatable

_CONDITION = "ConditionalCheckFailedException"


class DynamoAgenda:
    """A `loyalty.clock.agenda.Agenda` in the table of a `DynamoStore`. Safe between threads."""

    def __init__(self, store: DynamoStore) -> None:
        self._store = store
        # Days that were opened here. Nobody notes for a day that is closed.
        self._opened: set[str] = set()

    @repeatable
    def note(self, due: Due) -> None:
        item = self._store.item
        if due.day not in self._opened:
            item(*rows.day_key(due.day)).save()
            self._opened.add(due.day)
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
    def days(self, until: str) -> Sequence[str]:
        item = self._store.item
        found = item.query(rows.DAYS_PK, item.sk <= until, consistent_read=True)
        return [each.sk for each in found]

    @repeatable
    def close(self, day: str) -> None:
        self._store.item(*rows.day_key(day)).delete()
        self._opened.discard(day)

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
    def sweeping(self) -> str | None:
        item = self._store.get(*rows.SWEEP)
        return None if item is None else item.kind or ""

    @repeatable
    def sweep(self, place: str | None) -> None:
        item = self._store.item(*rows.SWEEP, kind=place or None)
        if place is None:
            item.delete()
        else:
            item.save()


def _passed_over(error: PutError | DeleteError) -> None:
    """Where the condition did not hold there is nothing to do. Raises whatever else went wrong."""
    cause = error.cause
    if not isinstance(cause, ClientError) or cause.response["Error"].get("Code") != _CONDITION:
        raise error
