"""The published log as files, with proofs that can be verified without anyone's help.

    checkpoint, tile/…               as the log has them (c2sp.org/tlog-tiles)
    log.vkey                         the log's verifier key, a line for each
    policy                           the log and its witnesses (c2sp.org/tlog-policy)
    receipts/<tx id>.tlog-proof      of the newest transactions
    balances/<wallet>.tlog-proof     of their wallets, and of one that there is not

All of it comes over HTTP: the files from /log/, where nobody is asked who asks, the proofs from
GraphQL, which shows them to those who may see what they show. Whoever serves it is not trusted: no
tile is written that does not lead to the checkpoint's root.
"""

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from strawberry.relay import GlobalID

from ledger.checkpoints import Checkpoint, opened, read_checkpoint
from ledger.entries import read_entry
from ledger.errors import RuleBroken
from ledger.names import base32_id
from ledger.notes import VerifierKey, parse_note
from ledger.proofs import read_proof
from ledger.tiles import ENTRIES, TILE_WIDTH, Tile, TileReader, tiles_of, unpack_entries
from ledger.tree import HASH_BYTES, leaf_hash, root_at, root_of
from ledger.tx import Tx, read_tx
from local.client import TIMEOUT_S, Client, Rejected, Unavailable
from local.log_source import served_log
from local.problems import Problem

PROOF = ".tlog-proof"
SAMPLE = 5
# Whoever serves a log cannot fill a disk.
_MAX_BYTES = 32 << 30
# Of an entry, which has a signature, in the tiles.
_ENTRY_MIN_BYTES = 128
_RECEIPT = "query ($id: ID!) { receipt(transactionId: $id) }"
_BALANCE = """query ($id: ID!, $currency: String) {
  balanceProof(walletId: $id, currency: $currency) }"""
_CURRENCIES = "{ coalition { currencies { code } } }"

Read = Callable[[str], bytes | None]


class Trusted(NamedTuple):
    """The keys by which a log is known. log: none to take the log's own word for it."""

    log: Sequence[VerifierKey] = ()
    witnesses: Sequence[VerifierKey] = ()


class Exported(NamedTuple):
    """What was written. log: the keys of log.vkey."""

    checkpoint: Checkpoint
    files: int
    log: Sequence[VerifierKey]
    receipts: tuple[Path, ...]
    balances: tuple[Path, ...]


def export_log(
    directory: Path,
    url: str,
    token: str | None,
    trusted: Trusted,
    *,
    sample: int = SAMPLE,
    http: httpx.Client | None = None,
) -> Exported:
    """Writes a log that is served at a URL. Tiles and a policy that are there already are kept.

    token: whose proofs; without one there are none. sample: how many receipts. Raises Problem.
    """
    http = http or httpx.Client(timeout=TIMEOUT_S)
    read = reader(http, f"{url}/log")
    try:
        note, checkpoint = _checkpoint(read, trusted.log)
        keys = trusted.log or _own_word(
            note, TileReader(checkpoint.size, lambda tile: read(tile.path))
        )
        _begin(directory, keys)
        tree = TileReader(checkpoint.size, lambda tile: _there(directory / tile.path))
        files = _write_tiles(directory, checkpoint, tree, read)
        if not (directory / "policy").exists():  # it is for its owner to change
            _write(directory / "policy", policy_text(url, keys, trusted.witnesses).encode())
        # Last: whoever reads the folder meanwhile finds all that its checkpoint covers.
        _write(directory / "checkpoint", note)
        proofs = _Proofs(directory, Client(url, token, http=http)) if token else None
        receipts, balances = proofs.written(tree, sample) if proofs else ((), ())
    except RuleBroken as broken:
        raise Problem(f"the log at {url}/log is not one: {broken}") from None
    except (httpx.HTTPError, httpx.InvalidURL, Rejected, Unavailable) as error:
        raise Problem(f"{url} does not give its log: {error}") from None
    except OSError as error:
        raise Problem(f"cannot write {error.filename or directory}: {error.strerror}") from None
    return Exported(checkpoint, files + 3, keys, receipts, balances)


def policy_text(url: str, log_keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey]) -> str:
    """A policy that wants the log's signature and every witness's."""
    lines = [f"log {key} {url}/log" for key in log_keys]
    names = [f"w{number}" for number, _ in enumerate(witnesses, 1)]
    lines += [f"witness {name} {key}" for name, key in zip(names, witnesses, strict=True)]
    if len(names) > 1:
        lines.append(f"group all-of-them all {' '.join(names)}")
    quorum = {0: "none", 1: "w1"}.get(len(names), "all-of-them")
    return "\n".join([*lines, f"quorum {quorum}", ""])


def reader(http: httpx.Client, prefix: str) -> Read:
    """Reads the files of a log below an address; None where there is none."""
    source = served_log(prefix, http)

    def read(path: str) -> bytes | None:
        try:
            return source.read(path)
        except Problem as problem:
            raise Problem(f"{prefix} does not give its log: {problem}") from None

    return read


def _checkpoint(read: Read, keys: Sequence[VerifierKey]) -> tuple[bytes, Checkpoint]:
    note = read("checkpoint")
    if note is None:
        raise Problem("nothing is published there yet: ask again in a second")
    checkpoint = opened(note, keys) if keys else read_checkpoint(parse_note(note).text)
    if checkpoint.size * _ENTRY_MIN_BYTES > _MAX_BYTES:
        raise Problem(f"{checkpoint.size:,} entries are more than {_MAX_BYTES:,} bytes")
    return note, checkpoint


def _own_word(note: bytes, tree: TileReader) -> list[VerifierKey]:
    """The key that the log names itself, in its genesis entry. Raises Problem where it has changed
    since: which one has followed it is to be learned elsewhere, as the first was."""
    key = VerifierKey.parse(str(read_entry(tree.entry(0)).body.get("log_key")))
    try:
        opened(note, [key])
    except RuleBroken:
        raise Problem("the log has another key than at first: give it, --log-key") from None
    return [key]


def _begin(directory: Path, keys: Sequence[VerifierKey]) -> None:
    """Raises Problem for a folder of another log: its files would be taken for this one's. A log
    whose key changes is given both once, and is the same by the one that it had."""
    named, lines = directory / "log.vkey", [str(key) for key in keys]
    text = "".join(f"{line}\n" for line in lines)
    if named.exists():
        if not set(named.read_text(encoding="utf-8").split("\n")[:-1]) & set(lines):
            raise Problem(f"{directory} holds another log: choose a new folder")
    elif directory.exists() and any(directory.iterdir()):
        raise Problem(f"{directory} holds something else: choose a new folder")
    _write(named, text.encode())


def _write_tiles(directory: Path, checkpoint: Checkpoint, tree: TileReader, read: Read) -> int:
    """How many tiles there are. Those that are there already never change.

    tree: reads what the directory has. From the root down, so that each tile is compared with what
    was compared before, and is written only then.
    """
    tiles = sorted(tiles_of(checkpoint.size), key=lambda tile: (-tile.level, tile.index))
    edge = {tile: _tile(directory, tile, read) for tile in tiles if _at_edge(tile)}
    right = TileReader(checkpoint.size, edge.get)
    root = root_at(checkpoint.size, right)
    if root != checkpoint.root:
        raise RuleBroken("checkpoint.root", checkpoint.root.hex(), root.hex())
    written = 0
    for tile in tiles:
        data = edge[tile] if tile in edge else _tile(directory, tile, read)
        written += len(data)
        if written > _MAX_BYTES:
            raise Problem(f"the log is larger than {_MAX_BYTES:,} bytes")
        if tile.level == ENTRIES:
            _check_bundle(tile, data, _there(directory / tile._replace(level=0).path))
        elif tile not in edge:
            _check_tile(tile, data, tree)
        if not (directory / tile.path).exists():
            _write(directory / tile.path, data)
    return len(tiles)


def _at_edge(tile: Tile) -> bool:
    """Whether a hash tile is one that the root is made of."""
    return tile.level != ENTRIES and tile.width < TILE_WIDTH


def _check_tile(tile: Tile, data: bytes, tree: TileReader) -> None:
    """Raises RuleBroken unless a full tile is what the level above says."""
    hashes = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
    expected = tree(8 * (tile.level + 1), tile.index)
    if len(data) != TILE_WIDTH * HASH_BYTES or root_of(hashes) != expected:
        raise RuleBroken("log.tile", f"{expected.hex()} above {tile.path}", "another")


def _check_bundle(tile: Tile, data: bytes, hashes: bytes | None) -> None:
    """Raises RuleBroken unless its entries are those of the hash tile."""
    if b"".join(map(leaf_hash, unpack_entries(data, tile.width))) != hashes:
        raise RuleBroken("log.tile", "entries with the hashes in tile/0", tile.path)


def _tile(directory: Path, tile: Tile, read: Read) -> bytes:
    data = _there(directory / tile.path)
    if data is None:
        data = read(tile.path)
    if data is None:
        raise RuleBroken("log.tile", tile.path, "nothing")
    return data


def _there(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


class _Proofs:
    """Writes what the API proves to one who asks it."""

    def __init__(self, directory: Path, client: Client) -> None:
        self._directory = directory
        self._client = client

    def written(self, tree: TileReader, sample: int) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
        """Receipts of the newest transactions that may be seen, balances of their wallets."""
        receipts: list[Path] = []
        balances: dict[str, Path | None] = {}
        for tx in _newest(tree):
            if len(receipts) == sample:
                break
            path = self._ask("receipts", tx.id, _RECEIPT, id=_global("Transaction", tx.id))
            if path is None:
                continue
            receipts.append(path)
            for link in tx.chains:
                if link.wallet not in balances:
                    balances[link.wallet] = self._balance(link.wallet)
        currency = self._currency()
        if currency is not None:
            absent = base32_id(secrets.token_bytes(16))
            balances[absent] = self._balance(absent, currency)
        return tuple(receipts), tuple(path for path in balances.values() if path)

    def _currency(self) -> str | None:
        try:
            rows = self._query(_CURRENCIES)["coalition"]["currencies"]
            return str(rows[0]["code"]) if rows else None
        except (KeyError, IndexError, TypeError):
            raise Problem("the API does not say what currencies there are") from None

    def _query(self, document: str, **variables: object) -> dict[str, Any]:
        try:
            return self._client.query(document, **variables)
        # Whatever JSON it is that is no answer of GraphQL.
        except (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError):
            raise Problem("the API does not answer as GraphQL does") from None

    def _balance(self, wallet: str, currency: str | None = None) -> Path | None:
        wanted = {"id": _global("Wallet", wallet), "currency": currency}
        return self._ask("balances", wallet, _BALANCE, **wanted)

    def _ask(self, folder: str, id_: str, query: str, **variables: object) -> Path | None:
        """The file of a proof; None if it is not for who asks."""
        values = list(self._query(query, **variables).values())
        if values == [None]:
            return None
        if len(values) != 1 or type(values[0]) is not str:
            raise Problem(f"the API gives what is no proof for {folder}/{id_}")
        data = values[0].encode(errors="replace")  # a lone surrogate stands in no proof
        read_proof(data)
        path = self._directory / folder / f"{id_}{PROOF}"
        _write(path, data)
        return path


def _newest(tree: TileReader) -> Iterator[Tx]:
    """The transactions, newest first."""
    for index in range(tree.size - 1, -1, -1):
        body = read_entry(tree.entry(index)).body
        if body["type"] == "tx":
            yield read_tx(body)


def _global(type_: str, id_: str) -> str:
    return str(GlobalID(type_, id_))


def _write(path: Path, data: bytes) -> None:
    """All of it, or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_bytes(data)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
