"""A small coalition whose ledger is sealed: in memory, with its clock and randomness in hand."""

from datetime import timedelta
from random import Random

from ledger.balance_tree import Root
from ledger.checkpoints import CHECKPOINT, Checkpoint, opened
from ledger.names import CurrencyCode, WalletId
from ledger.notes import SeedSigner
from sealing.ports import Heads, Objects, Rows
from sealing.position import Position, read_position
from sealing.sealer import Keys, Progress, Sealer
from storage.memory import MemoryStore
from storage.memory_log import MemoryHeads, MemoryObjects
from tests.coalition import OPERATOR, House
from tests.signing import ORIGIN

LOG_KEY = SeedSigner(ORIGIN, b"l" * 32)
"""The log key that `House` founds its coalition with."""


class SealedHouse(House):
    """A `House` with a sealer and the log that it publishes. keys: who signs that."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        super().__init__(store)
        self.keys = Keys((LOG_KEY,), self.coalition.entry_signer)
        self.heads = MemoryHeads(self.store)
        self.log = MemoryObjects()
        self.own = MemoryObjects()
        self.sealer = self.new_sealer()

    def new_sealer(
        self,
        rows: Rows | None = None,
        heads: Heads | None = None,
        log: Objects | None = None,
        own: Objects | None = None,
        *,
        seed: int = 8,
        batch_entries: int = 1_000,
    ) -> Sealer:
        """One that has just started, on these ports or the house's own."""
        return Sealer(
            ORIGIN,
            rows or self.store,
            heads or self.heads,
            log or self.log,
            own or self.own,
            self.keys,
            lambda: self.clock,
            Random(seed).randbytes,
            batch_entries,
        )

    def wait(self, **by: float) -> None:
        self.clock += timedelta(**(by or {"seconds": 1}))

    def wallets(self) -> frozenset[WalletId]:
        return frozenset(self.store.wallet_ids())

    def sealed(self) -> Progress:
        """A second later, everything there is goes into blocks."""
        self.wait()
        return self.sealer.drain(self.wallets())

    def done_currency(self) -> None:
        """A governance entry more."""
        code = f"C{self.coalition.governance().seq}"
        self.done(OPERATOR, "createCurrency", self.input(code=code, decimals=0))

    def published(self) -> Checkpoint:
        note = self.log.read(CHECKPOINT)
        assert note is not None
        return opened(note, [LOG_KEY.verifier])

    def position(self) -> Position:
        head = self.heads.read()
        assert head is not None
        return read_position(head.position)

    def root(self, currency: str = "STARS") -> Root:
        return self.position().balances[CurrencyCode(currency)].root


def waiting_house() -> SealedHouse:
    """One whose governance is sealed, and in which a purchase waits to be."""
    house = SealedHouse()
    house.sealed()
    house.earned(house.enrolled(), 5)
    house.wait()
    return house
