"""Making a block: from what is sealed and a batch, all that the next checkpoint covers.

Nothing here reads or writes but pages, and those through `Pages`, which keeps what it writes until
it is saved.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.balance_tree import EMPTY_ROOT, leaf_of
from ledger.balance_updates import updated
from ledger.blocks import (
    Block,
    CurrencyBalances,
    Totals,
    block_body,
    read_block,
    totals_digest,
    totals_json,
)
from ledger.canonical import MAX_INTEGER
from ledger.checkpoints import Checkpoint
from ledger.entries import Entry, sign_entry
from ledger.errors import RuleBroken
from ledger.names import NO_HASH, At, CurrencyCode, Hash
from ledger.notes import Signer
from ledger.tiles import GrowingTree
from sealing.batch import Batch
from sealing.pages import Pages
from sealing.position import CurrencyPosition, Position
from sealing.publication import Bundle
from sealing.stopped import Reason, SealingStopped


class Sealed(NamedTuple):
    """What is sealed, as far as the next block builds on it. tree: the log's right edge."""

    position: Position | None
    totals: Totals
    tree: GrowingTree


class Made(NamedTuple):
    """A block in memory: what is sealed with it, its checkpoint, and what publishing it takes."""

    sealed: Sealed
    checkpoint: Checkpoint
    bundle: Bundle


def make(
    before: Sealed,
    at: At,
    batch: Batch,
    governance: Sequence[Entry],
    governance_seq: int,
    currencies: Iterable[CurrencyCode],
    pages: Pages,
    origin: str,
    entry_signer: Signer,
) -> Made:
    """Appends governance, the batch and its block. before.tree is moved on: who fails after this
    begins again from a head. Raises SealingStopped where a sum passes what a block can state."""
    position, tree = before.position, before.tree
    first, follows = tree.size, tree.root()
    entries = [*(entry.data for entry in governance), *(each.data for each in batch.transactions)]
    totals = _totals(before.totals, batch)
    balances = _balances(position, batch, currencies, pages)
    height = position.height + 1 if position else 0
    size = first + len(entries) + 1
    try:
        block = Block(
            height,
            at,
            position.block if position else NO_HASH,
            first,
            size,
            {code: _stated(row) for code, row in balances.items()},
            totals_digest(totals),
        )
        entry = sign_entry(block_body(block), entry_signer)
    except RuleBroken as broken:
        raise SealingStopped(Reason.LIMIT, f"sums within {MAX_INTEGER}", broken) from None
    tree.append([*entries, entry.data])
    place = pages.append(totals_json(totals))
    start = first + len(governance)
    places = {each.id: start + number for number, each in enumerate(batch.transactions)}
    tiles = {tile.path: data for tile, data in tree.take_tiles().items()}
    after = Position(height, at, entry.hash, size, governance_seq, balances, place)
    return Made(
        Sealed(after, totals, tree),
        Checkpoint(origin, size, tree.root()),
        Bundle(tiles, places, follows),
    )


def check_position(position: Position, totals: Totals, entry: Entry) -> None:
    """Raises RuleBroken unless the sealer's own notes are what the last block says."""
    block = read_block(entry.body)
    stated = {code: _stated(row) for code, row in position.balances.items()}
    noted = (position.height, position.at, position.block, position.size, stated)
    found = (block.height, block.at, entry.hash, block.size, block.balances)
    if noted != found:
        raise RuleBroken("sealer.position", found, noted)
    if totals_digest(totals) != block.totals:
        raise RuleBroken("sealer.totals", block.totals, totals_digest(totals))


def _totals(before: Totals, batch: Batch) -> Totals:
    totals = dict(before)
    for account, currency, amount in batch.outside():
        totals[account, currency] = totals.get((account, currency), 0) + amount
    return totals


def _balances(
    position: Position | None, batch: Batch, currencies: Iterable[CurrencyCode], pages: Pages
) -> dict[CurrencyCode, CurrencyPosition]:
    before = position.balances if position else {}
    arrears = _sums(batch.arrears())
    balances = {}
    for code in sorted(currencies):
        root, owing, wallets = before.get(code, CurrencyPosition(EMPTY_ROOT))
        leaves = [leaf_of(wallet) for wallet in batch.wallets.values() if wallet.currency == code]
        if leaves:
            root = updated(root, leaves, pages.take, pages.write)
        wallets += sum(wallet.currency == code for wallet in batch.opened.values())
        balances[code] = CurrencyPosition(root, owing + arrears.get(code, 0), wallets)
    return balances


def _sums(amounts: Iterable[tuple[CurrencyCode, int]]) -> dict[CurrencyCode, int]:
    sums: dict[CurrencyCode, int] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, 0) + amount
    return sums


def _stated(row: CurrencyPosition) -> CurrencyBalances:
    root = Hash(b64encode(row.root.hash).decode())
    return CurrencyBalances(root, row.root.owed, row.arrears, row.wallets)
