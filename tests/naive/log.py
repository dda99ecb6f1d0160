"""A whole exported log: is every byte of it what it has to be, and if not, which entry is wrong?

A directory holds `checkpoint`, `log.vkey` (the log's verifier key), `tile/...`,
`receipts/<tx id>.tlog-proof` and `balances/<wallet>.tlog-proof`.

Which index is named: a fault is of one entry (the entry, or its hash in a tile), or of a range of
entries (a hash in a higher tile), or of no entry (a file that is missing or of another length, the
checkpoint). A range that has a fault of one entry in it says nothing new. Of what then remains the
lowest first index is named; what is of no entry only if there is no other.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.naive.checkpoints import Checkpoint, read_checkpoint, signed_by
from tests.naive.forms import WrongError, b64, parse, read_note, read_vkey, require
from tests.naive.proofs import read_proof, verify_balance, verify_receipt
from tests.naive.rules import Ledger
from tests.naive.trees import Tile, leaf_hash, pack, root, tile_at, tile_hashes, tiles_of, unpack
from tests.naive.wallets import state


class Fault(NamedTuple):
    """Of the entries from `index` to before `end` one is wrong. None: what is wrong is no entry."""

    index: int | None
    rule: str
    found: str
    end: int | None = None


def replay(entries: Sequence[bytes], found: list[Fault] | None = None) -> Ledger:
    """What the entries add up to. Stops at the first that is wrong, and notes it in `found`."""
    ledger = Ledger()
    for index, data in enumerate(entries):
        try:
            ledger.take(data)
        except WrongError as error:
            if found is None:
                raise
            wrong = index if error.index is None else error.index
            found.append(Fault(wrong, error.rule, str(error.found)))
            return ledger
    return ledger


class Directory:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        lines = self.read("log.vkey").decode().splitlines()
        self.log_keys = [read_vkey(line) for line in lines]
        self.faults: list[Fault] = []
        self.ledgers: dict[int, Ledger] = {}

    def read(self, path: str) -> bytes:
        require((self.folder / path).is_file(), "log.missing", path)
        return (self.folder / path).read_bytes()

    def files(self, under: str) -> list[str]:
        paths = sorted((self.folder / under).rglob("*"))
        return [str(path.relative_to(self.folder)) for path in paths if path.is_file()]

    def verify(self) -> Fault | None:
        """The first fault of the log, then of its receipts, then of its balance proofs."""
        try:
            self.checkpoint = read_checkpoint(self.read("checkpoint"), self.log_keys)
            require(self.checkpoint.size, "checkpoint.size", 0)
        except WrongError as error:
            return Fault(None, error.rule, str(error.found))
        self.entries = self.read_entries()
        self.leaves = [leaf_hash(entry) for entry in self.entries]
        self.check_tiles()
        self.ledger = replay(self.entries, self.faults)
        self.check_end()
        self.ledgers[self.checkpoint.size] = self.ledger
        return self.first_fault() or self.first_bad_proof()

    def first_fault(self) -> Fault | None:
        of_entries = [fault for fault in self.faults if fault.index is not None]
        exact = [fault.index for fault in of_entries if fault.end is None]
        said = [
            fault
            for fault in of_entries
            if fault.end is None or not any(fault.index <= index < fault.end for index in exact)
        ]
        of_none = [fault for fault in self.faults if fault.index is None]
        return min(said, key=lambda fault: fault.index, default=next(iter(of_none), None))

    def read_entries(self) -> list[bytes]:
        """Of all bundles, up to the first that is missing or broken."""
        entries: list[bytes] = []
        for tile in tiles_of(self.checkpoint.size):
            if tile.level < 0:
                data = self.tile(tile)
                found = unpack(data or b"", tile.width)
                entries += found
                if len(found) < tile.width:
                    rule = "log.missing" if data is None else "log.bundle"
                    self.faults.append(Fault(None, rule, tile.path))
                    break
        return entries

    def tile(self, tile: Tile) -> bytes | None:
        """A tile's file; where a partial one is gone, what the full one says in its place."""
        if (self.folder / tile.path).is_file():
            return self.read(tile.path)
        full = tile._replace(width=256)
        if not (self.folder / full.path).is_file():
            return None
        data = self.read(full.path)
        if tile.level >= 0:
            return data[: 32 * tile.width]
        return pack(unpack(data, tile.width))

    def check_tiles(self) -> None:
        """Every tile of this size, and every other file: each byte follows from the entries."""
        size = self.checkpoint.size
        for tile in tiles_of(size):
            if self.tile(tile) is None:
                self.faults.append(Fault(None, "log.missing", tile.path))
        for path in self.files("tile"):
            try:
                tile = tile_at(path)
            except WrongError:
                self.faults.append(Fault(None, "log.path", path))
                continue
            if tile.level < 0:
                self.check_bundle(tile)
            else:
                self.check_hashes(tile)
        if len(self.entries) == size and root(self.leaves) != self.checkpoint.root:
            self.faults.append(Fault(None, "checkpoint.root", b64(root(self.leaves))))

    def check_bundle(self, tile: Tile) -> None:
        """Of this size or an earlier one: the same entries, and nothing after them."""
        data = self.read(tile.path)
        found = unpack(data, tile.width)
        for index, entry in enumerate(found, tile.start()):
            if index < len(self.entries) and entry != self.entries[index]:
                self.faults.append(Fault(index, "log.leaf", tile.path))
                return
        if pack(found) != data or len(found) != tile.width:
            self.faults.append(Fault(None, "log.bundle", tile.path))

    def check_hashes(self, tile: Tile) -> None:
        data = self.read(tile.path)
        if len(data) != 32 * tile.width:
            self.faults.append(Fault(None, "log.tile", f"{tile.path}: {len(data)} bytes"))
        for slot, expected in enumerate(tile_hashes(tile, self.leaves)):
            there = data[32 * slot : 32 * slot + 32]
            if len(there) == 32 and there != expected:
                start = tile.start(slot)
                if tile.level:
                    fault = Fault(start, "log.tile", tile.path, start + tile.span)
                else:
                    fault = Fault(start, "log.leaf", tile.path)
                self.faults.append(fault)
                return

    def check_end(self) -> None:
        """The last leaf is a block, and every log key in force then has signed."""
        if self.ledger.size < self.checkpoint.size:
            return
        last, block = self.checkpoint.size - 1, self.ledger.block
        if block is None or block["size"] != self.checkpoint.size:
            self.faults.append(Fault(last, "log.last", "the last leaf is no block"))
            return
        if self.ledger.origin != self.checkpoint.origin:
            self.faults.append(Fault(0, "genesis.origin", self.ledger.origin))
            return
        in_force = self.ledger.log_keys(block["at"])
        try:
            require(set(in_force) & set(self.log_keys), "checkpoint.log_key", "none in force given")
            for key in in_force:
                require(signed_by(self.checkpoint, key), "checkpoint.log_key", key.label)
        except WrongError as error:
            self.faults.append(Fault(None, "checkpoint.log_key", str(error.found)))

    # Receipts and balance proofs

    def first_bad_proof(self) -> Fault | None:
        checks: list[tuple[str, Callable[[str], None]]] = [
            ("receipts", self.check_receipt),
            ("balances", self.check_balance),
        ]
        for folder, check in checks:
            for path in self.files(folder):
                try:
                    check(path)
                except WrongError as error:
                    return Fault(None, error.rule, f"{path}: {error.found}")
        return None

    def check_receipt(self, path: str) -> None:
        proof = read_proof(self.read(path))
        checkpoint = verify_receipt(proof, self.log_keys)
        self.check_same_log(checkpoint)
        require(self.entries[proof.index] == proof.extra, "receipt.entry", proof.index)
        body = parse(read_note(proof.extra or b"").text[:-1])
        require(Path(path).name == f"{body.get('id')}.tlog-proof", "receipt.name", path)

    def check_balance(self, path: str) -> None:
        wallet = Path(path).name.removesuffix(".tlog-proof")
        proof = read_proof(self.read(path))
        shown = verify_balance(proof, wallet, self.log_keys)
        checkpoint = read_checkpoint(proof.checkpoint, self.log_keys)
        self.check_same_log(checkpoint)
        if checkpoint.size not in self.ledgers:
            self.ledgers[checkpoint.size] = replay(self.entries[: checkpoint.size])
        there = self.ledgers[checkpoint.size].wallets.get(wallet)
        if there and there["currency"] == shown["currency"]:
            require(shown["state"] == state(there), "balance.state", shown["state"])
        else:
            require(shown["state"] is None, "balance.state", shown["state"])

    def check_same_log(self, checkpoint: Checkpoint) -> None:
        require(checkpoint.size <= len(self.leaves), "checkpoint.size", checkpoint.size)
        require(checkpoint.root == root(self.leaves[: checkpoint.size]), "checkpoint.root")


def summary(directory: Directory) -> Iterator[str]:
    """What a verified directory says, for people."""
    yield f"{directory.checkpoint.size} entries, root {b64(directory.checkpoint.root)}"
    for code, row in (directory.ledger.block or {}).get("balances", {}).items():
        yield f"{code}: {row['owed']} owed to {row['wallets']} wallets, arrears {row['arrears']}"
