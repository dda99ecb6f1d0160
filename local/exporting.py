"""The published log as files, with proofs that can be verified without anyone's help.

    checkpoint, tile/…               as the log has them (c2sp.org/tlog-tiles)
    log.vkey                         the log's verifier key, a line for each
    policy                           the log and its witnesses (c2sp.org/tlog-policy)
    receipts/<tx id>.tlog-proof      of the newest transactions
    balances/<wallet>.tlog-proof     of their wallets, and of one that there is not

All of it comes over HTTP: the files from /log/, where nobody is asked who asks, the proofs from
GraphQL, which shows them to those who may see what they show.
"""

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx
from strawberry.relay import GlobalID

from ledger.checkpoints import Checkpoint, opened, read_checkpoint
from ledger.entries import read_entry
from ledger.errors import RuleBroken
from ledger.names import base32_id
from ledger.notes import VerifierKey, parse_note
from ledger.tiles import Tile, TileReader, tiles_of
from ledger.tx import Tx, read_tx
from local.client import TIMEOUT_S, Client, Rejected, Unavailable
from local.problems import Problem

PROOF = ".tlog-proof"
SAMPLE = 5
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
        tree = TileReader(checkpoint.size, lambda tile: read(tile.path))
        keys = trusted.log or [_first_key(tree)]
        _begin(directory, keys)
        files = _write_tiles(directory, checkpoint.size, read)
        if not (directory / "policy").exists():  # it is for its owner to change
            _write(directory / "policy", policy_text(url, keys, trusted.witnesses).encode())
        # Last: whoever reads the folder meanwhile finds all that its checkpoint covers.
        _write(directory / "checkpoint", note)
        proofs = _Proofs(directory, Client(url, token, http=http)) if token else None
        receipts, balances = proofs.written(tree, sample) if proofs else ((), ())
    except RuleBroken as broken:
        raise Problem(f"the log at {url}/log is not one: {broken}") from None
    except (httpx.HTTPError, Rejected, Unavailable) as error:
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

    def read(path: str) -> bytes | None:
        answer = http.get(f"{prefix}/{path}")
        if answer.status_code == 404:
            return None
        answer.raise_for_status()
        return answer.content

    return read


def _checkpoint(read: Read, keys: Sequence[VerifierKey]) -> tuple[bytes, Checkpoint]:
    note = read("checkpoint")
    if note is None:
        raise Problem("nothing is published there yet: ask again in a second")
    return note, opened(note, keys) if keys else read_checkpoint(parse_note(note).text)


def _first_key(tree: TileReader) -> VerifierKey:
    """The key that the log names itself, in its genesis entry."""
    return VerifierKey.parse(str(read_entry(tree.entry(0)).body.get("log_key")))


def _begin(directory: Path, keys: Sequence[VerifierKey]) -> None:
    """Raises Problem for a folder of another log: its files would be taken for this one's."""
    named, text = directory / "log.vkey", "".join(f"{key}\n" for key in keys)
    if named.exists():
        if named.read_text(encoding="utf-8") != text:
            raise Problem(f"{directory} holds another log: choose a new folder")
    elif directory.exists() and any(directory.iterdir()):
        raise Problem(f"{directory} holds something else: choose a new folder")
    _write(named, text.encode())


def _write_tiles(directory: Path, size: int, read: Read) -> int:
    """How many tiles there are. Those that are there already never change."""
    count = 0
    for tile in tiles_of(size):
        path = directory / tile.path
        if not path.exists():
            _write(path, _tile(tile, read))
        count += 1
    return count


def _tile(tile: Tile, read: Read) -> bytes:
    data = read(tile.path)
    if data is None:
        raise RuleBroken("log.tile", tile.path, "nothing")
    return data


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
        currencies = self._client.query(_CURRENCIES)["coalition"]["currencies"]
        for currency in currencies[:1]:
            absent = base32_id(secrets.token_bytes(16))
            balances[absent] = self._balance(absent, currency["code"])
        return tuple(receipts), tuple(path for path in balances.values() if path)

    def _balance(self, wallet: str, currency: str | None = None) -> Path | None:
        wanted = {"id": _global("Wallet", wallet), "currency": currency}
        return self._ask("balances", wallet, _BALANCE, **wanted)

    def _ask(self, folder: str, id_: str, query: str, **variables: object) -> Path | None:
        """The file of a proof; None if it is not for who asks."""
        (text,) = self._client.query(query, **variables).values()
        if text is None:
            return None
        path = self._directory / folder / f"{id_}{PROOF}"
        _write(path, text.encode())
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
