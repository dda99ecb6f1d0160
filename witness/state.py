"""What a witness cosigned last, for each log: durable before the cosignature leaves the process.

A SQLite database, `witness.db`. One transaction reads what was cosigned last, decides, and writes
what is cosigned now, and it holds the write lock from its beginning (BEGIN IMMEDIATE): of two
requests, in one process or in two, the second decides on what the first wrote. A process killed
before COMMIT leaves what was there before; killed after it, the new state, and a log that asks
again gets its cosignature then.

synchronous=EXTRA: with a rollback journal a transaction is committed by unlinking the journal, and
FULL does not sync the directory after that. A journal that a power cut brings back would roll the
witness back, who could then cosign a second history.

A backup of this database is as dangerous: restored, it has forgotten what was cosigned since. So
it is made once, for a new key, and never again for that key: a witness that lost its database
needs another key.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from witness.protocol import Decision, Seen

DATABASE = "witness.db"
FORKS_KEPT = 16
"""Of each log. One proves that the log told two stories; a log must not fill the disk with more."""
_BUSY_S = 5.0
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS witness (one INTEGER PRIMARY KEY CHECK (one = 1), vkey TEXT)",
    "CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, size INTEGER NOT NULL,"
    " root BLOB NOT NULL, note BLOB NOT NULL, at INTEGER NOT NULL)",
    # cosigned: the note that was cosigned; note: the other one of that size.
    "CREATE TABLE IF NOT EXISTS forks (origin TEXT NOT NULL, size INTEGER NOT NULL,"
    " root BLOB NOT NULL, cosigned BLOB NOT NULL, note BLOB NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (origin, size, root))",
)


class StateUnavailable(Exception):
    """The database cannot be read or written now. Nothing was cosigned."""


class ForeignState(Exception):
    """The database is that of a witness with another key."""


class State:
    """The database in a directory, of the witness with one key. Threads may share it."""

    def __init__(self, directory: Path, vkey: str, *, make: bool = False) -> None:
        """make: whether there is none yet. Raises StateUnavailable, ForeignState."""
        self._path = directory / DATABASE
        if make:
            self._make(vkey)
        with self._connection() as database:
            (there,) = database.execute("SELECT vkey FROM witness").fetchone()
        if there != vkey:
            raise ForeignState(f"{self._path} is that of the witness {there}, not of {vkey}")

    def _make(self, vkey: str) -> None:
        """Makes the database if there is none. Two at once: the first one's key is the one."""
        with self._transaction("rwc") as database:
            for statement in _SCHEMA:
                database.execute(statement)
            database.execute("INSERT OR IGNORE INTO witness VALUES (1, ?)", (vkey,))

    def seen(self, origin: str) -> Seen | None:
        """What was cosigned last of a log. Raises StateUnavailable."""
        with self._connection() as database:
            return _seen(database, origin)

    def forks(self, origin: str) -> list[tuple[bytes, bytes]]:
        """Pairs of signed checkpoints of equal size: the one that was cosigned, and the other."""
        with self._connection() as database:
            return database.execute(
                "SELECT cosigned, note FROM forks WHERE origin = ? ORDER BY at, size", (origin,)
            ).fetchall()

    def advance(self, origin: str, decide: Callable[[Seen | None], Decision]) -> Decision:
        """Decides on what was cosigned last, and keeps what the decision says to keep.

        Whatever it returns is durable. Raises StateUnavailable; then nothing may be told.
        """
        with self._transaction() as database:
            seen = _seen(database, origin)
            decision = decide(seen)
            if decision.seen is not None:
                database.execute(
                    "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)", (origin, *decision.seen)
                )
            if decision.fork is not None and seen is not None:
                _keep_fork(database, origin, seen, decision.fork)
        return decision

    @contextmanager
    def _connection(self, mode: str = "rw") -> Iterator[sqlite3.Connection]:
        """One for each use: nothing is shared between threads, and none outlives a fork()."""
        # Mode rw opens and never makes: a database that vanished is an error, not a new beginning.
        uri = f"{self._path.absolute().as_uri()}?mode={mode}"
        try:
            with closing(
                sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)
            ) as database:
                database.execute("PRAGMA journal_mode = DELETE")
                database.execute("PRAGMA synchronous = EXTRA")
                database.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone reaches no disk
                yield database
        except sqlite3.Error as error:
            raise StateUnavailable(f"{self._path}: {error}") from error

    @contextmanager
    def _transaction(self, mode: str = "rw") -> Iterator[sqlite3.Connection]:
        with self._connection(mode) as database:
            database.execute("BEGIN IMMEDIATE")
            yield database
            # Not reached after an error: closing the connection rolls back.
            database.execute("COMMIT")


def _seen(database: sqlite3.Connection, origin: str) -> Seen | None:
    row = database.execute(
        "SELECT size, root, note, at FROM seen WHERE origin = ?", (origin,)
    ).fetchone()
    return None if row is None else Seen(*row)


def _keep_fork(database: sqlite3.Connection, origin: str, seen: Seen, fork: Seen) -> None:
    (kept,) = database.execute("SELECT count(*) FROM forks WHERE origin = ?", (origin,)).fetchone()
    if kept < FORKS_KEPT:
        database.execute(
            "INSERT OR IGNORE INTO forks VALUES (?, ?, ?, ?, ?, ?)",
            (origin, fork.size, fork.root, seen.note, fork.note, fork.at),
        )
