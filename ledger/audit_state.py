"""What an audit keeps on disk: what it cannot keep in memory, and what it goes on from.

An SQLite file. Some of it is needed while an audit runs and grows with the log:

    standing     id of a transaction, what it still stands at as JSON, NULL if none goes back to it

and the rest is what entries before `Saved.last` lead to, written with it in one transaction:

    wallets      id, the wallet as JSON
    governance   seq, the entry's bytes
    facts        name, value: origin, log_keys, seen (the newest checkpoint that was shown), saved

So whenever an audit ends, killed or not, the file holds what belongs to one block, or nothing. What
is in it was found out from entries, by whoever owns the file; nobody else's is to be trusted.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson

from ledger.block_rules import LastBlock
from ledger.blocks import CurrencyBalances
from ledger.checkpoints import Checkpoint, read_checkpoint
from ledger.errors import RuleBroken
from ledger.kinds import Standing
from ledger.names import At, CurrencyCode, Expires, Hash, TransactionId, WalletId
from ledger.notes import VerifierKey
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet

_SQLITE = b"SQLite format 3\0"
_APPLICATION = 0x74616C79
_VERSION = 1
_CACHE_KIB = 8 * 1024
_SCHEMA = """
CREATE TABLE standing (id TEXT PRIMARY KEY, stands BLOB);
CREATE TABLE wallets (id TEXT PRIMARY KEY, wallet BLOB NOT NULL);
CREATE TABLE governance (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL);
"""
_MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError)

Totals = Mapping[tuple[str, CurrencyCode], int]
Standings = Mapping[TransactionId, Standing | None]
T = TypeVar("T")


class StateBroken(RuleBroken):
    """It is the state that is wrong, or its disk: nothing is said of the log."""


class Saved(NamedTuple):
    """What an audit goes on from, beside wallets and governance.

    last: the newest block, and the balances that it states; root: of the tree that it ends; edge:
    the tree's partial tiles by path.
    """

    last: LastBlock
    root: bytes
    totals: Totals
    balances: Mapping[CurrencyCode, CurrencyBalances]
    edge: Mapping[str, bytes]


class AuditState:
    """The file of one audit. Everything raises StateBroken: `state.form` where the file is not one
    that an audit wrote, `state.locked` where another audit has it, `state.io` where the disk fails.
    """

    def __init__(self, path: Path | None = None) -> None:
        """path: of a file that is there or not yet; None: one without name, gone at the end."""
        self.kept = path is not None
        if path is not None:
            _check_file(path)
        with _named_errors():
            # An empty name is SQLite's own for a file that it removes.
            self._db = sqlite3.connect(path or "", isolation_level=None, timeout=0)
            try:
                self._begin()
            except BaseException:
                self._db.close()
                raise

    def _begin(self) -> None:
        run = self._db.execute
        run(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if self.kept:
            run("PRAGMA locking_mode = EXCLUSIVE")
        else:
            run("PRAGMA journal_mode = OFF")
            run("PRAGMA synchronous = OFF")
        run("BEGIN IMMEDIATE")
        if not run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in _SCHEMA.split(";"):
                run(statement)
            run(f"PRAGMA application_id = {_APPLICATION}")
            run(f"PRAGMA user_version = {_VERSION}")
            self._commit()
        found = run("PRAGMA application_id").fetchone(), run("PRAGMA user_version").fetchone()
        if found != ((_APPLICATION,), (_VERSION,)):
            raise StateBroken("state.form", "a file that an audit wrote", "another")

    def forget(self) -> None:
        """Forgets what was not saved."""
        with _named_errors():
            self._db.execute("ROLLBACK")
            self._db.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """What was not saved is gone."""
        with suppress(sqlite3.Error):
            self._db.close()

    # What an audit needs while it runs

    def standing(self, id_: TransactionId) -> Standing | None:
        """What an older transaction still stands at, None if nothing goes back to it."""
        with _named_errors():
            row = self._db.execute("SELECT stands FROM standing WHERE id = ?", (id_,)).fetchone()
        return None if row is None or row[0] is None else _read(_standing, id_, row[0])

    def add(self, standings: Standings, reopened: Collection[TransactionId]) -> int | None:
        """Keeps what transactions stand at. reopened: ids among them that are not new.

        Returns the place among the new ones of the first whose id an older one has, if any has.
        """
        new = [(id_, _packed(row)) for id_, row in standings.items() if id_ not in reopened]
        again = [(_packed(standings[id_]), id_) for id_ in reopened]
        with _named_errors():
            self._db.executemany("UPDATE standing SET stands = ? WHERE id = ?", again)
            before = self._db.total_changes
            try:
                self._db.executemany("INSERT INTO standing VALUES (?, ?)", new)
            except sqlite3.IntegrityError:
                return self._db.total_changes - before
        return None

    # What it goes on from

    def check_owner(self, origin: str, log_keys: Sequence[VerifierKey]) -> None:
        """Raises StateBroken if this is the state of another log, or verified by other keys."""
        keys = sorted(str(key) for key in log_keys)
        known = self._fact("origin")
        if known is not None:
            if known != origin.encode():
                raise StateBroken("state.origin", known.decode("utf-8", "replace"), origin)
            before = _read(orjson.loads, self._fact("log_keys"))
            if not set(before) & set(keys):
                raise StateBroken("state.log_key", ", ".join(before), ", ".join(keys))
        self._put_facts({"origin": origin.encode(), "log_keys": orjson.dumps(keys)})
        self._commit()

    @property
    def seen(self) -> Checkpoint | None:
        """The newest checkpoint that an audit was shown."""
        text = self._fact("seen")
        return None if text is None else _read(read_checkpoint, text)

    def see(self, checkpoint: Checkpoint) -> None:
        """Remembers a checkpoint that is consistent with the one seen before."""
        self._put_facts({"seen": checkpoint.text})
        self._commit()

    def saved(self) -> Saved | None:
        data = self._fact("saved")
        return None if data is None else _read(_saved, data)

    def wallets(self) -> Iterable[Wallet]:
        with _named_errors():
            for id_, data in self._db.execute("SELECT id, wallet FROM wallets"):
                yield _read(_wallet, id_, data)

    def governance(self) -> list[bytes]:
        with _named_errors():
            rows = self._db.execute("SELECT entry FROM governance ORDER BY seq").fetchall()
        return [row[0] for row in rows]

    def save(self, saved: Saved, wallets: Iterable[Wallet], governance: Iterable[bytes]) -> None:
        """Saves a block, with what was added, and wallets and entries since the one before."""
        rows = ((wallet.id, orjson.dumps(wallet[1:], default=tuple)) for wallet in wallets)
        with _named_errors():
            self._db.executemany("INSERT OR REPLACE INTO wallets VALUES (?, ?)", rows)
            self._db.executemany(
                "INSERT INTO governance (entry) VALUES (?)", ((entry,) for entry in governance)
            )
        self._put_facts({"saved": _packed_saved(saved)})
        self._commit()

    def _fact(self, name: str) -> bytes | None:
        with _named_errors():
            row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        if row is not None and type(row[0]) is not bytes:
            raise StateBroken("state.form", "bytes", type(row[0]).__name__)
        return None if row is None else row[0]

    def _put_facts(self, facts: Mapping[str, bytes]) -> None:
        with _named_errors():
            self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())

    def _commit(self) -> None:
        with _named_errors():
            self._db.execute("COMMIT")
            self._db.execute("BEGIN IMMEDIATE")


def _check_file(path: Path) -> None:
    """Raises StateBroken for a file that is another's: SQLite would write over a short one."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_SQLITE))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StateBroken("state.io", "a file of this audit alone", error.strerror) from None
    if start not in (b"", _SQLITE):
        raise StateBroken("state.form", "a file that an audit wrote", "another")


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        rule = "state.locked" if "locked" in str(error) else "state.io"
        raise StateBroken(rule, "a file of this audit alone", str(error)) from None
    except sqlite3.Error as error:
        raise StateBroken("state.form", "a file that an audit wrote", str(error)) from None


def _read(reader: Callable[..., T], *arguments: Any) -> T:
    try:
        return reader(*arguments)
    except (*_MALFORMED, RuleBroken) as error:
        raise StateBroken("state.form", "what an audit wrote", str(error)) from None


def _packed(standing: Standing | None) -> bytes | None:
    # A slice of a record is a plain tuple, which is what orjson writes.
    return None if standing is None else orjson.dumps(standing[1:], default=tuple)


def _standing(id_: TransactionId, data: bytes) -> Standing:
    kind, at, wallet, currency, partner, stands, pending, rows = orjson.loads(data)
    lots = tuple(Lot(*row) for row in rows)
    return Standing(id_, kind, at, wallet, currency, partner, stands, pending, lots)


def _wallet(id_: str, data: bytes) -> Wallet:
    currency, seq, head, at, balances, lots = orjson.loads(data)
    own = tuple(Lot(Expires(expires), issuer, quantity) for expires, issuer, quantity in lots)
    return Wallet(
        WalletId(id_), CurrencyCode(currency), seq, Hash(head), At(at), Balances(*balances), own
    )


def _packed_saved(saved: Saved) -> bytes:
    return orjson.dumps(
        {
            "last": saved.last[:],
            "root": saved.root.hex(),
            "totals": [[*account, amount] for account, amount in saved.totals.items()],
            "balances": {code: row[:] for code, row in saved.balances.items()},
            "edge": {path: data.hex() for path, data in saved.edge.items()},
        }
    )


def _saved(data: bytes) -> Saved:
    value = orjson.loads(data)
    height, at, hash_, size = value["last"]
    return Saved(
        LastBlock(height, At(at), Hash(hash_), size),
        bytes.fromhex(value["root"]),
        {(account, CurrencyCode(code)): amount for account, code, amount in value["totals"]},
        {CurrencyCode(code): CurrencyBalances(*row) for code, row in value["balances"].items()},
        {path: bytes.fromhex(tile) for path, tile in value["edge"].items()},
    )
