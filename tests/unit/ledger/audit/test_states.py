"""An audit refuses a state that is not of this log, not whole, or in use."""

import sqlite3

import pytest

from ledger.audit import audit
from ledger.audit_state import AuditState
from tests.published import Memory, audited, files_of
from tests.unit.ledger.audit.logs import LIVED, refused_state
from tests.unit.ledger.strategies import ORIGIN, another, rule_of, signer_of


def test_a_state_of_another_log_is_refused(state):
    """It is about another origin, or other keys stood behind it."""
    assert audited(LIVED.publish(), state=state).fault is None
    origin = "other.example/ledger"
    log, key = signer_of(origin), another(ORIGIN)
    files = files_of(LIVED.leaves, log, origin=origin)
    rule = rule_of(lambda: audit(Memory(files), [log.verifier], state=state, cores=1))
    assert rule == "state.origin"
    files = files_of(LIVED.leaves, key)
    rule = rule_of(lambda: audit(Memory(files), [key.verifier], state=state, cores=1))
    assert rule == "state.log_key"
    assert audited(LIVED.publish(), state=state).fault is None


@pytest.mark.parametrize("junk", [b"x", b"SQLite format 3\0" + bytes(100), bytes(4096)])
def test_a_file_that_is_no_state_is_refused(tmp_path, junk):
    """Whatever it is, it is left as it is."""
    path = tmp_path / "letter.txt"
    path.write_bytes(junk)
    assert rule_of(AuditState, path) == "state.form"
    assert path.read_bytes() == junk


def test_another_programs_database_is_refused(tmp_path):
    """It is SQLite, and not ours."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE letters (a)")
    database.close()
    assert rule_of(AuditState, path) == "state.form"


def test_a_state_that_is_in_use_is_refused(tmp_path, state):
    """Two audits at once would mix what they found."""
    assert rule_of(AuditState, tmp_path / "audit.state") == "state.locked"


def test_a_state_where_none_can_be_is_refused(tmp_path):
    """A folder, or a path that leads nowhere."""
    assert rule_of(AuditState, tmp_path) == "state.io"
    assert rule_of(AuditState, tmp_path / "no" / "where") == "state.io"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE wallets SET wallet = replace(wallet, '10', '11')",
        "UPDATE wallets SET wallet = x'00'",
        "DELETE FROM wallets WHERE rowid = 1",
        "DELETE FROM governance WHERE seq = 2",
        "UPDATE governance SET entry = x'00'",
        "UPDATE facts SET value = x'00' WHERE name = 'saved'",
        "UPDATE facts SET value = '[]' WHERE name = 'saved'",
        "UPDATE facts SET value = x'7b7d' WHERE name = 'saved'",
        "UPDATE facts SET value = x'00' WHERE name = 'seen'",
        "UPDATE facts SET value = x'00' WHERE name = 'log_keys'",
        "UPDATE facts SET value = replace(value, 'edge', 'edgy') WHERE name = 'saved'",
        "DROP TABLE wallets",
    ],
)
def test_a_damaged_state_is_refused(tmp_path, damage):
    """An audit does not go on from something half written."""
    path = tmp_path / "audit.state"
    state = AuditState(path)
    audited(LIVED.publish(), state=state)
    state.close()
    with sqlite3.connect(path) as database:
        database.execute(damage)
    database.close()
    state = AuditState(path)
    assert refused_state(LIVED.publish(), state).startswith("state.")
    state.close()


def test_a_state_of_another_version_is_refused(tmp_path):
    """Nothing is guessed of what it may mean."""
    path = tmp_path / "audit.state"
    AuditState(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    assert rule_of(AuditState, path) == "state.form"
