"""What an audit keeps on disk: what it cannot keep in memory, and what it goes on from.

An SQLite file. Some of it is needed while an audit runs and grows with the log:

    standing     id of a transaction, what it still stands at as JSON, NULL if none goes back to it

and the rest is what entries before `Saved.last` lead to, written with it in one transaction:

    wallets      id, the wallet as JSON
    governance   seq, the entry's bytes
    facts        name, value: origin, log_keys, seen (the newest checkpoint that was shown), saved

Each of these rows has a sum, SHA-256 over its key and what stands there; `saved` counts the rows of
governance and of standing, and has the balance trees' roots for the wallets. So a file that was
damaged is told from a log that is wrong, though not by whoever makes it so with new sums.

Whenever an audit ends, killed or not, the file holds what belongs to one block, or nothing. What
is in it was found out from entries, by whoever owns the file; nobody else's is to be trusted.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson

from ledger.block_rules import LastBlock
from ledger.blocks import CurrencyBalances
from ledger.checkpoints import Checkpoint, read_checkpoint
from ledger.errors import RuleBroken
from ledger.kinds import Standing
from ledger.names import At, CurrencyCode, Expires, Hash, TransactionId, WalletId, is_at, is_hash
from ledger.notes import VerifierKey
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet

_SQLITE = b"SQLite format 3\0"
_APPLICATION = 0x74616C79
_VERSION = 2
_CACHE_KIB = 8 * 1024
_SCHEMA = """
CREATE TABLE standing (id TEXT PRIMARY KEY, stands BLOB);
CREATE TABLE wallets (id TEXT PRIMARY KEY, wallet BLOB NOT NULL, sum BLOB NOT NULL);
CREATE TABLE governance (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, sum BLOB NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL, sum BLOB NOT NULL);
"""
# In the order in which they are first written.
_FACTS = ("origin", "log_keys", "seen", "saved")
_ROWS = "SELECT (SELECT count(*) FROM governance), (SELECT max(rowid) FROM standing)"
MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
"""What is raised over values that are not what they should be."""

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
    that an audit wrote, `state.whole` where it is no longer what it was, `state.locked` where
    another audit has it, `state.io` where the disk fails.
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
        there = [self._fact(name) is not None for name in _FACTS]
        if there != sorted(there, reverse=True):
            raise StateBroken("state.whole", _FACTS, there)
        known = self._fact("origin")
        if known is not None:
            if known != origin.encode():
                raise StateBroken("state.origin", known.decode("utf-8", "replace"), origin)
            before = _read(_log_keys, self._fact("log_keys"))
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
        """Raises StateBroken too if there are not as many rows as when it was saved."""
        data = self._fact("saved")
        saved, rows = (None, [0, None]) if data is None else _read(_saved, data)
        if rows != (found := self._rows()):
            raise StateBroken("state.whole", rows, found)
        return saved

    def wallets(self) -> Iterable[Wallet]:
        with _named_errors():
            for id_, data, sum_ in self._db.execute("SELECT id, wallet, sum FROM wallets"):
                yield _read(_wallet, id_, _whole(id_, data, sum_))

    def governance(self) -> list[bytes]:
        with _named_errors():
            rows = self._db.execute("SELECT * FROM governance ORDER BY seq").fetchall()
        return [_whole(*row) for row in rows]

    def save(self, saved: Saved, wallets: Iterable[Wallet], governance: Iterable[bytes]) -> None:
        """Saves a block, with what was added, and wallets and entries since the one before."""
        rows = (_row(wallet.id, orjson.dumps(wallet[1:], default=tuple)) for wallet in wallets)
        entries = (_row(seq, entry) for seq, entry in enumerate(governance, self._rows()[0] + 1))
        with _named_errors():
            self._db.executemany("INSERT OR REPLACE INTO wallets VALUES (?, ?, ?)", rows)
            self._db.executemany("INSERT INTO governance VALUES (?, ?, ?)", entries)
        self._put_facts({"saved": _packed_saved(saved, self._rows())})
        self._commit()

    def _rows(self) -> list[Any]:
        """How many there are of governance; the last one of standing, None if there is none."""
        with _named_errors():
            return list(self._db.execute(_ROWS).fetchone())

    def _fact(self, name: str) -> bytes | None:
        with _named_errors():
            row = self._db.execute("SELECT * FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else _whole(*row)

    def _put_facts(self, facts: Mapping[str, bytes]) -> None:
        with _named_errors():
            rows = [_row(name, value) for name, value in facts.items()]
            self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", rows)

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
    except (*MALFORMED, RuleBroken) as error:
        raise StateBroken("state.form", "what an audit wrote", str(error)) from None


def _row(key: str | int, data: bytes) -> tuple[str | int, bytes, bytes]:
    """A row with its sum."""
    return key, data, sha256(f"{key}\n".encode() + data).digest()


def _whole(key: str | int, data: bytes, sum_: bytes) -> bytes:
    """What stands in a row. Raises StateBroken if it is not what was written there."""
    if type(data) is not bytes:
        raise StateBroken("state.form", "bytes", type(data).__name__)
    if _row(key, data)[2] != sum_:
        raise StateBroken("state.whole", "what an audit wrote", f"another {key}")
    return data


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no number")
    return value


def _moment(value: object) -> At:
    if type(value) is not str or not is_at(value):
        raise TypeError(f"{value!r} is no time")
    return At(value)


def _hash(value: object) -> Hash:
    if type(value) is not str or not is_hash(value):
        raise TypeError(f"{value!r} is no hash")
    return Hash(value)


def _log_keys(data: bytes) -> list[str]:
    return [str(VerifierKey.parse(text)) for text in orjson.loads(data)]


def _packed(standing: Standing | None) -> bytes | None:
    # A slice of a record is a plain tuple, which is what orjson writes.
    return None if standing is None else orjson.dumps(standing[1:], default=tuple)


def _standing(id_: TransactionId, data: bytes) -> Standing:
    kind, at, wallet, currency, partner, stands, pending, rows = orjson.loads(data)
    lots = tuple(Lot(*row) for row in rows)
    return Standing(id_, kind, at, wallet, currency, partner, stands, pending, lots)


def _wallet(id_: str, data: bytes) -> Wallet:
    currency, seq, head, at, balances, lots = orjson.loads(data)
    own = tuple(
        Lot(Expires(expires), issuer, _number(quantity)) for expires, issuer, quantity in lots
    )
    parts = Balances(*map(_number, balances))
    own_id, code = WalletId(id_), CurrencyCode(currency)
    return Wallet(own_id, code, _number(seq), _hash(head), _moment(at), parts, own)


def _packed_saved(saved: Saved, rows: Sequence[int | None]) -> bytes:
    return orjson.dumps(
        {
            "last": saved.last[:],
            "root": saved.root.hex(),
            "totals": [[*account, amount] for account, amount in saved.totals.items()],
            "balances": {code: row[:] for code, row in saved.balances.items()},
            "edge": {path: data.hex() for path, data in saved.edge.items()},
            "rows": rows,
        }
    )


def _saved(data: bytes) -> tuple[Saved, list[int | None]]:
    value = orjson.loads(data)
    height, at, hash_, size = value["last"]
    saved = Saved(
        LastBlock(_number(height), _moment(at), _hash(hash_), _number(size)),
        bytes.fromhex(value["root"]),
        {
            (account, CurrencyCode(code)): _number(amount)
            for account, code, amount in value["totals"]
        },
        {CurrencyCode(code): CurrencyBalances(*row) for code, row in value["balances"].items()},
        {path: bytes.fromhex(tile) for path, tile in value["edge"].items()},
    )
    return saved, value["rows"]
