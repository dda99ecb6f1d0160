"""What a block must state: what the entries before it lead to, and when it may say so.

`BlockRules` goes beside a `ledger.history.History`, which takes the entries of a batch; then it
makes the batch's block again and compares. Only wallets that moved since the block before are
looked at, so a block costs in proportion to its batch.

Time, of all entries of a log (docs/ledger-format.md, "Time"):

    entry        at most 24 hours before the previous block, not after its own block
    governance   not before the previous block
    block        after the previous block
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from ledger.balance_tree import wallet_key, wallet_state
from ledger.blocks import Block, CurrencyBalances, read_block, totals_digest
from ledger.entries import Entry
from ledger.errors import RuleBroken
from ledger.governance import Check
from ledger.history import History
from ledger.names import NO_HASH, At, CurrencyCode, Hash, WalletId, at_moment, at_text
from ledger.sum_tree import SumTree
from ledger.wallets import owed

ENTRY_MAX_AGE = timedelta(hours=24)


class LastBlock(NamedTuple):
    """The newest block, as far as the next one builds on it; height -1: there is none yet."""

    height: int = -1
    at: At = At("")
    hash: Hash = NO_HASH
    size: int = 0


class LateEntry(RuleBroken):
    """An entry of the batch is dated after its block: it is the entry that is wrong."""


class _Currency:
    """All wallets of one currency."""

    def __init__(self) -> None:
        self.tree = SumTree()
        self.arrears = 0
        # Of each wallet in the tree: its key, and its arrears.
        self.wallets: dict[WalletId, tuple[bytes, int]] = {}


class BlockRules:
    """The blocks of a log so far. oldest: what an entry's `at` must not be before; latest: the
    latest `at` in this batch. Both are looked at for every entry, so by whoever goes through them.
    """

    def __init__(self) -> None:
        self.last = LastBlock()
        self.oldest = At("")
        self.latest = At("")
        self._currencies: dict[CurrencyCode, _Currency] = {}

    @property
    def balances(self) -> dict[CurrencyCode, CurrencyBalances]:
        """What the newest block states of wallets."""
        return {
            code: CurrencyBalances(
                _text(own.tree.hash), own.tree.owed, own.arrears, len(own.wallets)
            )
            for code, own in self._currencies.items()
        }

    def go_on(self, last: LastBlock, history: History) -> None:
        """Begins after that block, of which a history has all that it leads to."""
        history.changed.update(history.wallets)
        self._move(history)
        self._follow(last)

    def check_time(self, at: At, *, governance: bool) -> None:
        """Raises RuleBroken for an entry that is too old to stand after the previous block."""
        if at < self.oldest:
            raise RuleBroken("entry.at", f"{self.oldest} or later", at)
        if governance and at < self.last.at:
            raise RuleBroken("governance.at", f"{self.last.at} or later", at)
        self.latest = max(self.latest, at)

    def take(self, history: History, entry: Entry, index: int) -> list[Check]:
        """Takes the next block; returns the signature that it needs. Raises RuleBroken."""
        block = read_block(entry.body)
        self._check_place(block, index)
        check = history.entry_check(entry)
        self._move(history)
        _check_balances(self.balances, block.balances)
        _same("totals", totals_digest(history.totals), block.totals)
        if block.at < self.latest:
            # Only a block that is right in all else shows that an entry before it is not.
            if not check.holds():
                raise check.broken()
            raise LateEntry("entry.at", f"{block.at} or earlier", self.latest)
        self._follow(LastBlock(block.height, block.at, entry.hash, block.size))
        return [check]

    def _check_place(self, block: Block, index: int) -> None:
        last = self.last
        _same("height", last.height + 1, block.height)
        _same("prev", last.hash, block.prev)
        _same("first", last.size, block.first)
        _same("size", index + 1, block.size)
        if block.at <= last.at:
            raise RuleBroken("block.at", f"after {last.at}", block.at)

    def _move(self, history: History) -> None:
        """Takes over the wallets that moved."""
        leaves: dict[CurrencyCode, dict[bytes, tuple[int, bytes]]] = {}
        for code in history.governance.currencies:
            leaves[code] = {}
            if code not in self._currencies:
                self._currencies[code] = _Currency()
        for wallet in history.changed.values():
            own = self._currencies[wallet.currency]
            key, owing = own.wallets.get(wallet.id) or (wallet_key(wallet.id), 0)
            own.wallets[wallet.id] = key, wallet.balances.arrears
            own.arrears += wallet.balances.arrears - owing
            state = sha256(wallet_state(wallet)).digest()
            leaves[wallet.currency][key] = owed(wallet.balances), state
        history.changed.clear()
        for code, changes in leaves.items():
            self._currencies[code].tree.update(changes)

    def _follow(self, last: LastBlock) -> None:
        self.last = last
        self.oldest = _day_before(last.at)
        self.latest = At("")


def _text(hash_: bytes) -> Hash:
    return Hash(b64encode(hash_).decode())


def _day_before(at: At) -> At:
    try:
        return at_text(at_moment(at) - ENTRY_MAX_AGE)
    except OverflowError:
        # The first day that a date can be.
        return At("")


def _check_balances(
    expected: Mapping[CurrencyCode, CurrencyBalances],
    found: Mapping[CurrencyCode, CurrencyBalances],
) -> None:
    _same("balances", sorted(expected), sorted(found))
    for code, row in expected.items():
        for name, one, other in zip(row._fields, row, found[code], strict=True):
            if one != other:
                raise RuleBroken(f"block.balances.{name}", f"{one} {code}", f"{other} {code}")


def _same(name: str, expected: object, found: object) -> None:
    if expected != found:
        raise RuleBroken(f"block.{name}", expected, found)
