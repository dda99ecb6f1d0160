"""The file that an audit goes on from: damage to it is named as such, never as a fault of a log."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from ledger.audit import audit
from ledger.audit_state import AuditState
from ledger.notes import sign_note
from ledger.tiles import pack_entries
from tests.published import Files, Log, Memory, audited
from tests.unit.ledger.strategies import ENTRIES, LOG, rule_of

Damage = Callable[[sqlite3.Connection], object]


def _logs():
    log = Log()
    log.earns(30)
    log.seal()
    before = log.publish()
    log.earns(5)
    log.seal()
    return before, log.publish()


BEFORE, AFTER = _logs()


@pytest.fixture
def path(tmp_path):
    """Of the state of an audit that is to go on."""
    path = tmp_path / "audit.state"
    with closing(AuditState(path)) as state:
        assert audited(BEFORE, state=state).fault is None
    return path


def going_on(path: Path) -> str:
    """The rule that a state breaks when an audit goes on from it. Fails if it breaks none."""
    with closing(AuditState(path)) as state:
        return rule_of(lambda: audited(AFTER, state=state))


def damage(path: Path, how: Damage | str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(how) if isinstance(how, str) else how(database)
        database.commit()


def changed(table: str, key: str, column: str, name: str, change: Callable, *, summed: bool):
    """Changes the JSON of one row; summed: its sum, too."""

    def how(database: sqlite3.Connection) -> None:
        rows = f"SELECT {key}, {column} FROM {table} WHERE {key} LIKE ? ORDER BY {key}"
        here, data = database.execute(rows, (name,)).fetchone()
        value = change(orjson.loads(data))
        data = orjson.dumps(value)
        sets = f"UPDATE {table} SET {column} = ? WHERE {key} = ?"
        database.execute(sets, (data, here))
        if summed:
            sets = f"UPDATE {table} SET sum = ? WHERE {key} = ?"
            database.execute(sets, (sha256(f"{here}\n".encode() + data).digest(), here))

    return how


def put(*way: object) -> Callable:
    """Puts the last argument where those before it lead."""
    *steps, last, new = way

    def change(value):
        inner = value
        for step in steps:
            inner = inner[step]
        inner[last] = new
        return value

    return change


def saved(*way: object):
    return "facts", "name", "value", "saved", put(*way)


def wallet(*way: object):
    return "wallets", "id", "wallet", "%", put(*way)


CHANGES = {
    "height": saved("last", 0, "h"),
    "time": saved("last", 1, 5),
    "another time": saved("last", 1, "zz"),
    "block's hash": saved("last", 2, 5),
    "size": saved("last", 3, "x"),
    "size that is true": saved("last", 3, True),
    "last": saved("last", []),
    "total": saved("totals", 0, 2, "x"),
    "balances": saved("balances", {"STARS": [1, 2, 3, 4, 5]}),
    "edge": saved("edge", {}),
    "root": saved("root", 7),
    "wallet's currency": wallet(0, [1]),
    "unknown currency": wallet(0, "NONE"),
    "wallet's seq": wallet(1, "x"),
    "wallet's head": wallet(2, "x"),
    "wallet's time": wallet(3, 7),
    "wallet's balances": wallet(4, ["a", "b", "c", "d"]),
    "balance below 0": wallet(4, [-(2**60), 0, 0, 0]),
    "lots": wallet(5, [["a", "b", "c"]]),
    "log keys": ("facts", "name", "value", "log_keys", lambda _: 5),
    "log key": ("facts", "name", "value", "log_keys", lambda _: [[]]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_of_another_form_is_refused(path, name):
    """Whether or not its sum says that it is what was written."""
    damage(path, changed(*CHANGES[name], summed=True))
    assert going_on(path) == "state.form"


@pytest.mark.parametrize("name", CHANGES)
def test_a_row_that_is_not_what_was_written_is_refused(path, name):
    """Its sum says so, before anything is made of it."""
    damage(path, changed(*CHANGES[name], summed=False))
    assert going_on(path) == "state.whole"


@pytest.mark.parametrize(
    "how",
    [
        changed(*saved("totals", 0, 2, 1), summed=False),
        changed(*saved("last", 3, 0), summed=False),
        changed(*saved("last", 3, -5), summed=False),
        changed(*saved("root", "00"), summed=False),
        changed(*wallet(3, "2026-01-01T00:00:00.000Z"), summed=False),
        changed(*wallet(1, 1000), summed=True),
        "DELETE FROM wallets WHERE rowid = 1",
        "DELETE FROM wallets",
        "UPDATE wallets SET id = 5 WHERE rowid = 1",
        "DELETE FROM governance WHERE seq = (SELECT max(seq) FROM governance)",
        "DELETE FROM governance WHERE seq = 2",
        "DELETE FROM governance",
        "UPDATE governance SET seq = 1000 WHERE seq = 2",
        "UPDATE governance SET entry = (SELECT entry FROM governance WHERE seq = 3) WHERE seq = 2",
        "DELETE FROM standing",
        "DELETE FROM facts WHERE name = 'origin'",
        "DELETE FROM facts WHERE name = 'log_keys'",
        "DELETE FROM facts WHERE name = 'seen'",
        "DELETE FROM facts WHERE name = 'saved'",
        "DELETE FROM facts",
        "UPDATE facts SET value = CAST(replace(value, '44', '45') AS BLOB) WHERE name = 'seen'",
        "UPDATE facts SET value = x'41' WHERE name = 'origin'",
        "UPDATE facts SET sum = 5",
    ],
)
def test_a_state_that_is_no_longer_whole_is_no_fault_of_the_log(path, how):
    """Values of the right form, rows that are gone or are another's."""
    damage(path, how)
    assert going_on(path) == "state.whole"


@pytest.mark.parametrize(
    "how",
    [
        "UPDATE governance SET entry = 5 WHERE seq = 2",
        "UPDATE governance SET entry = 'x' WHERE seq = 2",
        "UPDATE wallets SET wallet = 5",
        "UPDATE facts SET value = 'x' WHERE name = 'seen'",
    ],
)
def test_a_row_without_bytes_is_refused(path, how):
    """An audit writes nothing else."""
    damage(path, how)
    assert going_on(path) == "state.form"


def test_a_refused_state_can_be_begun_anew(path):
    """The log is right, and an audit of all of it says so."""
    damage(path, "DELETE FROM governance")
    assert going_on(path) == "state.whole"
    path.unlink()
    with closing(AuditState(path)) as state:
        found = audited(AFTER, state=state)
    assert (found.fault, found.began) == (None, 0)


# A server that changes what it was asked for before


class Turning(Memory):
    """Gives another bundle once a bundle was read."""

    def __init__(self, files: Files, other: bytes | None) -> None:
        super().__init__(files)
        self.other = other

    def read(self, path: str) -> bytes | None:
        again = path.startswith("tile/entries") and path in self.reads
        data = super().read(path)
        return self.other if again else data


def test_a_bundle_that_changes_between_two_reads_is_named():
    """An entry dated after its block is looked for again: what comes then may be anything."""
    log = Log()
    log.earns(3)
    log.wait(seconds=30)
    log.earns(2)
    log.wait(seconds=-10)
    log.seal()
    files = log.publish()
    count = len(log.leaves)
    assert audited(files).fault.rule == "entry.at"
    for body, rule in ((b"{}", "entry.type"), (b'{"type":"tx"}', "log.bundle")):
        other = pack_entries([sign_note(body + b"\n", ENTRIES)] * count)
        fault = audit(Turning(files, other), [LOG.verifier], cores=1).fault
        assert (fault.position, fault.rule) == (13, rule)
        assert fault.label.startswith("tile/entries/000")
    for other in (None, b"", b"\0\1x"):
        fault = audit(Turning(files, other), [LOG.verifier], cores=1).fault
        assert fault.rule.startswith("log.")
        assert fault.label.startswith("tile/entries/000")
