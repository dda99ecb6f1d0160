"""What the published log shows: proofs for whoever asks, and the log's own files.

Proofs are of the published checkpoint, with the cosignatures it has by then. A balance proof also
reads the pages of that block, which are the head's: while a newer head is being published there is
none for a moment, and StoreUnavailable says so.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.balance_proofs import balance_extra
from ledger.balance_reads import path
from ledger.balance_tree import EMPTY_ROOT, wallet_key, wallet_state
from ledger.blocks import Block, read_block
from ledger.checkpoints import CHECKPOINT, Checkpoint
from ledger.entries import read_entry
from ledger.errors import RuleBroken
from ledger.names import CurrencyCode, Hash, TransactionId, WalletId
from ledger.proofs import Proof, write_proof
from ledger.tiles import Tile, TileReader, parse_path
from ledger.tree import consistency_proof, inclusion_proof
from loyalty.ports import StoreUnavailable
from sealing.pages import Pages
from sealing.ports import Heads, Objects, Rows
from sealing.position import CurrencyPosition, read_position
from sealing.publication import checkpoint_of, is_published, published
from sealing.stopped import Reason, SealingStopped

_PAGES_CACHED = 1_000


class _Published(NamedTuple):
    """note: the checkpoint with its cosignatures; tree: reads its tiles."""

    note: bytes
    checkpoint: Checkpoint
    tree: TileReader


class SealedBlock(NamedTuple):
    """hash: the entry hash of the block."""

    block: Block
    hash: Hash


class Prover:
    """Proofs from one coalition's published log. Reads only; safe to share between threads.

    log: the published objects; own: the sealer's, for its pages.
    """

    def __init__(self, rows: Rows, heads: Heads, log: Objects, own: Objects) -> None:
        self._rows = rows
        self._heads = heads
        self._log = log
        self._own = own
        # The tree of the newest checkpoint, with the tiles that were read of it.
        self._tree = TileReader(0, self._tile)

    def read(self, file: str) -> bytes | None:
        """A published file by its C2SP path. Raises RuleBroken for a path that no log has."""
        if file != CHECKPOINT:
            parse_path(file)
        return self._log.read(file)

    def checkpoint(self) -> bytes | None:
        """The published note, with the cosignatures gathered; None before the first block."""
        note = published(self._log)
        return note and note.data

    def check_head(self) -> None:
        """Raises SealingStopped where the table is behind the published log, or has another: it was
        put back from a backup. What the sealer refuses at its first step."""
        # In this order: what was published before the head is read is never ahead of it.
        note, head = published(self._log), self._heads.read()
        if note is not None and head is None:
            raise SealingStopped(Reason.REWOUND, "a head", "a published log without one")
        if head is not None:
            is_published(note and note.data, checkpoint_of(head.checkpoint))

    def index(self, id_: TransactionId) -> int | None:
        """Where a transaction stands in the published log; None while it does not."""
        index, now = self._heads.index(id_), self._published()
        return index if index is not None and now and index < now.checkpoint.size else None

    def receipt(self, id_: TransactionId) -> bytes | None:
        """A tlog-proof file that a transaction is in the log; None while it is not."""
        index, now = self._heads.index(id_), self._published()
        if index is None or now is None or index >= now.checkpoint.size:
            return None
        return write_proof(_proof(now, index, now.tree.entry(index)))

    def balance_proof(self, wallet: WalletId, currency: CurrencyCode) -> bytes | None:
        """A tlog-proof file of what a wallet is owed, or that it has no entry yet; None before the
        first block. Raises RuleBroken for a currency that the block does not have."""
        now, head = self._published(), self._heads.read()
        if now is None or head is None:
            return None
        if checkpoint_of(head.checkpoint) != now.checkpoint:
            raise StoreUnavailable("a newer block is being published: ask again in a second")
        balances = read_position(head.position).balances
        if currency not in balances:
            raise RuleBroken("balance.currency", sorted(balances), currency)
        root = balances.get(currency, CurrencyPosition(EMPTY_ROOT)).root
        way = path(root, wallet_key(wallet), Pages(self._own, _PAGES_CACHED).read)
        state = None
        if way.leaf is not None:
            row = self._rows.wallet_rows(wallet, way.leaf.seq - 1, 1)
            state = wallet_state(row[0].wallet)
        block = now.tree.entry(now.checkpoint.size - 1)
        extra = balance_extra(block, wallet, currency, state, way)
        return write_proof(_proof(now, now.checkpoint.size - 1, extra))

    def consistency(self, old: int) -> list[bytes]:
        """That the log of an old size is the beginning of the published one. Raises RuleBroken."""
        now = self._published()
        if now is None:
            raise RuleBroken("log.consistency", "a published checkpoint", None)
        return consistency_proof(old, now.checkpoint.size, now.tree)

    def blocks(self, before_size: int | None, limit: int) -> list[SealedBlock]:
        """Blocks, newest first; before_size: the `size` of the one to go on after."""
        now = self._published()
        if now is None:
            return []
        found: list[SealedBlock] = []
        size = now.checkpoint.size
        if before_size is not None:
            size = read_block(_block_body(now, before_size)).first
        while size > 0 and len(found) < limit:
            entry = read_entry(now.tree.entry(size - 1))
            block = read_block(entry.body)
            found.append(SealedBlock(block, entry.hash))
            size = block.first
        return found

    def _published(self) -> _Published | None:
        note = published(self._log)
        if note is None:
            return None
        checkpoint, tree = checkpoint_of(note.data), self._tree
        if tree.size != checkpoint.size:
            tree = self._tree = TileReader(checkpoint.size, self._tile)
        return _Published(note.data, checkpoint, tree)

    def _tile(self, tile: Tile) -> bytes | None:
        return self._log.read(tile.path)


def _proof(now: _Published, index: int, extra: bytes) -> Proof:
    hashes: Sequence[bytes] = inclusion_proof(index, now.checkpoint.size, now.tree)
    return Proof(extra, index, tuple(hashes), now.note)


def _block_body(now: _Published, size: int) -> dict[str, object]:
    if not 0 < size <= now.checkpoint.size:
        raise RuleBroken("block.size", f"the size of a block, to {now.checkpoint.size}", size)
    return dict(read_entry(now.tree.entry(size - 1)).body)
