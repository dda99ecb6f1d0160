"""The other direction: blocks, checkpoints, proofs and a directory, from a list of entries.

Everything is computed by `trees` and `rules`, so a log that is built here is right by the same
definitions by which `log` finds one wrong. A signer has a `name`, an `id` (of its key) and `sign`.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tests.naive.forms import H, b64, canon, cosigned
from tests.naive.rules import Ledger
from tests.naive.trees import (
    inclusion,
    leaf_hash,
    pack,
    root,
    sum_path,
    tile_hashes,
    tiles_of,
    wallet_key,
    wallet_leaf,
)
from tests.naive.wallets import state


class Signer(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def id(self) -> bytes: ...
    def sign(self, message: bytes) -> bytes: ...


def signature_line(name: str, id_: bytes, signature: bytes) -> bytes:
    return f"— {name} {b64(id_ + signature)}\n".encode()


def note(text: bytes, *signers: Signer) -> bytes:
    lines = [signature_line(each.name, each.id, each.sign(text)) for each in signers]
    return text + b"\n" + b"".join(lines)


def block_body(ledger: Ledger, at: str) -> dict[str, Any]:
    before = ledger.block or {"height": -1, "size": 0}
    return {
        "v": 1,
        "type": "block",
        "at": at,
        "height": before["height"] + 1,
        "prev": ledger.block_hash,
        "first": before["size"],
        "size": ledger.size + 1,
        "balances": ledger.balances(),
        "totals": b64(H(canon(ledger.totals_map()))),
    }


class Log:
    """A log that grows by batches. `entry_key` signs blocks; the same as its entries."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []
        self.ledger = Ledger()

    def seal(self, batch: Iterable[bytes], when: str, entry_key: Signer, **other: Any) -> None:
        """Takes a batch and ends it with its block. other: members stated as they are not."""
        for entry in batch:
            self.take(entry)
        body = block_body(self.ledger, when) | other
        block = note(canon(body) + b"\n", entry_key)
        if other:
            self.entries.append(block)
        else:
            self.take(block)

    def take(self, entry: bytes) -> None:
        self.ledger.take(entry)
        self.entries.append(entry)

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.entries]

    def checkpoint(self, *signers: Signer) -> bytes:
        return checkpoint(signers[0].name, self.leaves, *signers)

    def receipt(self, index: int, signed: bytes) -> bytes:
        return proof_file(self.entries[index], index, self.leaves, signed)

    def balance_extra(self, wallet: str, currency: str) -> dict[str, Any]:
        """What proves, of the newest block, what a wallet has or that it is not there."""
        rows = {id_: row for id_, row in self.ledger.wallets.items() if row["currency"] == currency}
        leaves = [wallet_leaf(id_, state(row)) for id_, row in rows.items()]
        path, end = sum_path(leaves, wallet_key(wallet))
        extra: dict[str, Any] = {
            "block": b64(self.entries[-1]),
            "wallet": wallet,
            "currency": currency,
            "path": [[str(total), b64(hash_)] for total, hash_ in path],
        }
        if wallet in rows:
            extra["state"] = canon(state(rows[wallet])).decode()
        elif end:
            other = {"key": b64(end.key), "owed": str(end.owed), "state": b64(end.state)}
            extra["other"] = other
        return extra

    def balance(self, wallet: str, currency: str, signed: bytes) -> bytes:
        extra = canon(self.balance_extra(wallet, currency))
        return proof_file(extra, len(self.entries) - 1, self.leaves, signed)


def checkpoint(origin: str, leaves: Sequence[bytes], *signers: Signer) -> bytes:
    return note(f"{origin}\n{len(leaves)}\n{b64(root(leaves))}\n".encode(), *signers)


def cosignature_line(signed: bytes, witness: Signer, timestamp: int) -> bytes:
    """The line of a witness whose key is of type 4."""
    text = signed.partition(b"\n\n")[0] + b"\n"
    stamped = timestamp.to_bytes(8, "big") + witness.sign(cosigned(text, timestamp))
    return signature_line(witness.name, witness.id, stamped)


def proof_file(extra: bytes | None, index: int, leaves: Sequence[bytes], signed: bytes) -> bytes:
    lines = ["c2sp.org/tlog-proof@v1"]
    if extra is not None:
        lines.append(f"extra {b64(extra)}")
    lines.append(f"index {index}")
    lines += [b64(hash_) for hash_ in inclusion(index, leaves)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + signed


def tile_files(entries: Sequence[bytes]) -> dict[str, bytes]:
    leaves = [leaf_hash(entry) for entry in entries]
    files = {}
    for tile in tiles_of(len(entries)):
        if tile.level < 0:
            start = tile.start()
            files[tile.path] = pack(entries[start : start + tile.width])
        else:
            files[tile.path] = b"".join(tile_hashes(tile, leaves))
    return files


class Exported(NamedTuple):
    """The files of a directory, by their paths."""

    files: dict[str, bytes]

    def write(self, folder: Path) -> Path:
        for path, data in self.files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return folder


def export(
    log: Log,
    signed: bytes,
    vkey: str,
    receipts: Mapping[str, int],
    balances: Mapping[str, str],
) -> Exported:
    """receipts: indexes by transaction id; balances: currencies by wallet."""
    files = {"checkpoint": signed, "log.vkey": f"{vkey}\n".encode()}
    files |= tile_files(log.entries)
    for id_, index in receipts.items():
        files[f"receipts/{id_}.tlog-proof"] = log.receipt(index, signed)
    for wallet, currency in balances.items():
        files[f"balances/{wallet}.tlog-proof"] = log.balance(wallet, currency, signed)
    return Exported(files)
