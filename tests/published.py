"""A published log to audit, and to tamper with.

`Log` is a `Writer` whose entries are sealed in blocks and published as files; `files_of` publishes
any leaves at all, as an operator can who holds every key.
"""

from collections.abc import Sequence
from pathlib import Path

from bench.logs import LogMaker
from ledger.audit import Audited, audit
from ledger.checkpoints import Checkpoint
from ledger.entries import Entry
from ledger.notes import Signer, sign_note
from ledger.tiles import GrowingTree
from tests.unit.ledger.strategies import ENTRIES, LOG, ORIGIN, Writer

Files = dict[str, bytes]


class Log(Writer):
    """leaves: of the log so far, blocks among them."""

    def __init__(self, *, founded: bool = True) -> None:
        super().__init__(founded=False)
        self.leaves: list[bytes] = []
        self.maker = LogMaker(ORIGIN, ENTRIES, self.history)
        self._published: Files = {}
        self._sealed = 0
        if founded:
            self.found()
            self.seal()

    def seal(self, **changes: object) -> Entry:
        """Ends the batch with its block; changes: members of the block that are to be others."""
        batch = [entry.data for entry in self.entries[self._sealed :]]
        self._sealed = len(self.entries)
        self.maker.append(batch)
        block = self.maker.seal(self.at, **changes)
        self.leaves += [*batch, block.data]
        self.wait(seconds=1)
        return block

    def publish(self, *log_signers: Signer) -> Files:
        """All files as of the last block, signed by these log keys."""
        self._published |= self.maker.take_tiles()
        note = sign_note(self.maker.checkpoint.text, *(log_signers or (LOG,)))
        return {**self._published, "checkpoint": note}

    def earns(self, count: int) -> None:
        """So many earns, of seven wallets."""
        for number in range(count):
            self.earn(self.wallet(f"member {number % 7}"), "acme", 10 + number)


def files_of(leaves: Sequence[bytes], *log_signers: Signer, origin: str = ORIGIN) -> Files:
    """A published log of these leaves, whatever they are."""
    tree = GrowingTree()
    tree.append(leaves)
    files = {tile.path: data for tile, data in tree.take_tiles().items()}
    checkpoint = Checkpoint(origin, tree.size, tree.root())
    return {**files, "checkpoint": sign_note(checkpoint.text, *(log_signers or (LOG,)))}


class Memory:
    """A `ledger.audit_files.Source`. reads: the paths that were asked for."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.reads: list[str] = []

    def read(self, path: str) -> bytes | None:
        self.reads.append(path)
        return self.files.get(path)


def audited(files: Files, **more: object) -> Audited:
    """An audit on one core, with the log's true key."""
    return audit(Memory(files), [LOG.verifier], cores=1, **more)  # type: ignore[arg-type]


def named(files: Files, **more: object) -> tuple[int | None, str]:
    """Index and rule of the fault of a log. Fails if it has none."""
    fault = audited(files, **more).fault
    assert fault is not None, "nothing was refused"
    assert str(fault).isprintable()
    return fault.position, fault.rule


def write(files: Files, folder: Path) -> Path:
    """Writes a log into a folder, by its paths."""
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder
