"""Which committed transactions are sealed next, and in what order.

A transaction is ready when, for each of its wallets, the seq before is sealed or stands earlier in
the batch, and when it is not dated after the batch. What is not ready waits for another batch, with
all that builds on it. Nothing here reads or writes: rows come in, an order comes out.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from ledger.canonical import MAX_INTEGER
from ledger.names import At, CurrencyCode, TransactionId, WalletId, entry_hash
from ledger.wallets import Wallet
from loyalty.ports import WalletRow
from sealing.stopped import Reason, SealingStopped


class Committed(NamedTuple):
    """A transaction as it was committed, and the wallets as it left them, by its rows.

    links: seq by wallet, as the entry states them.
    """

    id: TransactionId
    data: bytes
    at: At
    body: Mapping[str, Any]
    links: Mapping[WalletId, int]


class Chain(NamedTuple):
    """A wallet's rows that are not sealed, oldest first; sealed: the seq up to which it is."""

    sealed: int
    rows: Sequence[WalletRow]


class Batch(NamedTuple):
    """Transactions in the order in which they are sealed, and each wallet as they leave it.

    opened: the wallets that are new; past_limit: transactions held back, because no block could
    state a sum that they lead to.
    """

    transactions: Sequence[Committed]
    wallets: Mapping[WalletId, Wallet]
    opened: Mapping[WalletId, Wallet]
    past_limit: Sequence[Committed] = ()

    def outside(self) -> Iterator[tuple[str, CurrencyCode, int]]:
        """The postings to accounts that are not a wallet's."""
        for each in self.transactions:
            for account, currency, amount in each.body["postings"]:
                if not account.startswith("wallet:"):
                    yield account, currency, amount

    def arrears(self) -> Iterator[tuple[CurrencyCode, int]]:
        """The postings to wallets' arrears."""
        for each in self.transactions:
            for account, currency, amount in each.body["postings"]:
                if account.endswith(":arrears"):
                    yield currency, amount


class Sums:
    """What a block states sums of: accounts, what wallets are owed, what they owe."""

    def __init__(self, sums: Mapping[tuple[str, CurrencyCode], int]) -> None:
        """sums: by account, or `owed` or `arrears`, and currency, before the batch."""
        self._sums = dict(sums)

    def take(self, each: Committed) -> bool:
        """Adds a transaction, unless a sum would pass 2^53 - 1. Returns whether it did."""
        after: dict[tuple[str, CurrencyCode], int] = {}
        for account, currency, amount in each.body["postings"]:
            name = account
            if account.startswith("wallet:"):
                name = "arrears" if account.endswith(":arrears") else "owed"
            key = (name, currency)
            after[key] = after.get(key, self._sums.get(key, 0)) + amount
        if any(not -MAX_INTEGER <= amount <= MAX_INTEGER for amount in after.values()):
            return False
        self._sums |= after
        return True


def committed(id_: TransactionId, data: bytes) -> Committed:
    """Reads what the sealer needs of an entry. Raises SealingStopped for what the coalition cannot
    have written."""
    try:
        body = orjson.loads(data[: data.index(b"\n")])
        links = {link["wallet"]: link["seq"] for link in body["chains"]}
        return Committed(id_, data, body["at"], body, links)
    except (ValueError, KeyError, TypeError) as error:
        raise SealingStopped(Reason.DAMAGED, f"an entry at T/{id_}", repr(error)) from None


def ready(
    chains: Mapping[WalletId, Chain],
    transactions: Mapping[TransactionId, Committed],
    now: At,
    limit: int,
    sums: Sums,
) -> Batch:
    """The transactions that can be sealed, at most `limit`. Raises SealingStopped."""
    rows = {(wallet, row.wallet.seq): row for wallet, chain in chains.items() for row in chain.rows}
    reached = {wallet: chain.sealed for wallet, chain in chains.items()}
    first = [chain.rows[0] for chain in chains.values() if chain.rows]
    # The oldest first: an entry that waits too long can never be sealed.
    waiting = deque(row.transaction for row in sorted(first, key=_at))
    taken: dict[TransactionId, Committed] = {}
    wallets: dict[WalletId, Wallet] = {}
    opened: dict[WalletId, Wallet] = {}
    past_limit: list[Committed] = []
    while waiting and len(taken) < limit:
        id_ = waiting.popleft()
        each = transactions.get(id_)
        if each is None or id_ in taken or each.at > now:
            continue
        if any(reached.get(wallet, seq) != seq - 1 for wallet, seq in each.links.items()):
            continue
        if not all((wallet, seq) in rows for wallet, seq in each.links.items()):
            continue
        if not sums.take(each):
            past_limit.append(each)
            continue
        taken[id_] = each
        for wallet, seq in each.links.items():
            row = rows[wallet, seq]
            _check_row(row, each)
            reached[wallet] = seq
            wallets[wallet] = row.wallet
            if seq == 1:
                opened[wallet] = row.wallet
            following = rows.get((wallet, seq + 1))
            if following is not None:
                waiting.append(following.transaction)
    return Batch(tuple(taken.values()), wallets, opened, past_limit)


def _at(row: WalletRow) -> At:
    return row.wallet.at


def _check_row(row: WalletRow, each: Committed) -> None:
    """The row states what its entry does: a block is made of rows, and judged by entries."""
    wallet = row.wallet
    link = next(link for link in each.body["chains"] if link["wallet"] == wallet.id)
    expected = (each.id, entry_hash(each.data), each.at, link["after"])
    found = (row.transaction, wallet.head, wallet.at, wallet.balances._asdict())
    if expected != found:
        raise SealingStopped(Reason.ROW, expected, found)
