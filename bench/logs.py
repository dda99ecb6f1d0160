"""Published logs to measure and to test on: entries sealed in blocks, in memory, as C2SP paths."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from bench.ledgers import ORIGIN, LedgerMaker
from ledger.balance_tree import EMPTY_ROOT, Root, leaf_of
from ledger.balance_updates import updated
from ledger.blocks import Block, CurrencyBalances, block_body, totals_digest
from ledger.checkpoints import Checkpoint
from ledger.entries import Entry, sign_entry
from ledger.history import History
from ledger.names import NO_HASH, At, CurrencyCode, Hash
from ledger.notes import Signer, sign_note
from ledger.pages import MemoryPages
from ledger.tiles import GrowingTree

BLOCK_ENTRIES = 1_000

Write = Callable[[str, bytes], object]


class LogMaker:
    """Seals whatever entries it is given; a block states what the history leads to."""

    def __init__(self, origin: str, entry_signer: Signer, history: History) -> None:
        self.tree = GrowingTree()
        self.blocks: list[Entry] = []
        self._origin = origin
        self._signer = entry_signer
        self._history = history
        self._pages = MemoryPages()
        self._roots: dict[CurrencyCode, Root] = {}
        self._first = 0

    def append(self, entries: Sequence[bytes]) -> None:
        """Appends entries that the history has taken."""
        self.tree.append(entries)

    def seal(self, at: At, **changes: object) -> Entry:
        """Ends a batch with its block. changes: members of it that are to be others."""
        return self.put_block({**block_body(self.block(at)), **changes})

    def block(self, at: At) -> Block:
        """What the next block states."""
        return Block(
            len(self.blocks),
            at,
            self.blocks[-1].hash if self.blocks else NO_HASH,
            self._first,
            self.tree.size + 1,
            self._balances(),
            totals_digest(self._history.totals),
        )

    def put_block(self, body: Mapping[str, object]) -> Entry:
        """Appends a block, whatever it says."""
        entry = sign_entry(body, self._signer)
        self.tree.append([entry.data])
        self._first = self.tree.size
        self.blocks.append(entry)
        return entry

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint(self._origin, self.tree.size, self.tree.root())

    def take_tiles(self) -> dict[str, bytes]:
        """The files that are new since the last call, by path."""
        return {tile.path: data for tile, data in self.tree.take_tiles().items()}

    def _balances(self) -> dict[CurrencyCode, CurrencyBalances]:
        history = self._history
        changed = list(history.changed.values())
        history.changed.clear()
        balances = {}
        for code in history.governance.currencies:
            leaves = [leaf_of(wallet) for wallet in changed if wallet.currency == code]
            root = self._roots.get(code, EMPTY_ROOT)
            root = updated(root, leaves, self._pages.take, self._pages.write)
            self._roots[code] = root
            own = [wallet for wallet in history.wallets.values() if wallet.currency == code]
            arrears = sum(wallet.balances.arrears for wallet in own)
            hash_ = Hash(b64encode(root.hash).decode())
            balances[code] = CurrencyBalances(hash_, root.owed, arrears, len(own))
        return balances


def sealed(maker: LedgerMaker, transactions: int, write: Write) -> Checkpoint:
    """A ledger of so many transactions, sealed in blocks of 1,000 entries and published."""
    log = LogMaker(ORIGIN, maker.entry_signer, maker.history)
    entries = maker.each(transactions)
    while batch := list(islice(entries, BLOCK_ENTRIES - 1)):
        log.append([entry.data for entry in batch])
        log.seal(maker.history.at)
        for path, data in log.take_tiles().items():
            write(path, data)
    write("checkpoint", sign_note(log.checkpoint.text, maker.log_signer))
    return log.checkpoint
