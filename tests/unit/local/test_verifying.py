"""What `tallystick verify` says of entries that the log holds and that are none."""

import json
from pathlib import Path

import pytest

from ledger.checkpoints import Checkpoint
from ledger.notes import sign_note
from ledger.proofs import Proof, write_proof
from ledger.tree import leaf_hash
from local.verifying import verify_command
from tests.unit.ledger.strategies import ENTRIES, LOG, ORIGIN

KEY = str(LOG.verifier)


def receipt(body: dict[str, object], file: Path) -> Path:
    """A receipt that holds, of whatever the log's own keys have signed."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    data = sign_note(text.encode() + b"\n", ENTRIES)
    checkpoint = Checkpoint(ORIGIN, 1, leaf_hash(data))
    file.write_bytes(write_proof(Proof(data, 0, (), sign_note(checkpoint.text, LOG))))
    return file


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"type": "tx"}, "tx.members"),
        ({"type": "tx", "at": "x", "postings": 5}, "tx.members"),
        ({"type": "tx", "at": "x", "id": "y"}, "tx.members"),
        ({"type": "block", "at": "x"}, "block.members"),
        ({"type": "genesis"}, "governance.at"),
        ({"type": "genesis", "at": 5}, "governance.at"),
        ({"type": "partner", "at": "\u202eevil"}, "governance.at"),
    ],
)
def test_an_entry_of_no_known_form_is_not_valid(
    body: dict[str, object], rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever signed it: said in a line of printable characters."""
    assert verify_command([receipt(body, tmp_path / "p")], [KEY]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert f"NOT VALID: {rule}" in told.err
    assert told.err.removesuffix("\n").isprintable()
    assert verify_command([tmp_path / "p"], [KEY], as_json=True) == 1
    assert json.loads(capsys.readouterr().out)[0]["fault"]["rule"] == rule


def test_nothing_that_a_terminal_obeys_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither of an entry nor of a file's name; what only the log means is not shown."""
    body = {"type": "genesis", "at": "2026-11-21T20:50:00.123Z", "id": "\u009b2J", "postings": 5}
    assert verify_command([receipt(body, tmp_path / "\x1b[2J")], [KEY]) == 0
    told = capsys.readouterr().out
    assert "genesis of 2026-11-21T20:50:00.123Z" in told
    assert told.replace("\n", "").isprintable()
