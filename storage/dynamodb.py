"""The DynamoDB store: one table, one `TransactWriteItems` for each commit.

What each condition is for:

    T#<id>/T     not there   one effect per party and idempotency key, forever
    W#…/E#<seq>  not there, or the tally row that was read
                             one successor per entry: whoever comes second decides again
    G/E#<seq>    not there   the same for the governance chain
    records, standings       at the version that was read
    LOG/HEAD     not there, or not later than the governance entries that the commit adds

A row's place must be free; that the place before it is taken follows from the read that found the
head, because no row is ever removed. Every read is strongly consistent and reads no index.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import wraps
from threading import local
from typing import Any, NamedTuple, ParamSpec, TypeVar

import msgspec
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from ledger.kinds import Standing
from ledger.names import At, TransactionId, WalletId
from loyalty.ports import (
    Commit,
    GovernanceRow,
    Outcome,
    R,
    StoreUnavailable,
    TallyRow,
    TransactionRow,
    Versioned,
    WalletRow,
)
from storage import rows
from storage.commits import check_commit
from storage.rows import Item

_SLOW_DOWN = frozenset(
    {
        "ThrottlingException",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    }
)
_NO_ANSWER = frozenset(
    {
        "InternalServerError",
        "InternalFailure",
        "ServiceUnavailable",
        "TransactionInProgressException",
    }
)

_NEVER_SENT = (EndpointConnectionError, ConnectTimeoutError)

P = ParamSpec("P")
T = TypeVar("T")


class Table(NamedTuple):
    """Where the table is. endpoint: None for AWS itself."""

    name: str
    region: str
    endpoint: str | None = None
    connect_timeout_s: float = 1.0
    read_timeout_s: float = 3.0
    retries: int = 2


def repeatable(method: Callable[P, T]) -> Callable[P, T]:
    """A method that may be tried again where it gets no answer, which is told as StoreUnavailable;
    whatever else goes wrong is a defect."""

    @wraps(method)
    def asks(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except (PynamoDBException, BotoCoreError) as error:
            if _unanswered(error) is None:
                raise
            raise StoreUnavailable(str(error)) from error

    return asks


class _Sends(local):
    """What this thread's commit has met so far: botocore sends it again by itself."""

    unanswered = False

    def note(
        self, parsed_response: Mapping[str, Any] | None, exception: Exception | None, **_: object
    ) -> None:
        """Told by botocore of every answer, and of every send that got none."""
        if isinstance(exception, _NEVER_SENT):
            return
        status = (parsed_response or {}).get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        self.unanswered |= exception is not None or status >= 500


class DynamoStore:
    """A `loyalty.ports.Store` in DynamoDB. Safe to share between threads.

    item, connection, sends: shared with `storage.log_dynamodb.DynamoHeads`, in the same table.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        meta = {
            "table_name": table.name,
            "region": table.region,
            "host": table.endpoint,
            "connect_timeout_seconds": table.connect_timeout_s,
            "read_timeout_seconds": table.read_timeout_s,
            "max_retry_attempts": table.retries,
            "billing_mode": "PAY_PER_REQUEST",
        }
        # A class of its own: PynamoDB keeps the connection on the class.
        self.item: type[Item] = type("TableItem", (Item,), {"Meta": type("Meta", (), meta)})
        # A second connection would make a second client, 57 ms of every cold start. Made here,
        # because making one is not safe between threads.
        self.connection = self.item._get_connection().connection
        self.sends = _Sends()
        self.connection.client.meta.events.register(
            "response-received.dynamodb.TransactWriteItems", self.sends.note
        )

    def create_table(self) -> None:
        """For local development and tests: a deployment brings its own."""
        if not self.item.exists():
            self.item.create_table(wait=True)

    def commit(self, commit: Commit) -> Outcome:
        check_commit(commit)
        write = TransactWrite(connection=self.connection)
        request = 0
        if commit.governance_at is not None:
            # PynamoDB sends conditions before what is written.
            request = 1
            head = self.item.at
            not_past = head.does_not_exist() | (head <= commit.governance_at)
            write.condition_check(self.item, *rows.HEAD, condition=not_past)
        for item, condition in self._items(commit):
            write.save(item, condition=condition)
        return self.send(write, request if commit.transactions else None)

    def send(self, write: TransactWrite, request: int | None = None) -> Outcome:
        """What a transaction came to. request: which of its items is the request's own row."""
        self.sends.unanswered = False
        try:
            with write:
                pass
        except (TransactWriteError, BotoCoreError) as error:
            return _outcome(error, request, self.sends.unanswered)
        return Outcome.DONE

    def _items(self, commit: Commit) -> Iterator[tuple[Item, Condition]]:
        """What is written. The request's own row comes first: its place in the answer says
        REPEATED."""
        model = self.item
        absent = model.pk.does_not_exist()
        for row in commit.transactions:
            yield rows.transaction_item(model, row), absent
        for wallet in commit.wallets:
            yield rows.wallet_item(model, wallet), self._at_version(wallet.replaces)
        for tally in commit.tallies:
            yield rows.tally_item(model, tally), self._at_version(tally.version - 1)
        for entry in commit.governance:
            yield rows.governance_item(model, entry), absent
        for record in commit.records:
            yield rows.record_item(model, record), self._at_version(record.replaces)
        for standing in commit.standings:
            yield rows.standing_item(model, standing), self._at_version(standing.replaces)

    def _at_version(self, version: int) -> Condition:
        return self.item.number == version if version else self.item.pk.does_not_exist()

    @repeatable
    def wallet(self, wallet: WalletId) -> WalletRow | TallyRow | None:
        newest = self._newest_first(wallet, "E#~", 1)
        return next(map(rows.wallet_or_tally_row, newest), None)

    @repeatable
    def wallets(self, wallets: Collection[WalletId]) -> Mapping[WalletId, WalletRow | TallyRow]:
        found = {id_: self.wallet(id_) for id_ in wallets}
        return {id_: row for id_, row in found.items() if row is not None}

    @repeatable
    def wallet_history(
        self, wallet: WalletId, before_seq: int | None, limit: int
    ) -> Sequence[WalletRow]:
        below = rows.seq_sk(before_seq - 1) if before_seq is not None else "E#~"
        # One more: the first may be a tally row.
        found = self._newest_first(wallet, below, limit + 1)
        return [rows.wallet_row(item) for item in found if not rows.is_tally(item)][:limit]

    def _newest_first(self, wallet: WalletId, below: str, limit: int) -> Iterator[Item]:
        return self.item.query(
            rows.wallet_pk(wallet),
            self.item.sk.between("E#", below),
            consistent_read=True,
            scan_index_forward=False,
            limit=limit,
        )

    @repeatable
    def wallet_rows(self, wallet: WalletId, after_seq: int, limit: int) -> Sequence[WalletRow]:
        found = self.item.query(
            rows.wallet_pk(wallet),
            self.item.sk > rows.seq_sk(after_seq),
            consistent_read=True,
            limit=limit,
        )
        return [rows.wallet_row(item) for item in found if not rows.is_tally(item)]

    @repeatable
    def wallet_row(self, wallet: WalletId, seq: int) -> WalletRow | None:
        item = self.get(rows.wallet_pk(wallet), rows.seq_sk(seq))
        return None if item is None or rows.is_tally(item) else rows.wallet_row(item)

    def wallet_ids(self) -> Iterator[WalletId]:
        items = self.item.scan(
            self.item.pk.startswith(rows.WALLET_PKS), consistent_read=True, attributes_to_get=["pk"]
        )
        before = None
        while (item := self._next(items)) is not None:
            # The rows of a wallet come together.
            if item.pk != before:
                before = item.pk
                yield rows.wallet_of(item)

    @repeatable
    def transactions(
        self, ids: Collection[TransactionId]
    ) -> Mapping[TransactionId, TransactionRow]:
        items = self._get_all([(rows.transaction_pk(id_), "T") for id_ in ids])
        return {row.id: row for row in map(rows.transaction_row, items)}

    @repeatable
    def governance(self, after_seq: int) -> Sequence[GovernanceRow]:
        found = self.item.query(
            rows.GOVERNANCE_PK, self.item.sk > rows.seq_sk(after_seq), consistent_read=True
        )
        return [rows.governance_row(item) for item in found]

    @repeatable
    def sealed_at(self) -> At | None:
        item = self.get(*rows.HEAD, ["a"])
        return None if item is None or item.at is None else At(item.at)

    @repeatable
    def record(self, kind: type[R], id_: str) -> Versioned[R] | None:
        item = self.get(rows.record_pk(kind, id_), "R")
        return None if item is None else _versioned(kind, item)

    @repeatable
    def records(self, kind: type[R], ids: Collection[str]) -> Mapping[str, Versioned[R]]:
        items = self._get_all([(rows.record_pk(kind, id_), "R") for id_ in ids])
        return {item.pk.partition("#")[2]: _versioned(kind, item) for item in items}

    @repeatable
    def standing(self, id_: TransactionId) -> tuple[Standing, int] | None:
        item = self.get(rows.transaction_pk(id_), "S")
        return None if item is None else rows.standing_row(item)

    def ledger_rows(self) -> Iterator[GovernanceRow | TransactionRow | WalletRow]:
        items = self.item.scan(consistent_read=True)
        while (item := self._next(items)) is not None:
            if item.pk == rows.GOVERNANCE_PK:
                yield rows.governance_row(item)
            elif item.pk.startswith(rows.WALLET_PKS) and not rows.is_tally(item):
                yield rows.wallet_row(item)
            elif item.pk.startswith("T#") and item.sk == "T":
                yield rows.transaction_row(item)

    @repeatable
    def _next(self, items: Iterator[Item]) -> Item | None:
        return next(items, None)

    def get(self, pk: str, sk: str, names: Sequence[str] | None = None) -> Item | None:
        """An item, or only those of its attributes."""
        try:
            return self.item.get(pk, sk, consistent_read=True, attributes_to_get=names)
        except self.item.DoesNotExist:
            return None

    def _get_all(self, keys: Sequence[tuple[str, str]]) -> Iterator[Item]:
        if len(keys) == 1:
            item = self.get(*keys[0])
            return iter(() if item is None else (item,))
        return self.item.batch_get(list(dict.fromkeys(keys)), consistent_read=True)


def _versioned(kind: type[R], item: Item) -> Versioned[R]:
    return Versioned(msgspec.json.decode(item.state or b"", type=kind), item.number or 0)


def _outcome(
    error: TransactWriteError | BotoCoreError, request: int | None, unanswered: bool
) -> Outcome:
    """What a commit that was not acknowledged came to. Raises what is a defect.

    request: which item is a request's row; unanswered: an earlier send of it got no answer.
    """
    # Not PynamoDB's cause_response_code, which fails where there was no response.
    cause = getattr(error, "cause", error)
    code = cause.response["Error"].get("Code") if isinstance(cause, ClientError) else None
    if isinstance(error, TransactWriteError) and code == "TransactionCanceledException":
        codes = [reason.code if reason else None for reason in error.cancellation_reasons]
        if "ConditionalCheckFailed" in codes:
            # For an earlier send too: rows are never removed, versions never come back.
            repeated = request is not None and codes[request] == "ConditionalCheckFailed"
            return Outcome.REPEATED if repeated else Outcome.MOVED
        outcome = _cancelled(codes)
    else:
        outcome = _unanswered(error)
    if outcome is None:
        raise error
    return Outcome.UNKNOWN if unanswered else outcome


def _cancelled(codes: Collection[str | None]) -> Outcome | None:
    """What came in between, where every condition held. None: the commit itself is at fault."""
    if "TransactionConflict" in codes:
        return Outcome.MOVED
    return Outcome.BUSY if _SLOW_DOWN.intersection(codes) else None


def _unanswered(error: Exception) -> Outcome | None:
    """BUSY: surely nothing was done. UNKNOWN: no answer came. None: answered, with a refusal."""
    cause: Any = error.cause if isinstance(error, PynamoDBException) else error
    if isinstance(cause, ClientError):
        # PynamoDB's own copy of the error leaves the HTTP status out.
        answer = getattr(cause.__cause__, "response", cause.response)
        code = answer.get("Error", {}).get("Code")
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _SLOW_DOWN:
            return Outcome.BUSY
        return Outcome.UNKNOWN if code in _NO_ANSWER or status >= 500 else None
    if isinstance(cause, _NEVER_SENT):
        return Outcome.BUSY
    return Outcome.UNKNOWN if isinstance(cause, BotoCoreError) else None
