"""What use cases need of the outside. Adapters for these stand in `storage/`.

`Store.commit` is the one way to change anything: all of a commit happens, or none of it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Generic, NamedTuple, Protocol, TypeVar

import msgspec

from ledger.kinds import Standing
from ledger.names import At, Hash, TransactionId, WalletId
from ledger.wallets import Wallet

Clock = Callable[[], datetime]
RandomBytes = Callable[[int], bytes]
Sleep = Callable[[float], None]

COMMIT_MAX_ITEMS = 100
"""DynamoDB's limit on one transaction."""
COMMIT_MAX_BYTES = 2_900_000
"""Of all its items together: DynamoDB takes 4 MB, which some count as sent, bytes in base64."""
ROW_MAX_BYTES = 400_000
"""DynamoDB's limit on one item (400 kB), of those that grow with a wallet."""
LOT_MAX_BYTES = 67
"""Of a lot in its wallet's row: `["2027-11-30","",9007199254740991],` and 32 of its issuer."""
_ROW_REST_BYTES = 320
"""Of a wallet's row, at most, all that does not grow: key, hash, balances, names."""


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document beside the ledger: a member, a voucher. Its type and id are its key."""


R = TypeVar("R", bound=Record)


class Versioned(NamedTuple, Generic[R]):
    """A record as read; version counts its writes, from 1."""

    record: R
    version: int


class TransactionRow(NamedTuple):
    """What one request did: its entry, if it has one, and what to answer when it comes again.

    asked: digest of the request's input, where its entry does not hold it already; response: for
    whoever made the request to read again. Both are absent for an entry that nobody asked for.
    """

    id: TransactionId
    entry: bytes | None
    asked: Hash | None
    response: bytes = b""


class WalletRow(NamedTuple):
    """A wallet as one entry left it. The newest row of a wallet is its head.

    detail: what is not on the ledger but belongs to the entry (order reference, amounts of money);
    it can be erased. tally: what programmes remember of the wallet's orders, handed on by each
    commit in the newest of its rows. replaces: when written, the version of the `TallyRow` at its
    place; 0 if there is none.
    """

    wallet: Wallet
    transaction: TransactionId
    kind: str
    detail: bytes = b""
    tally: bytes = b""
    replaces: int = 0

    @property
    def handed_on_bytes(self) -> int:
        """At most, of what the next row holds too."""
        return _handed_on_bytes(self.wallet, self.tally)

    @property
    def max_bytes(self) -> int:
        """What it takes in the store is no more; known without writing it."""
        return self.handed_on_bytes + len(self.detail) + _ROW_REST_BYTES


class TallyRow(NamedTuple):
    """What programmes remember after an order that gave no points, where no entry could keep it.

    It stands where the wallet's next row will stand, and gives way to it: so whoever decided on an
    older tally finds the place changed. wallet: as its newest entry left it; version: counts the
    writes at this place, from 1.
    """

    wallet: Wallet
    tally: bytes
    version: int

    @property
    def handed_on_bytes(self) -> int:
        """At most, of what the next row holds too."""
        return _handed_on_bytes(self.wallet, self.tally)

    @property
    def max_bytes(self) -> int:
        """What it takes in the store is no more; known without writing it."""
        return self.handed_on_bytes + _ROW_REST_BYTES


def _handed_on_bytes(wallet: Wallet, tally: bytes) -> int:
    return len(wallet.lots) * LOT_MAX_BYTES + len(tally)


class GovernanceRow(NamedTuple):
    seq: int
    entry: bytes


class RecordPut(NamedTuple):
    """Writes a record if it is still at that version (0: if there is none)."""

    id: str
    record: Record
    replaces: int = 0


class StandingPut(NamedTuple):
    """Writes what a transaction still stands at, if that is still at that version."""

    standing: Standing
    replaces: int = 0


class Commit(NamedTuple):
    """All that one request writes. The first transaction is the request itself.

    governance_at: `at` of the governance entries, which no block that was sealed meanwhile may have
    passed: the log's time does not run backwards. None where there are no such entries.
    """

    transactions: tuple[TransactionRow, ...]
    wallets: tuple[WalletRow, ...] = ()
    governance: tuple[GovernanceRow, ...] = ()
    records: tuple[RecordPut, ...] = ()
    standings: tuple[StandingPut, ...] = ()
    governance_at: At | None = None
    tallies: tuple[TallyRow, ...] = ()

    @property
    def items(self) -> int:
        """Of the store's transaction; that the log's head is looked at is one of them."""
        ledger = (self.transactions, self.wallets, self.governance)
        rows = (*ledger, self.records, self.standings, self.tallies)
        return sum(map(len, rows)) + (self.governance_at is not None)

    @property
    def max_bytes(self) -> int:
        """At most, of the entries and the wallets."""
        entries = sum(len(row.entry or b"") + len(row.response) for row in self.transactions)
        wallets = sum(row.max_bytes for row in self.wallets)
        return entries + wallets + sum(row.max_bytes for row in self.tallies)


class Outcome(Enum):
    """What became of a commit.

    DONE: all of it is durable. REPEATED: nothing was written, the request's row exists already.
    MOVED: nothing was written, something it builds on has changed. BUSY: nothing was written, the
    store could not take it now. UNKNOWN: no answer came.
    """

    DONE = "done"
    REPEATED = "repeated"
    MOVED = "moved"
    BUSY = "busy"
    UNKNOWN = "unknown"


class StoreUnavailable(Exception):
    """The store does not answer, after the retries that it is given. Worth trying again later."""


class Store(Protocol):
    """Where a coalition's rows are. Every read sees all that was committed before it."""

    def commit(self, commit: Commit) -> Outcome:
        """Writes all or nothing."""

    def wallet(self, wallet: WalletId) -> WalletRow | TallyRow | None:
        """The newest row of a wallet; None before its first."""

    def wallets(self, wallets: Collection[WalletId]) -> Mapping[WalletId, WalletRow | TallyRow]:
        """The newest rows of those wallets that have one."""

    def wallet_history(
        self, wallet: WalletId, before_seq: int | None, limit: int
    ) -> Sequence[WalletRow]:
        """Rows of a wallet's entries, newest first, below before_seq."""

    def wallet_rows(self, wallet: WalletId, after_seq: int, limit: int) -> Sequence[WalletRow]:
        """Rows of a wallet's entries past a seq, oldest first."""

    def wallet_row(self, wallet: WalletId, seq: int) -> WalletRow | None:
        """The row of one entry of a wallet."""

    def wallet_ids(self) -> Iterator[WalletId]:
        """Every wallet that has a row, each at least once, in no order. Reads them all."""

    def transactions(
        self, ids: Collection[TransactionId]
    ) -> Mapping[TransactionId, TransactionRow]: ...

    def governance(self, after_seq: int) -> Sequence[GovernanceRow]:
        """The governance chain past a seq, in order."""

    def sealed_at(self) -> At | None:
        """When the newest block was sealed; None before the first."""

    def record(self, kind: type[R], id_: str) -> Versioned[R] | None: ...

    def records(self, kind: type[R], ids: Collection[str]) -> Mapping[str, Versioned[R]]: ...

    def standing(self, id_: TransactionId) -> tuple[Standing, int] | None:
        """What a transaction still stands at, and the version; None if nothing went back to it."""

    def ledger_rows(self) -> Iterator[GovernanceRow | TransactionRow | WalletRow]:
        """Every row that the ledger consists of, in no order, for whoever verifies it."""
