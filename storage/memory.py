"""The in-memory twin of the DynamoDB store: the same semantics, without I/O.

Simulations, benchmarks and tests of use cases run on it. Rows are kept as they were given; they are
frozen records, so nobody can change what was committed.

Like DynamoDB it checks that a row's place is free, not that the place before it is taken: a seq
that skips ahead is for auditors to find.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from threading import Lock
from typing import TypeVar

from ledger.kinds import Standing
from ledger.names import At, TransactionId, WalletId
from loyalty.ports import (
    Commit,
    GovernanceRow,
    Outcome,
    R,
    Record,
    TallyRow,
    TransactionRow,
    Versioned,
    WalletRow,
)
from sealing.ports import Head
from storage.commits import check_commit

Row = TypeVar("Row")


class MemoryStore:
    """A `loyalty.ports.Store` that forgets everything when the process ends.

    lock, head: shared with `storage.memory_log.MemoryHeads`, whose items are in the same table.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.head: Head | None = None
        self._transactions: dict[TransactionId, TransactionRow] = {}
        self._wallets: dict[WalletId, list[WalletRow]] = {}
        self._tallies: dict[WalletId, TallyRow] = {}
        self._governance: list[GovernanceRow] = []
        self._records: dict[tuple[type[Record], str], Versioned[Record]] = {}
        self._standings: dict[TransactionId, tuple[Standing, int]] = {}

    def commit(self, commit: Commit) -> Outcome:
        check_commit(commit)
        with self.lock:
            if commit.transactions and commit.transactions[0].id in self._transactions:
                return Outcome.REPEATED
            if not self._holds(commit):
                return Outcome.MOVED
            self._write(commit)
        return Outcome.DONE

    def _holds(self, commit: Commit) -> bool:
        """Whether everything that the commit builds on is as it says."""
        return (
            not any(row.id in self._transactions for row in commit.transactions)
            and all(
                self._stands(row.wallet.id, row.wallet.seq) == row.replaces
                for row in commit.wallets
            )
            and all(
                self._stands(row.wallet.id, row.wallet.seq + 1) == row.version - 1
                for row in commit.tallies
            )
            and not any(self.governance_row(row.seq) for row in commit.governance)
            and not self._sealed_past(commit.governance_at)
            and all(
                put.replaces == self._version(self._records.get((type(put.record), put.id)))
                for put in commit.records
            )
            and all(
                put.replaces == self._standings.get(put.standing.id, (None, 0))[1]
                for put in commit.standings
            )
        )

    def _stands(self, wallet: WalletId, place: int) -> int:
        """The version of the tally row at a place; 0 if the place is free, -1 if it never will."""
        if self.wallet_row(wallet, place):
            return -1
        tally = self._tallies.get(wallet)
        return tally.version if tally and tally.wallet.seq + 1 == place else 0

    def _sealed_past(self, at: At | None) -> bool:
        return at is not None and self.head is not None and self.head.at > at

    def _write(self, commit: Commit) -> None:
        for row in commit.transactions:
            self._transactions[row.id] = row
        for wallet_row in commit.wallets:
            kept = wallet_row._replace(replaces=0)
            insort(self._wallets.setdefault(kept.wallet.id, []), kept, key=_wallet_seq)
            self._tallies.pop(kept.wallet.id, None)
        for tally in commit.tallies:
            self._tallies[tally.wallet.id] = tally
        for entry in commit.governance:
            insort(self._governance, entry, key=_governance_seq)
        for put in commit.records:
            key = (type(put.record), put.id)
            self._records[key] = Versioned(put.record, put.replaces + 1)
        for left in commit.standings:
            self._standings[left.standing.id] = (left.standing, left.replaces + 1)

    @staticmethod
    def _version(found: Versioned[Record] | None) -> int:
        return 0 if found is None else found.version

    def wallet(self, wallet: WalletId) -> WalletRow | TallyRow | None:
        rows = self._wallets.get(wallet)
        return self._tallies.get(wallet) or (rows[-1] if rows else None)

    def wallets(self, wallets: Collection[WalletId]) -> Mapping[WalletId, WalletRow | TallyRow]:
        rows = {id_: self.wallet(id_) for id_ in wallets}
        return {id_: row for id_, row in rows.items() if row is not None}

    def wallet_history(
        self, wallet: WalletId, before_seq: int | None, limit: int
    ) -> Sequence[WalletRow]:
        rows = self._wallets.get(wallet, [])
        end = len(rows)
        if before_seq is not None:
            end = bisect_left(rows, before_seq, key=_wallet_seq)
        return rows[max(end - limit, 0) : end][::-1]

    def wallet_rows(self, wallet: WalletId, after_seq: int, limit: int) -> Sequence[WalletRow]:
        rows = self._wallets.get(wallet, [])
        first = bisect_right(rows, after_seq, key=_wallet_seq)
        return rows[first : first + limit]

    def wallet_row(self, wallet: WalletId, seq: int) -> WalletRow | None:
        return _found(self._wallets.get(wallet, ()), seq, _wallet_seq)

    def wallet_ids(self) -> Iterator[WalletId]:
        with self.lock:
            ids = [*self._wallets, *(self._tallies.keys() - self._wallets.keys())]
        yield from ids

    def transactions(
        self, ids: Collection[TransactionId]
    ) -> Mapping[TransactionId, TransactionRow]:
        return {id_: self._transactions[id_] for id_ in ids if id_ in self._transactions}

    def governance(self, after_seq: int) -> Sequence[GovernanceRow]:
        rows = self._governance
        return rows[bisect_right(rows, after_seq, key=_governance_seq) :]

    def governance_row(self, seq: int) -> GovernanceRow | None:
        """One entry of the governance chain."""
        return _found(self._governance, seq, _governance_seq)

    def sealed_at(self) -> At | None:
        head = self.head
        return None if head is None else head.at

    def record(self, kind: type[R], id_: str) -> Versioned[R] | None:
        return self._records.get((kind, id_))  # type: ignore[return-value]

    def records(self, kind: type[R], ids: Collection[str]) -> Mapping[str, Versioned[R]]:
        found = {id_: self.record(kind, id_) for id_ in ids}
        return {id_: row for id_, row in found.items() if row is not None}

    def standing(self, id_: TransactionId) -> tuple[Standing, int] | None:
        return self._standings.get(id_)

    def ledger_rows(self) -> Iterator[GovernanceRow | TransactionRow | WalletRow]:
        with self.lock:
            rows: list[GovernanceRow | TransactionRow | WalletRow] = [
                *self._governance,
                *self._transactions.values(),
                *(row for chain in self._wallets.values() for row in chain),
            ]
        yield from rows


def _wallet_seq(row: WalletRow) -> int:
    return row.wallet.seq


def _governance_seq(row: GovernanceRow) -> int:
    return row.seq


def _found(rows: Sequence[Row], seq: int, seq_of: Callable[[Row], int]) -> Row | None:
    """The row of that seq among rows in order of seq."""
    position = bisect_left(rows, seq, key=seq_of)
    return rows[position] if position < len(rows) and seq_of(rows[position]) == seq else None
