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
from typing import Any, NamedTuple

from tests.naive.forms import (
    H,
    Key,
    WrongError,
    b64,
    canon,
    cosigned,
    holds,
    is_base32_id,
    is_currency,
    is_day,
    is_id,
    is_text,
    is_whole,
    parse,
    read_note,
    read_vkey,
    require,
    unb64,
)
from tests.naive.rules import Ledger
from tests.naive.trees import (
    EMPTY,
    LIMIT,
    Leaf,
    Tile,
    bit,
    leaf_hash,
    leaf_sum,
    pack,
    root,
    root_by_inclusion,
    root_by_path,
    tile_at,
    tile_hashes,
    tiles_of,
    unpack,
    wallet_key,
)
from tests.naive.wallets import PARTS, state

Body = dict[str, Any]


class Fault(NamedTuple):
    """Of the entries from `index` to before `end` one is wrong. None: what is wrong is no entry."""

    index: int | None
    rule: str
    found: str
    end: int | None = None


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes
    text: bytes
    signatures: list[tuple[str, bytes, bytes]]


class Proof(NamedTuple):
    extra: bytes | None
    index: int
    hashes: list[bytes]
    checkpoint: bytes


# Checkpoints


def read_checkpoint(data: bytes, log_keys: Sequence[Key]) -> Checkpoint:
    """A checkpoint that one of these keys signed, and of which none signed anything wrong."""
    note = read_note(data)
    lines = note.text.decode().split("\n")
    require(len(lines) == 4 and lines[3] == "", "checkpoint.form", lines)
    origin, size, root_ = lines[:3]
    require(is_text(size, "0|[1-9][0-9]{0,18}") and int(size) < 2**63, "checkpoint.size", size)
    checkpoint = Checkpoint(origin, int(size), unb64(root_, 32), note.text, note.signatures)
    by = [key for key in log_keys if signed_by(checkpoint, key)]
    require(by, "checkpoint.signature", "no known key")
    require(any(key.name == origin for key in by), "checkpoint.origin", origin)
    require(checkpoint.size or checkpoint.root == root([]), "checkpoint.root", root_)
    return checkpoint


def signed_by(checkpoint: Checkpoint, key: Key) -> bool:
    found = False
    for name, id_, signature in checkpoint.signatures:
        if (name, id_) == (key.name, key.id):
            require(holds(key, checkpoint.text, signature), "checkpoint.signature", key.label)
            found = True
    return found


def cosigned_by(checkpoint: Checkpoint, witness: Key) -> int | None:
    """When a witness cosigned last, if it did."""
    found = None
    for name, id_, blob in checkpoint.signatures:
        if (name, id_) == (witness.name, witness.id):
            at = int.from_bytes(blob[:8], "big")
            require(len(blob) == 72 and at < 2**63, "cosignature.form", name)
            right = holds(witness, cosigned(checkpoint.text, at), blob[8:])
            require(right, "cosignature.signature", name)
            found = max(at, found or 0)
    return found


# Entries


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


# The directory


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


def read_proof(data: bytes) -> Proof:
    """c2sp.org/tlog-proof@v1"""
    head, blank, checkpoint = data.partition(b"\n\n")
    require(blank, "proof.form")
    try:
        lines = head.decode().split("\n")
    except UnicodeDecodeError as error:
        raise WrongError("proof.form") from error
    require(lines.pop(0) == "c2sp.org/tlog-proof@v1", "proof.form", lines)
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = unb64(lines.pop(0).removeprefix("extra "))
    require(lines and is_text(lines[0], "index (0|[1-9][0-9]{0,18})"), "proof.index", lines)
    index = int(lines.pop(0).removeprefix("index "))
    return Proof(extra, index, [unb64(line, 32) for line in lines], checkpoint)


def check_inclusion(proof: Proof, leaf: bytes, checkpoint: Checkpoint) -> None:
    found = root_by_inclusion(leaf, proof.index, checkpoint.size, proof.hashes)
    require(found == checkpoint.root, "log.inclusion", b64(found))


def verify_receipt(proof: Proof, log_keys: Sequence[Key]) -> Checkpoint:
    checkpoint = read_checkpoint(proof.checkpoint, log_keys)
    if proof.extra is None:
        raise WrongError("receipt.extra")
    check_inclusion(proof, leaf_hash(proof.extra), checkpoint)
    note = read_note(proof.extra)
    require(len(note.signatures) == 1, "entry.signatures", len(note.signatures))
    require(type(parse(note.text[:-1])) is dict, "entry.type")
    return checkpoint


def verify_balance(proof: Proof, wallet: str, log_keys: Sequence[Key]) -> Body:
    """What a balance proof shows of a wallet: {"currency", "owed", "state"}."""
    checkpoint = read_checkpoint(proof.checkpoint, log_keys)
    if proof.extra is None:
        raise WrongError("balance.extra")
    extra = parse(proof.extra)
    must = {"block", "wallet", "currency", "path"}
    fits = type(extra) is dict and must <= extra.keys() <= must | {"state", "other"}
    require(fits, "balance.extra", extra)
    require(not {"state", "other"} <= extra.keys(), "balance.extra", "both state and other")
    require(extra["wallet"] == wallet and is_base32_id(wallet), "balance.wallet", extra["wallet"])
    require(is_currency(extra["currency"]), "balance.currency", extra["currency"])
    block = read_block_leaf(proof, unb64(extra["block"]), checkpoint)
    stated = block["balances"].get(extra["currency"])
    require(type(stated) is dict, "balance.currency", extra["currency"])
    path = read_path(extra["path"])
    key = wallet_key(wallet)
    shown, end = None, EMPTY
    if "state" in extra:
        require(type(extra["state"]) is str, "balance.state", extra["state"])
        shown = read_state(extra["state"].encode())
        owed = shown["available"] + shown["held"] + shown["pending"]
        end = leaf_sum(Leaf(key, owed, H(canon(shown))))
    elif "other" in extra:
        other = read_other(extra["other"])
        shares = all(bit(other.key, depth) == bit(key, depth) for depth in range(len(path)))
        require(other.key != key and shares, "balance.other", b64(other.key))
        end = leaf_sum(other)
    require(not path or path[0] != EMPTY, "balance.path", "the first sibling is EMPTY")
    owed, hash_ = root_by_path(end, key, path)
    right = (stated.get("owed"), stated.get("root")) == (owed, b64(hash_))
    require(right, "balance.root", (owed, b64(hash_)))
    return {"currency": extra["currency"], "owed": end[0] if shown else 0, "state": shown}


def read_block_leaf(proof: Proof, leaf: bytes, checkpoint: Checkpoint) -> Body:
    require(proof.index == checkpoint.size - 1, "balance.index", proof.index)
    check_inclusion(proof, leaf_hash(leaf), checkpoint)
    note = read_note(leaf)
    signers = [name for name, _, _ in note.signatures]
    require(signers == [f"{checkpoint.origin}/entries"], "balance.signer", signers)
    body = parse(note.text[:-1])
    fits = type(body) is dict and body.get("type") == "block"
    require(fits and type(body.get("balances")) is dict, "balance.block", body)
    require(body.get("size") == checkpoint.size, "block.size", body.get("size"))
    return dict(body)


def read_path(path: Any) -> list[tuple[int, bytes]]:
    require(type(path) is list and len(path) <= 256, "balance.path", path)
    siblings = []
    for row in path:
        require(type(row) is list and len(row) == 2, "balance.path", row)
        sibling = read_sum(row[0]), unb64(row[1], 32)
        # An EMPTY with a sum would be owed to nobody.
        require(sibling[1] != EMPTY[1] or sibling == EMPTY, "balance.path", row)
        siblings.append(sibling)
    return siblings


def read_sum(text: Any) -> int:
    require(is_text(text, "0|[1-9][0-9]{0,38}"), "balance.sum", text)
    require(int(text) < LIMIT, "balance.sum", text)
    return int(text)


def read_other(other: Any) -> Leaf:
    fits = type(other) is dict and other.keys() == {"key", "owed", "state"}
    require(fits, "balance.other", other)
    return Leaf(unb64(other["key"], 32), read_sum(other["owed"]), unb64(other["state"], 32))


def read_state(data: bytes) -> Body:
    found = parse(data)
    fits = type(found) is dict and found.keys() == {*PARTS, "head", "lots", "seq"}
    require(fits, "balance.state", found)
    for part in ("available", "held", "pending"):
        require(is_whole(found[part]), "balance.state", found)
    require(is_whole(found["seq"], 1), "balance.state", found)
    require(type(found["arrears"]) is int, "balance.state", found)
    require(is_whole(-found["arrears"]), "balance.state", found)
    unb64(found["head"], 32)
    lots = found["lots"]
    require(type(lots) is list, "balance.state", lots)
    for lot in lots:
        require(type(lot) is list and len(lot) == 3, "balance.state", lot)
        right = is_day(lot[0]) and is_id(lot[1]) and is_whole(lot[2], 1)
        require(right, "balance.state", lot)
    names = [tuple(lot[:2]) for lot in lots]
    require(names == sorted(set(names)), "balance.state", lots)
    require(sum(lot[2] for lot in lots) == found["available"], "balance.state", lots)
    return dict(found)


def summary(directory: Directory) -> Iterator[str]:
    """What a verified directory says, for people."""
    yield f"{directory.checkpoint.size} entries, root {b64(directory.checkpoint.root)}"
    for code, row in (directory.ledger.block or {}).get("balances", {}).items():
        yield f"{code}: {row['owed']} owed to {row['wallets']} wallets, arrears {row['arrears']}"
